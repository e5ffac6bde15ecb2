"""The text of a terminal's screen and scrollback, with attributes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import Any

from pyte import HistoryScreen
from pyte.screens import Char

from tests.golden.volatile import normalise

FLAGS = ("bold", "italics", "underscore", "strikethrough", "reverse", "blink")


def show_screen(screen: HistoryScreen) -> list[str]:
    """Return the lines of the visible screen, each followed by its attributes, and the cursor."""
    rows = [screen.buffer[number] for number in range(screen.lines)]
    cursor = f"cursor at row {screen.cursor.y}, column {screen.cursor.x}"
    return [*_show_rows(rows, screen.columns), cursor]


def show_all(screen: HistoryScreen) -> list[str]:
    """Return the lines of scrollback and screen, each followed by its attributes."""
    rows = [*screen.history.top, *(screen.buffer[number] for number in range(screen.lines))]
    return _show_rows(rows, screen.columns)


def _show_rows(rows: Iterable[Mapping[int, Any]], columns: int) -> list[str]:
    lines: list[str] = []
    for row in rows:
        cells = [row[column] for column in range(columns)]
        text = "".join(cell.data for cell in cells).rstrip()
        lines.append(f"| {normalise(text)}".rstrip())
        if spans := _show_spans([_show_style(cell) for cell in cells], len(text)):
            lines.append(f"  ~ {spans}")
    while lines and lines[-1] == "|":
        lines.pop()
    return lines


def _show_style(cell: Char) -> str:
    words = [flag for flag in FLAGS if getattr(cell, flag)]
    words += [cell.fg] if cell.fg != "default" else []
    words += [f"on {cell.bg}"] if cell.bg != "default" else []
    return " ".join(words)


def _show_spans(styles: list[str], width: int) -> str:
    """Return where each style begins and ends; a style of the whole text needs no columns."""
    if styles[0] and styles[:width] == [styles[0]] * width and not any(styles[width:]):
        return f"all {styles[0]}"
    spans = []
    for style, group in groupby(range(len(styles)), key=styles.__getitem__):
        columns = list(group)
        if style:
            spans.append(f"{columns[0]}-{columns[-1]} {style}")
    return ", ".join(spans)
