"""Drawings of our own data by rich: tables, lists and progress.

Streamed answers are drawn by `screen/markdown` instead.
"""

from __future__ import annotations

import re
import shutil
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, Protocol

from nemochat.screen.device import write
from nemochat.screen.style.colours import open_console
from nemochat.screen.text.sanitize import sanitize, sanitize_line
from nemochat.screen.text.spans import Span
from nemochat.screen.text.wrap import NARROWEST

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.progress import Progress
    from rich.segment import Segment
    from rich.text import Text

NARROW_COLUMNS = 60  # a terminal with fewer gets a list instead of a table
MAX_CELL_COLUMNS = 200
GUIDE_COLUMNS = 4  # of a tree, for each depth
MIN_LABEL_COLUMNS = 24  # of a tree's deepest node
PROGRESS_DELAY = 1.0  # seconds of work before its progress is drawn
PROGRESS_INTERVAL = 0.1  # seconds between two drawings
SEPARATOR = " · "
_BLANKS = re.compile(r"\s+")

Cell = str | Sequence[Span]  # spans where parts of it have a style


class Column(NamedTuple):
    """Column of a table.

    Attributes:
        head: Its title.
        is_number: Whether its cells are numbers, aligned at the right.
        is_labelled: Whether a list shows the title before the cell.
    """

    head: str
    is_number: bool = False
    is_labelled: bool = False


class Drawing(Protocol):
    """Output that a terminal draws; its `str` is the text for a script or a pipe."""

    def draw(self, theme: str) -> None:
        """Draw on the terminal of standard output."""


class Node(NamedTuple):
    """A node of a tree: its rows, at a depth from 0 on."""

    depth: int
    rows: list[list[Span]]


