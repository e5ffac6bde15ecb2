"""Quotations and list items, and the margin that they give to the blocks inside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from nemochat.screen.text.spans import Span

TAB = 4  # columns, as CommonMark counts them
_BAR = "│ "
_BULLET = "• "


class Cursor:
    """Position in a line, which may be in the middle of a tab."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self._column = 0
        self._spare = 0

    def indent(self) -> tuple[int, int]:
        """Return the columns of spaces from here, and the index of the next other character."""
        text, at = self.text, self.at
        if at == len(text) or text[at] not in " \t":
            return self._spare, at
        column = self._column + self._spare
        while at < len(text):
            if text[at] == " ":
                column += 1
            elif text[at] == "\t":
                column += TAB - column % TAB
            else:
                break
            at += 1
        return column - self._column, at

    def skip(self, columns: int) -> None:
        """Pass this many columns of spaces, or as many as there are."""
        while columns > 0:
            if self._spare:
                step = min(self._spare, columns)
                self._spare -= step
                self._column += step
                columns -= step
                continue
            blank = self.text[self.at : self.at + 1]
            if blank == "\t":
                self._spare = TAB - self._column % TAB
            elif blank == " ":
                self._spare = 1
            else:
                return
            self.at += 1

    def enter(self, index: int, marker: int) -> None:
        """Pass a mark of this many characters, at an index after spaces."""
        columns, _ = self.indent()
        self._column += columns + marker
        self._spare = 0
        self.at = index + marker

    def rest(self) -> str:
        """Return the text from here."""
        return " " * self._spare + self.text[self.at :]


@dataclass(slots=True)
class Container:
    """Quotation (its mark is ">") or list item.

    Attributes:
        mark: The bullet, or the delimiter after a number.
        indent: Columns by which lines of an item must be indented.
        number: Number of the item; only the first one of a list is read from the source.
        is_shown: Whether the bullet or number has been shown.
        is_filled: Whether it contains anything.
        is_closed: Whether it is an empty item followed by a blank line.
    """

    mark: str
    indent: int = 0
    number: int | None = None
    is_shown: bool = False
    is_filled: bool = False
    is_closed: bool = False

    @property
    def is_quote(self) -> bool:
        """Return whether it is a quotation."""
        return self.mark == ">"

    def holds(self, cursor: Cursor) -> bool:
        """Return whether the line continues it; the cursor passes its mark."""
        columns, index = cursor.indent()
        if self.is_quote:
            if columns >= TAB or cursor.text[index : index + 1] != ">":
                return False
            cursor.enter(index, 1)
            cursor.skip(1)
            return True
        if index == len(cursor.text):
            cursor.skip(self.indent)
            return self.is_filled
        if self.is_closed or columns < self.indent:
            return False
        cursor.skip(self.indent)
        return True

    def follows(self, other: Container) -> bool:
        """Return whether this item belongs to the same list as an earlier one."""
        return not self.is_quote and self.mark == other.mark

    def label(self) -> Span:
        """Return what its first row begins with."""
        if self.is_quote:
            return Span(_BAR, "quote")
        if self.number is None:
            return Span(_BULLET, "bullet")
        return Span(f"{self.number}{self.mark} ", "bullet")

    def indentation(self) -> Span:
        """Return what its other rows begin with."""
        label = self.label()
        return label if self.is_quote else Span(" " * len(label.text))


class Margin:
    """Beginning of a block's rows, and the remaining columns.

    Attributes:
        first: Spans before the next row.
        rest: Spans before the rows after that.
        columns: Columns that remain, at least half of the width.

    Args:
        containers: The containers of the block.
        width: Columns of text.
        shown: Number of containers that earlier rows show.
    """

    def __init__(self, containers: Sequence[Container], width: int, *, shown: int = 0) -> None:
        self._first = [
            container.indentation() if container.is_shown or index < shown else container.label()
            for index, container in enumerate(containers)
        ]
        self._rest = [c.indentation() for c in containers]
        self.resize(width)

    def resize(self, width: int) -> None:
        """Change the width."""
        columns = sum([len(span.text) for span in self._rest])
        over = max(columns - width // 2, 0)
        self.first = _cut_left(self._first, over)
        self.rest = _cut_left(self._rest, over)
        self.columns = width - columns + over

    def take(self) -> tuple[Span, ...]:
        """Return the spans before the next row, and go on to the row after it."""
        first = self.first
        self.first, self._first = self.rest, self._rest
        return first


def _cut_left(spans: Sequence[Span], over: int) -> tuple[Span, ...]:
    """Return the spans without this many columns at the left."""
    if not over:
        return tuple(spans)
    kept: list[Span] = []
    for span in spans:
        gone = min(over, len(span.text))
        over -= gone
        kept.append(span._replace(text=span.text[gone:]) if gone else span)
    return tuple(kept)
