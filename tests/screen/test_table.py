"""Tables on wide and narrow terminals, complete and streamed."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nemochat.screen.markdown.renderer import Renderer, render
from nemochat.screen.markdown.table import MOST_WAITING, fit_widths, parse_alignments, split_cells
from nemochat.screen.text.spans import Row, Span

from .answers import TABLES


def letters(rows: list[Row]) -> Counter[str]:
    return Counter("".join(row.text for row in rows)) - Counter(dict.fromkeys(" │─┼", 10**6))


def show(text: str, width: int) -> list[str]:
    return [row.text for row in render(text, width)]


@pytest.mark.parametrize(
    ("line", "parts"),
    [
        ("| a | b |", ["a", "b"]),
        ("a | b", ["a", "b"]),
        ("|a|", ["a"]),
        ("| a \\| b | c |", ["a | b", "c"]),
        ("| a | |", ["a", ""]),
        ("||", [""]),
    ],
)
def test_a_row_is_parted_at_its_bars(line: str, parts: list[str]) -> None:
    assert split_cells(line) == parts


@pytest.mark.parametrize(
    ("line", "aligned"),
    [
        ("|---|:-:|--:|", ["<", "^", ">"]),
        (":-- | -", ["<", "<"]),
        ("---", None),
        ("| - x |", None),
        ("|  |", None),
    ],
)
def test_delimiters_say_how_columns_are_aligned(line: str, aligned: list[str] | None) -> None:
    assert parse_alignments(line) == aligned


@pytest.mark.parametrize(
    ("natural", "longest", "width", "widths"),
    [
        ([5, 5], [5, 5], 13, [5, 5]),
        ([5, 50], [5, 8], 40, [5, 32]),
        ([30, 50], [6, 8], 33, [14, 16]),
        ([30, 50], [20, 20], 20, [8, 9]),
        ([2, 50], [2, 40], 20, [2, 15]),
        ([9, 9, 9], [9, 9, 9], 18, [4, 4, 4]),
        ([9, 9, 9], [9, 9, 9], 17, []),
    ],
)
def test_columns_share_the_width(
    natural: list[int], longest: list[int], width: int, widths: list[int]
) -> None:
    assert fit_widths(natural, longest, width) == widths


@given(
    st.lists(st.tuples(st.integers(1, 99), st.integers(1, 99)), min_size=1, max_size=12),
    st.integers(8, 200),
)
def test_columns_never_pass_the_width(sizes: list[tuple[int, int]], width: int) -> None:
    natural = [max(size) for size in sizes]
    longest = [min(size) for size in sizes]
    widths = fit_widths(natural, longest, width)
    if widths:
        assert sum(widths) + 3 * (len(widths) - 1) <= width
        assert all(1 <= given <= most for given, most in zip(widths, natural, strict=True))
        assert all(wide >= min(4, most) for wide, most in zip(widths, natural, strict=True))


def test_a_table_is_aligned_without_a_frame() -> None:
    text = "| a | bb | c |\n|---|:-:|--:|\n| one | 2 | 3 |\n| x | **long** | |\n"
    assert show(text, 40) == [
        "a   │  bb  │ c",
        "────┼──────┼──",
        "one │  2   │ 3",
        "x   │ long │",
    ]


def test_cells_are_wrapped_and_nothing_is_cut() -> None:
    text = "| name | text |\n|---|--:|\n| a | words that do not fit in it |\n"
    assert show(text, 20) == [
        "name │          text",
        "─────┼──────────────",
        "a    │ words that do",
        "     │ not fit in it",
    ]


def test_a_cell_is_as_wide_as_its_longest_line() -> None:
    text = "| a<br>bbb | c |\n|---|---|\n| 1 | 2 |\n"
    assert show(text, 40) == ["a   │ c", "bbb │", "────┼──", "1   │ 2"]


def test_wide_characters_are_aligned_by_columns() -> None:
    text = "| 言語 | 幅 |\n|:-:|--:|\n| 日本語 | 二桁 |\n| x | y |\n"
    assert show(text, 40) == [
        " 言語  │   幅",
        "───────┼─────",
        "日本語 │ 二桁",
        "  x    │    y",
    ]


def test_what_is_too_narrow_becomes_lines() -> None:
    text = "| a | b | c |\n|---|---|---|\n| 1 | 2 | long word |\n| 4 | | 6 |\n"
    assert render(text, 9)[0].spans == (Span("a: ", "strong"), Span("1"))
    assert show(text, 9) == [
        "a: 1",
        "b: 2",
        "c: long",
        "word",
        "────────",
        "a: 4",
        "b:",
        "c: 6",
    ]


@pytest.mark.parametrize("width", [200, 120, 79, 60, 40, 30])
def test_every_word_of_a_table_is_shown_and_no_row_is_wider(width: int) -> None:
    rows = render(TABLES, width)
    assert all(row.width <= width for row in rows)
    assert letters(rows) == letters(render(TABLES, 500))


def test_more_cells_than_the_head_has_are_shown_in_the_last_one() -> None:
    text = "| a | b |\n|---|---|\n| 1 | 2 | 3 |\n| 4 |\n"
    assert show(text, 40) == ["a │ b", "──┼──────", "1 │ 2 | 3", "4 │"]


def test_a_table_interrupts_a_paragraph_and_ends_at_a_blank_line() -> None:
    text = "Here:\n| a | b |\n|---|---|\n| 1 | 2 |\n\nafter\n"
    assert show(text, 40) == ["Here:", "", "a │ b", "──┼──", "1 │ 2", "", "after"]


def test_a_table_waits_until_it_ends_but_not_for_ever() -> None:
    renderer = Renderer(40)
    assert renderer.feed("| a | b |\n|---|---|\n") == []
    final = []
    for number in range(MOST_WAITING + 20):
        final += renderer.feed(f"| {number} | x |\n")
        assert bool(final) == (number >= MOST_WAITING - 1)
        assert len(renderer.tail()) <= 20
    assert len(final) == 2 + MOST_WAITING + 20


def test_the_last_rows_of_a_growing_table_are_shown_as_wide_as_they_will_be() -> None:
    renderer = Renderer(40)
    renderer.feed("| a | b |\n|---|---|\n| 1 | 2 |\n| 3 | **bo")
    assert [row.text for row in renderer.tail()] == ["a │ b", "──┼───", "1 │ 2", "3 │ bo"]
    renderer.feed("ld words")
    assert [row.text for row in renderer.tail()][-1] == "3 │ bold words"
    renderer.feed(" that do not fit into the width of it")
    assert [row.text for row in renderer.tail()][-2:] == [
        "3 │ bold words that do not fit into the",
        "  │ width of it",
    ]


def test_a_growing_table_that_is_too_narrow_is_shown_as_lines() -> None:
    renderer = Renderer(9)
    renderer.feed("| a | b | c |\n|---|---|---|\n| 1 | 2 | ab |\n| 3 | 4 | cd |\n")
    lines = ["a: 1", "b: 2", "c: ab", "────────", "a: 3", "b: 4", "c: cd"]
    assert [row.text for row in renderer.tail()] == lines
    assert [row.text for row in renderer.end()] == lines


def test_a_table_in_a_list_stands_behind_its_margin() -> None:
    text = "- x\n\n  | a | b |\n  |---|---|\n  | 1 | 2 |\n"
    assert show(text, 40) == ["• x", "", "  a │ b", "  ──┼──", "  1 │ 2"]


def test_a_row_that_would_be_crowded_has_all_the_room_below_its_head_once_more() -> None:
    rows = [f"| {number} | short |" for number in range(MOST_WAITING + 5)]
    long = "a cell that is longer than all before it"
    crowded = [*rows, f"| 123456789 | {long} |", *rows, f"| 1 | {long}, and longer still |"]
    found = show("\n".join(["| n | what |", "|--:|---|", *crowded]), 40)
    assert [index for index, text in enumerate(found) if text.split() == ["n", "│", "what"]] == [
        0,
        2 + MOST_WAITING + 5 + 1,
    ]
    assert any("123456789 │ a cell" in text for text in found)
    assert len({text.index("│") for text in found[MOST_WAITING + 10 :] if "│" in text}) == 1


def test_a_bar_in_code_separates_no_cells_if_they_would_be_too_many() -> None:
    assert split_cells("| `a | b` | c |", 2) == ["`a | b`", "c"]
    assert split_cells("| ` | grave | ` |", 3) == ["`", "grave", "`"]
    assert split_cells("| ``x | ` | y`` | \\` | z |", 3) == ["``x | ` | y``", "\\`", "z"]
