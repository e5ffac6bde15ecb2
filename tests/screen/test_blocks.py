"""Block structure of single lines."""

from __future__ import annotations

import pytest

from nemochat.screen.markdown.blocks import LONGEST, LONGEST_TITLE, Kind, Open, read_line
from nemochat.screen.markdown.containers import Container, Cursor, Margin
from nemochat.screen.text.spans import Span

PARAGRAPH = Open(Kind.TEXT)
TITLE = Open(Kind.TEXT, held="title", alone=True)
HEAD = Open(Kind.TEXT, held="a | b", alone=True)
FENCED = Open(Kind.FENCE, mark="```", indent=2)
QUOTE = Container(">", is_filled=True)
ITEM = Container("-", indent=2, is_filled=True)


@pytest.mark.parametrize(
    ("line", "block", "kind", "text"),
    [
        ("", Open(), Kind.BLANK, ""),
        (" \t ", Open(), Kind.BLANK, ""),
        ("  text", Open(), Kind.TEXT, "text"),
        ("# head #", Open(), Kind.HEADING, "head"),
        ("#", Open(), Kind.HEADING, ""),
        ("#tag", Open(), Kind.TEXT, "#tag"),
        ("####### seven", Open(), Kind.TEXT, "####### seven"),
        ("---", Open(), Kind.RULE, ""),
        ("* * *", Open(), Kind.RULE, ""),
        ("---", TITLE, Kind.UNDERLINE, ""),
        ("---", PARAGRAPH, Kind.RULE, ""),
        ("===", PARAGRAPH, Kind.TEXT, "==="),
        ("===", Open(Kind.TEXT, "t" * (LONGEST_TITLE + 1), alone=True), Kind.TEXT, "==="),
        ("--|--", HEAD, Kind.DELIMITERS, "--|--"),
        ("|:-|-:|", HEAD, Kind.DELIMITERS, "|:-|-:|"),
        ("|---|", HEAD, Kind.TEXT, "|---|"),
        ("| x", Open(Kind.TABLE_ROW), Kind.TABLE_ROW, "| x"),
        ("x", Open(Kind.TABLE_ROW), Kind.TABLE_ROW, "x"),
        ("```py", Open(), Kind.FENCE, "```py"),
        ("``` a`b", Open(), Kind.TEXT, "``` a`b"),
        ("~~~ a`b", Open(), Kind.FENCE, "~~~ a`b"),
        ("   x", FENCED, Kind.CODE, " x"),
        ("\tx", FENCED, Kind.CODE, "  x"),
        ("# x", FENCED, Kind.CODE, "# x"),
        ("``", FENCED, Kind.CODE, "``"),
        ("```` ", FENCED, Kind.FENCE_END, "````"),
        ("    ```", FENCED, Kind.CODE, "  ```"),
        ("    code", Open(), Kind.INDENTED, "code"),
        ("\t\tcode", Open(), Kind.INDENTED, "\tcode"),
        ("    text", PARAGRAPH, Kind.TEXT, "text"),
        ("\\[", Open(), Kind.FORMULA, "\\["),
        ("$$ ", PARAGRAPH, Kind.FORMULA, "$$"),
        ("\\[ x \\]", Open(), Kind.TEXT, "\\[ x \\]"),
        ("+ x", Open(Kind.FORMULA, mark="$$"), Kind.CODE, "+ x"),
        ("$$", Open(Kind.FORMULA, mark="$$"), Kind.FORMULA_END, "$$"),
        ("", Open(Kind.FORMULA, mark="$$"), Kind.BLANK, ""),
        ("[a]: /u", Open(), Kind.DEFINITION, "[a]: /u"),
        ("[a]: /u", PARAGRAPH, Kind.TEXT, "[a]: /u"),
        ("<div>", Open(), Kind.TEXT, "<div>"),
        ("1998. x", PARAGRAPH, Kind.TEXT, "1998. x"),
        ("-", PARAGRAPH, Kind.TEXT, "-"),
        ("# " + "x" * LONGEST, Open(), Kind.TEXT, "# " + "x" * LONGEST),
    ],
)
def test_a_line_is_read(line: str, block: Open, kind: Kind, text: str) -> None:
    reading = read_line(line, [], block)
    assert (reading.kind, reading.text) == (kind, text)


@pytest.mark.parametrize(
    ("line", "opened", "text"),
    [
        ("- x", [("-", 2, None)], "x"),
        ("-   x", [("-", 4, None)], "x"),
        ("-      x", [("-", 2, None)], " x"),
        ("  10) x", [(")", 6, 10)], "x"),
        ("> x", [(">", 0, None)], "x"),
        (">x", [(">", 0, None)], "x"),
        ("> - 1. x", [(">", 0, None), ("-", 2, None), (".", 3, 1)], "x"),
        ("-x", [], "-x"),
        ("1234567890. x", [], "1234567890. x"),
    ],
)
def test_a_line_begins_containers(
    line: str, opened: list[tuple[str, int, int | None]], text: str
) -> None:
    reading = read_line(line, [], Open())
    assert [(c.mark, c.indent, c.number) for c in reading.opened] == opened
    assert reading.text == text


@pytest.mark.parametrize(
    ("line", "stack", "matched", "lazy"),
    [
        ("> x", [QUOTE], 1, False),
        ("x", [QUOTE], 0, True),
        ("  x", [ITEM], 1, False),
        ("x", [ITEM], 0, True),
        ("> x", [QUOTE, ITEM], 1, True),
        (">   x", [QUOTE, ITEM], 2, False),
    ],
)
def test_a_line_goes_on_in_containers(
    line: str,
    stack: list[Container],
    matched: int,
    lazy: bool,
) -> None:
    reading = read_line(line, stack, PARAGRAPH)
    assert (reading.matched, reading.lazy, reading.kind) == (matched, lazy, Kind.TEXT)
    assert reading.is_continuation(stack)


def test_an_item_of_the_same_list_counts_on() -> None:
    first = Container(".", indent=3, number=7, is_filled=True)
    assert read_line("1. x", [first], Open()).opened[0].number == 8
    assert read_line("1) x", [first], Open()).opened[0].number == 1


def test_containers_end_somewhere() -> None:
    assert len(read_line("> " * 100, [], Open()).opened) == 32


def test_tabs_are_entered_in_part() -> None:
    cursor = Cursor("\t\tx")
    cursor.skip(2)
    assert cursor.indent() == (6, 2)
    assert cursor.rest() == "  \tx"
    cursor.skip(2)
    assert cursor.rest() == "\tx"


def test_a_margin_shows_a_label_once_and_leaves_half_of_the_width() -> None:
    margin = Margin([Container(">"), Container(".", number=10)], 20)
    assert margin.take() == (Span("│ ", "quote"), Span("10. ", "bullet"))
    assert margin.take() == (Span("│ ", "quote"), Span("    "))
    assert margin.columns == 14
    margin.resize(8)
    assert margin.columns == 4
    assert sum(len(span.text) for span in margin.rest) == 4
