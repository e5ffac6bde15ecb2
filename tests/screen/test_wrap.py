"""Wrapping of prose."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nemochat.screen.text.spans import Span, cut, row
from nemochat.screen.text.width import LONGEST_CLUSTER
from nemochat.screen.text.wrap import find_breaks, lay_out, unbreakable_width, wrap

PROSE = st.text("ab  \n.,漢字、（👍e\u0301", max_size=60)
WIDTHS = st.integers(2, 12)


def wrap_text(text: str, width: int) -> list[str]:
    return [text[start:end].rstrip(" ") for start, end in find_breaks(text, width)]


@pytest.mark.parametrize(
    ("text", "width", "expected"),
    [
        ("", 5, [""]),
        ("one two", 7, ["one two"]),
        ("one two", 6, ["one", "two"]),
        ("one  two", 4, ["one", "two"]),
        ("one\ntwo", 9, ["one", "two"]),
        ("one\n\ntwo", 9, ["one", "", "two"]),
        ("abcdefgh", 3, ["abc", "def", "gh"]),
        ("a bcdefgh", 3, ["a", "bcd", "efg", "h"]),
        ("one    \ntwo", 4, ["one", "two"]),
        ("漢字漢字", 4, ["漢字", "漢字"]),
        ("漢字漢字", 5, ["漢字", "漢字"]),
        ("漢字、漢字", 4, ["漢", "字、", "漢字"]),
        ("漢（字）", 4, ["漢", "（字", "）"]),
        ("ab漢字", 3, ["ab", "漢", "字"]),
        ("x ab漢", 4, ["x ab", "漢"]),
        ("x 漢ab", 4, ["x 漢", "ab"]),
        ("e\u0301e\u0301e\u0301", 2, ["e\u0301e\u0301", "e\u0301"]),
        ("👩‍👩‍👧👩‍👩‍👧", 2, ["👩‍👩‍👧", "👩‍👩‍👧"]),
    ],
)
def test_text_is_wrapped(text: str, width: int, expected: list[str]) -> None:
    assert wrap_text(text, width) == expected


@pytest.mark.parametrize("mark", ["\u0301", "\u200b", "\u200d", "\u1161", "\ufe0f"])
def test_a_row_holds_a_bounded_number_of_invisible_characters(mark: str) -> None:
    text = "a" + mark * 10_000
    rows = wrap_text(text, 20)
    assert "".join(rows) == text
    assert max(map(len, rows)) <= 20 * LONGEST_CLUSTER


@given(PROSE, PROSE, WIDTHS)
def test_a_row_that_is_not_the_last_stays_whatever_follows(a: str, b: str, width: int) -> None:
    final = wrap_text(a, width)[:-1]
    assert wrap_text(a + b, width)[: len(final)] == final


@given(PROSE, PROSE, WIDTHS)
def test_wrapping_goes_on_from_the_open_row(a: str, b: str, width: int) -> None:
    *final, still_open = wrap([Span(a)], width)
    again = wrap([*still_open, Span(b)], width)
    whole = wrap([Span(a), Span(b)], width)
    assert [row(part) for part in final + again] == [row(part) for part in whole]


@given(PROSE, WIDTHS)
def test_nothing_but_blanks_is_lost(text: str, width: int) -> None:
    assert "".join("".join(wrap_text(text, width)).split()) == "".join(text.split())


@given(PROSE, WIDTHS)
def test_no_row_is_wider_than_the_width(text: str, width: int) -> None:
    assert all(found.width <= width for found in lay_out([Span(text)], width))


def test_spans_are_cut_and_joined_with_their_looks() -> None:
    spans = [Span("ab", "strong"), Span("cd"), Span("ef", "link", "https://a.b")]
    parts = cut(spans, [(0, 1), (1, 3), (3, 5), (5, 6)])
    assert parts == [
        [Span("a", "strong")],
        [Span("b", "strong"), Span("c")],
        [Span("d"), Span("e", "link", "https://a.b")],
        [Span("f", "link", "https://a.b")],
    ]
    assert row([Span("a"), Span(""), Span("b"), Span(" c", "dim"), Span("  ")]).spans == (
        Span("ab"),
        Span(" c", "dim"),
    )


def test_a_line_break_at_the_end_opens_no_row() -> None:
    texts = [found.text for found in lay_out([Span("a\n")], 9, (Span("• "),), (Span("  "),))]
    assert texts == ["• a"]


@pytest.mark.parametrize(
    ("text", "wide"),
    [("", 0), ("a bcd e", 3), ("漢字漢字", 2), ("漢、字", 4), ("x 漢b", 2), ("漢\nab", 2)],
)
def test_the_widest_part_is_what_must_stay_together(text: str, wide: int) -> None:
    assert unbreakable_width(text) == wide
