from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nemochat.core.continuation import Seam, request, resumable
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
        (", and more.", BEFORE + ", and more."),
        ("", BEFORE),
    ],
)
def test_the_rest_is_joined_where_the_answer_was_cut(rest: str, whole: str, step: int) -> None:
    assert joined(BEFORE, rest, step) == whole


def test_a_letter_in_common_is_no_repetition() -> None:
    assert joined("It rests in the ", "he-goat's hand.") == "It rests in the he-goat's hand."
    assert joined("so we went on.", "n") == "so we went on.n"


def test_the_overlap_is_told() -> None:
    seam = Seam(BEFORE)
    assert seam.feed("Tokyo") == "yo"
    assert seam.overlap == 3


@given(st.text("ab \n", max_size=30), st.text("ab \n", max_size=30), st.integers(1, 7))
def test_the_join_is_the_same_at_any_split(before: str, rest: str, step: int) -> None:
    assert joined(before, rest, step) == joined(before, rest, 1000)


def test_the_rest_is_asked_for_with_the_last_words() -> None:
    asked = request(BEFORE)
    assert asked.endswith("repeating its last words: Paris, and the capital of Japan is Tok")


def test_what_is_whole_has_no_rest() -> None:
    assert not resumable(Ending.COMPLETE)
    assert not resumable(Ending.CONTENT_FILTER)
    assert resumable(Ending.CONNECTION_LOST)
