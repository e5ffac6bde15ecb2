from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nemochat.core.continuation import Seam, continuation_prompt, is_resumable
from nemochat.core.delta import Delta
from nemochat.core.messages import Ending

BEFORE = "The capital of France is Paris, and the capital of Japan is Tok"


def joined(before: str, rest: str, step: int = 3) -> str:
    seam = Seam(before)
    pieces = [seam.feed(rest[place : place + step]) for place in range(0, len(rest), step)]
    return before + "".join(pieces) + seam.flush()


@pytest.mark.parametrize("step", [1, 3, 1000])
@pytest.mark.parametrize(
    ("rest", "whole"),
    [
        ("yo, as everyone knows.", BEFORE + " yo, as everyone knows."),
        ("Tokyo, as everyone knows.", BEFORE + "yo, as everyone knows."),
        ("the capital of Japan is Tokyo.", BEFORE + "yo."),
        ("\n\nthe capital of Japan is Tokyo.", BEFORE + "yo."),
        (" the capital of Japan is Tok", BEFORE),
        ("The capital of Japan is Tokyo.", BEFORE + "yo."),
        (", and more.", BEFORE + ", and more."),
        ("", BEFORE),
        (" \n", BEFORE),
    ],
)
def test_the_rest_is_joined_where_the_answer_was_cut(rest: str, whole: str, step: int) -> None:
    assert joined(BEFORE, rest, step) == whole


@pytest.mark.parametrize(
    ("before", "rest", "whole"),
    [
        ("It rests in the ", "he-goat's hand.", "It rests in the he-goat's hand."),
        ("It rests in the", "he-goat's hand.", "It rests in the he-goat's hand."),
        ("so we went on.", "n", "so we went on.n"),
        ("and so on..", ". Then", "and so on... Then"),
        ("an xabcdefghijk", "abcdefghijkz", "an xabcdefghijk abcdefghijkz"),
    ],
)
def test_a_few_letters_in_common_are_no_repetition(before: str, rest: str, whole: str) -> None:
    assert joined(before, rest) == whole


@pytest.mark.parametrize(
    ("before", "rest", "whole"),
    [
        ("an xabcdefghijkl", "abcdefghijklz", "an xabcdefghijklz"),
        ("The answer is 4", "42 indeed.", "The answer is 42 indeed."),
        ("This is a c", "a cat.", "This is a cat."),
        ("In İzmir", "İzmir it is warm.", "In İzmir it is warm."),
    ],
)
def test_words_in_common_are_a_repetition_and_so_are_many_letters(
    before: str, rest: str, whole: str
) -> None:
    assert joined(before, rest) == whole


@pytest.mark.parametrize(
    ("before", "rest", "whole"),
    [("So", "I went.", "So I went."), ("It is a", "cat.", "It is a cat.")],
)
def test_words_are_parted_where_neither_side_has_a_blank(
    before: str, rest: str, whole: str
) -> None:
    assert joined(before, rest) == whole


def test_the_overlap_is_told() -> None:
    seam = Seam(BEFORE)
    assert seam.feed("Tokyo") == "yo"
    assert seam.overlap == 3
    for rest in ("kyo", ""):
        seam = Seam(BEFORE)
        seam.feed(rest)
        seam.flush()
        assert seam.overlap == 0


def test_a_delta_of_the_rest_keeps_all_but_the_text_that_is_not_new() -> None:
    seam = Seam(BEFORE)
    assert seam.trim(Delta("Tokyo", model="m")) == Delta("yo", model="m")
    assert seam.trim(Delta(", so", ending=Ending.COMPLETE)) == Delta(", so", ending=Ending.COMPLETE)


@given(st.text("ab \n", max_size=30), st.text("ab \n", max_size=30), st.integers(1, 7))
def test_the_join_is_the_same_at_any_split(before: str, rest: str, step: int) -> None:
    assert joined(before, rest, step) == joined(before, rest, 1000)


def test_the_rest_is_asked_for_with_the_last_words() -> None:
    assert continuation_prompt(BEFORE) == (
        "Your last answer was cut off. Continue exactly where it stopped, without an"
        " introduction. Begin by repeating its last words:"
        " Paris, and the capital of Japan is Tok"
    )


def test_what_is_whole_has_no_rest() -> None:
    assert not is_resumable(Ending.COMPLETE)
    assert not is_resumable(Ending.CONTENT_FILTER)
    assert is_resumable(Ending.CONNECTION_LOST)
