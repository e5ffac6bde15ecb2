"""How do commands that are no chat show what they found?"""

from __future__ import annotations

import json
import os
import shutil
import textwrap
from collections.abc import Iterable

from nemochat import config
from nemochat.cli import streams, views
from nemochat.parts import Screen
from nemochat.repl.listings import NARROW, plain
from nemochat.screen.plain import Plain

LONGEST_CELL = 200  # columns


def screen() -> Screen:
    """The view for texts of ours, as the settings say."""
    return views.choose(config.load({}, os.environ))


def tell(text: str) -> None:
    """Write a text to standard output as it is, made harmless on a terminal."""
    Plain(streams.output(), None, on_terminal=streams.output_is_terminal()).show(text)


def tell_json(value: object) -> None:
    """Write a value as JSON."""
    tell(json.dumps(value, ensure_ascii=False, indent=2))


def tell_rows(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> None:
    """Show rows: a table on a terminal, a list where that is narrow; in a pipe tabs between cells.

    The first cell of a row names it. Empty cells at its end are left out of a list.
    """
    if not streams.output_is_terminal():
        tell("\n".join("\t".join(" ".join(cell.split()) for cell in row) for row in rows))
        return
    escaped = [[plain(cell, LONGEST_CELL) for cell in row] for row in rows]
    if shutil.get_terminal_size().columns < NARROW:
        screen().show("\n".join(f"- {' '.join(filter(None, row))}" for row in escaped))
    else:
        lines = [head, ["---" for _ in head], *escaped]
        screen().show("\n".join(f"| {' | '.join(line)} |" for line in lines))


def hanging(label: str, text: str) -> str:
    """A line after a label, wrapped to a terminal's width under its own beginning."""
    line = f"{label} {text}"
    if not streams.output_is_terminal():
        return line
    columns = max(shutil.get_terminal_size().columns - 1, 20)
    indent = " " * (len(label) + 1)
    return textwrap.fill(line, columns, subsequent_indent=indent, break_on_hyphens=False)
