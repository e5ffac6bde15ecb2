"""Answers shown as Markdown source."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nemochat.screen.answer import Answer
from nemochat.screen.text.sanitize import sanitize
from nemochat.screen.text.spans import Row, Span
from nemochat.screen.text.wrap import Verbatim, verbatim_rows
from tests.conftest import more
from tests.screen.answers import ANSWERS
from tests.screen.test_renderer import MARKDOWN


def rows(text: str, width: int, size: int = 10_000) -> list[Row]:
    verbatim = Verbatim(width)
    final: list[Row] = []
    for at in range(0, len(text), size):
        final += verbatim.feed(text[at : at + size])
        verbatim.tail()
    return final + verbatim.end()


@more(3)
@given(MARKDOWN, st.sampled_from([8, 22, 79]), st.integers(1, 9))
def test_any_text_in_pieces_is_what_it_is_at_once(text: str, width: int, size: int) -> None:
    assert rows(text, width, size) == rows(text, width)


@pytest.mark.parametrize("name", ANSWERS)
def test_nothing_of_a_text_is_lost_but_blanks_at_the_ends_of_lines(name: str) -> None:
    joined = "".join(
        row.text if row.is_continued else f"{row.text}\n" for row in rows(ANSWERS[name], 10_000)
    )
    lines = sanitize(ANSWERS[name]).removesuffix("\n").split("\n")
    assert joined == "".join(f"{line.rstrip()}\n" for line in lines)


def test_long_lines_fill_whole_rows_of_the_terminal() -> None:
    assert rows("x" * 25, 9)[0].spans == (Span("x" * 10),)
    wrapped = rows("x" * 25 + "\ty\tz", 9)
    assert [row.text for row in wrapped] == ["x" * 10, "x" * 10, "xxxxx     ", "  y       ", "z"]
    found = rows("x" * 25, 9) + rows("漢" * 10, 8) + rows("a\tb" + "c" * 9, 15)
    assert [(row.text, row.is_continued) for row in found] == [
        ("x" * 10, True),
        ("x" * 10, True),
        ("x" * 5, False),
        ("漢漢漢漢 ", True),
        ("漢漢漢漢 ", True),
        ("漢漢", False),
        ("a       bccccccc", True),
        ("cc", False),
    ]


def test_a_text_that_is_there_at_once_has_its_lines_as_rows() -> None:
    found = verbatim_rows("**a**\tb\r\n\n\x1b[31m" + "x" * 200, "question")
    assert [row.spans for row in found] == [
        (Span("**a**   b", "question"),),
        (),
        (Span("␛[31m" + "x" * 200, "question"),),
    ]
    assert [row.width for row in found] == [9, 0, 205]
    assert verbatim_rows("x")[0].spans == (Span("x"),)


def test_a_resize_parts_what_follows_anew() -> None:
    verbatim = Verbatim(9)
    assert [row.text for row in verbatim.feed("x" * 15)] == ["x" * 10]
    verbatim.resize(3)
    assert [row.text for row in verbatim.feed("x")] == ["xxxx"]
    assert [row.text for row in verbatim.end()] == ["xx"]


def test_an_answer_of_nothing_has_no_rows() -> None:
    answer = Answer(lambda: Verbatim(79), lambda: 0.0)
    assert answer.end() == answer.tail() == []
    assert not answer.has_text
