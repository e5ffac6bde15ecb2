"""The ends of texts that come in pieces: end marks, surrogates, reasoning that comes twice."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nemochat.wire.tail import MOST_HELD, Once, Tail, Whole

MARKS = st.text(st.sampled_from("</s>ab"), max_size=30)
HALVES = st.text(st.sampled_from(["\ud83d", "\udc4b", "a", "é", "👋"]), max_size=12)


def fed(held: Tail | Whole | Once, pieces: list[str]) -> str:
    return "".join([held.feed(piece) for piece in pieces]) + held.flush()


def split(text: str, cuts: list[int]) -> list[str]:
    places = sorted({0, len(text), *(cut for cut in cuts if cut < len(text))})
    return [text[a:b] for a, b in pairwise(places)]


@pytest.mark.parametrize(
    ("pieces", "text"),
    [
        (["Hi", "!", "", "</s>"], "Hi!"),
        (["Hi!</s>"], "Hi!"),
        (["Hi!<", "/", "s", ">"], "Hi!"),
        (["Hi!</s></s>", "</s>"], "Hi!"),
        (["a</s>b"], "a</s>b"),
        (["a</s>", "b"], "a</s>b"),
        (["a</", "s>", " b</s>"], "a</s> b"),
        (["a</s"], "a</s"),
        (["a<", "<", "/s>"], "a<"),
        (["</s>"], ""),
        (["</s>\n"], "</s>\n"),
        ([""], ""),
    ],
)
def test_the_end_mark_is_dropped_at_the_very_end_only(pieces: list[str], text: str) -> None:
    assert fed(Tail(), pieces) == text


@given(MARKS, st.lists(st.integers(0, 30)))
def test_at_any_split_only_end_marks_at_the_end_are_missing(text: str, cuts: list[int]) -> None:
    expected = text
    while expected.endswith("</s>"):
        expected = expected.removesuffix("</s>")
    assert fed(Tail(), split(text, cuts)) == expected


def test_text_that_cannot_be_an_end_mark_is_given_at_once() -> None:
    tail = Tail()
    assert [tail.feed(piece) for piece in ["Hello", " <", "b> ", "</s", "x"]] == [
        "Hello",
        " ",
        "<b> ",
        "",
        "</sx",
    ]


def test_a_flood_of_end_marks_is_not_held_for_ever() -> None:
    tail = Tail()
    given_ = sum(len(tail.feed("</s>" * 10)) for _ in range(1000))
    assert given_ >= 40_000 - MOST_HELD - 40


@given(st.lists(st.integers(0, 3 * MOST_HELD)))
def test_a_flood_of_end_marks_ends_alike_at_any_split(cuts: list[int]) -> None:
    flood = "a" + "</s>" * (MOST_HELD // 2)
    assert fed(Tail(), split(flood, cuts)) == fed(Tail(), [flood])


@pytest.mark.parametrize(
    ("pieces", "text"),
    [
        (["\ud83d\udc4b"], "👋"),
        (["x\ud83d", "\udc4by"], "x👋y"),
        (["x\ud83d", "", "\udc4b"], "x👋"),
        (["x\ud83d", "y"], "x\ufffdy"),
        (["x\ud83d"], "x\ufffd"),
        (["\udc4bx"], "\ufffdx"),
        (["\udc4b\ud83d", "\ud83d\udc4b"], "\ufffd\ufffd👋"),
        (["é👋"], "é👋"),
    ],
)
def test_halves_of_a_character_are_joined_or_replaced(pieces: list[str], text: str) -> None:
    assert fed(Whole(), pieces) == text


@pytest.mark.parametrize("whole", ["\U00010000", "\U0010ffff"])
def test_the_first_and_the_last_of_pairs_are_joined(whole: str) -> None:
    coded = whole.encode("utf-16-be")
    halves = [chr(int.from_bytes(coded[at : at + 2])) for at in (0, 2)]
    assert fed(Whole(), ["a", *halves, "b"]) == f"a{whole}b"


@given(HALVES, st.lists(st.integers(0, 12)))
def test_at_any_split_halves_come_out_as_from_the_whole(text: str, cuts: list[int]) -> None:
    whole = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    assert fed(Whole(), split(text, cuts)) == whole


LONG = "Let me think about this for a while."


@pytest.mark.parametrize(
    ("pieces", "text"),
    [
        ([LONG, "Let me", " think about", " this for a while.", " Well"], LONG + " Well"),
        ([LONG, LONG], LONG),
        ([LONG, LONG, LONG], LONG + LONG),
        ([LONG, "Let me", " go"], LONG + "Let me go"),
        ([LONG, "Let me"], LONG + "Let me"),
        (["ha", "ha", "ha"], "hahaha"),
        (["The", " ", "cat"], "The cat"),
        (["h", "hm", "m"], "hhmm"),
        (["", "a", "", "b"], "ab"),
        ([], ""),
    ],
)
def test_reasoning_sent_whole_and_again_in_pieces_is_taken_once(
    pieces: list[str], text: str
) -> None:
    assert fed(Once(), pieces) == text