@dataclass(frozen=True, slots=True)
class TreeDrawing:
    """A tree, as its nodes from top to bottom, and the text that shows it in a pipe."""

    nodes: Sequence[Node]
    text: str

    def __str__(self) -> str:
        return self.text

    def draw(self, theme: str) -> None:
        """Draw the tree on the terminal; on a narrow one, deep branches are not indented."""
        from rich.text import Text
        from rich.tree import Tree

        most = max((_terminal_width() - MIN_LABEL_COLUMNS) // GUIDE_COLUMNS, 0)
        parents = [Tree("", style="none", guide_style="dim", hide_root=True)]
        for node in self.nodes:
            depth = min(node.depth, most, len(parents) - 1)
            lines = (_to_text(_sanitize_spans(spans)) for spans in node.rows)
            label = Text("\n", overflow="fold").join(lines)
            parents[depth + 1 :] = [parents[depth].add(label)]
        _draw(open_console(theme), parents[0])


@dataclass(frozen=True, slots=True)
class TextDrawing:
    """A text, parts of which have a style."""

    spans: Sequence[Span]

    def __str__(self) -> str:
        return "".join(span.text for span in self.spans)

    def draw(self, theme: str) -> None:
        """Draw the text on the terminal, wrapped at words."""
        _draw(open_console(theme), _to_text(_sanitize_spans(self.spans)))


def format_row(columns: Sequence[Column], cells: Sequence[Cell]) -> str:
    """Return the cells of a row that aren't empty as one sanitized line."""
    return "".join(span.text for span in _join_cells(columns, cells))


def format_cell(cell: Cell) -> str:
    """Return the text of a cell on one line, for a pipe."""
    text = cell if isinstance(cell, str) else "".join(span.text for span in cell)
    return " ".join(text.split())


def draw_rows(columns: Sequence[Column], rows: Iterable[Sequence[Cell]], theme: str) -> None:
    """Write rows to the terminal: as a table, or as a list if it is narrow."""
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    if shutil.get_terminal_size().columns < NARROW_COLUMNS:
        table = Table.grid(padding=(0, 1, 0, 0))
        for cells in rows:
            table.add_row(_to_text([Span("•", "bullet")]), _to_text(_join_cells(columns, cells)))
    else:
        table = Table(
            box=SIMPLE_HEAD,
            show_edge=False,
            pad_edge=False,
            header_style="strong",
            border_style="table.rule",
        )
        for column in columns:
            table.add_column(
                column.head, justify="right" if column.is_number else "left", overflow="fold"
            )
        for cells in rows:
            table.add_row(*(_to_text(_sanitize_cell(cell)) for cell in cells))
    _draw(open_console(theme), table)


def draw_finding(line: str, theme: str, *, is_ok: bool) -> None:
    """Write one line of a report to the terminal, wrapped below its own beginning."""
    from rich.table import Table

    mark = Span("ok", "success") if is_ok else Span("no", "failure")
    name, colon, text = line.partition(": ")
    grid = Table.grid(padding=(0, 1, 0, 0))
    grid.add_row(_to_text([mark]), _to_text([Span(name + colon, "strong"), Span(text)]))
    _draw(open_console(theme), grid)


@contextmanager
def show_progress(
    noun: str, theme: str, total: int | None = None
) -> Iterator[Callable[[int], None]]:
    """Yield a function that draws the number of finished things on standard error.

    Nothing is drawn in the first second, and the drawing is erased at the end. No thread draws.

    Args:
        noun: The things, in the plural.
        theme: The theme of the drawing.
        total: How many things there are, if known.
    """
    progress: Progress | None = None
    due = time.monotonic() + PROGRESS_DELAY

    def update(done: int) -> None:
        nonlocal progress, due
        if time.monotonic() < due:
            return
        due = time.monotonic() + PROGRESS_INTERVAL
        with suppress(OSError):  # the terminal was closed
            if progress is None:
                progress = _create_progress(noun, theme, total, done)
                progress.start()  # a signal may come after it hid the cursor
            else:
                progress.update(progress.task_ids[0], completed=done, refresh=True)

    try:
        yield update
    finally:
        if progress is not None:
            with suppress(OSError):
                progress.stop()


def _create_progress(noun: str, theme: str, total: int | None, done: int) -> Progress:
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn

    # A bar without a total pulses in colours outside the theme.
    is_bar = total is not None
    progress = Progress(
        BarColumn(20, "rule", "bullet", "bullet") if is_bar else SpinnerColumn(style="bullet"),
        TextColumn(
            f"{{task.completed:,}}{' of {task.total:,}' if is_bar else ''} {noun}", markup=False
        ),
        console=open_console(theme, sys.stderr),
        auto_refresh=False,
        transient=True,
        redirect_stdout=False,
        redirect_stderr=False,
    )
    progress.add_task("", total=total, completed=done)
    return progress


def _join_cells(columns: Sequence[Column], cells: Sequence[Cell]) -> list[Span]:
    """Return the cells that aren't empty, with separators between."""
    spans: list[Span] = []
    for column, cell in zip(columns, cells, strict=True):
        if parts := _sanitize_cell(cell):
            spans += [Span(SEPARATOR, "dim")] if spans else []
            spans += [Span(f"{column.head} ", "dim")] if column.is_labelled else []
            spans += parts
    return spans


def _sanitize_spans(spans: Iterable[Span]) -> Iterator[Span]:
    return (span._replace(text=sanitize(span.text)) for span in spans)


def _sanitize_cell(cell: Cell) -> list[Span]:
    """Return a cell as sanitized spans on one line."""
    if isinstance(cell, str):
        cell = [Span(sanitize_line(cell, MAX_CELL_COLUMNS))]
    clean = [span._replace(text=_BLANKS.sub(" ", sanitize(span.text))) for span in cell]
    return [span for span in clean if span.text]


def _to_text(spans: Iterable[Span]) -> Text:
    """Return spans as a text for rich, which doesn't read its markup in them."""
    from rich.text import Text

    return Text.assemble(*((span.text, span.style) for span in spans), overflow="fold")


def _draw(console: Console, drawing: RenderableType) -> None:
    """Write a drawing to the terminal, without trailing spaces."""
    from rich.segment import Segment, Segments

    options = console.options.update(width=_terminal_width())
    lines = console.render_lines(drawing, options, pad=False)
    segments = [segment for line in lines for segment in (*_strip_blanks(line), Segment.line())]
    with console.capture() as capture:
        console.print(Segments(segments), end="", crop=False)
    write(capture.get())


def _terminal_width() -> int:
    """Return the columns of a line, one less than the terminal has."""
    return max(shutil.get_terminal_size().columns - 1, NARROWEST)


def _strip_blanks(line: list[Segment]) -> list[Segment]:
    """Return a line's segments without trailing spaces, and other spaces without style."""
    line = [segment._replace(style=None) if segment.text.isspace() else segment for segment in line]
    while line and not line[-1].text.rstrip():
        line.pop()
    return [*line[:-1], line[-1]._replace(text=line[-1].text.rstrip())] if line else []
