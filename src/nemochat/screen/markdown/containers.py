"""Quotes and list items, and the margin they give to the blocks inside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from nemochat.screen.text.spans import Span

TAB = 4  # columns, as CommonMark counts them
_BAR = "│ "
_BULLET = "• "


class Cursor:
    """A place in a line, with the columns of a tab that was entered only in part."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self._column = 0
        self._spare = 0

    def indent(self) -> tuple[int, int]:
        """Columns of blanks from here, and the index of the first character behind them."""
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
        """Pass this many columns of blanks, or as many as there are."""
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
        """Pass a marker of so many characters that begins at an index behind blanks."""
        columns, _ = self.indent()
        self._column += columns + marker
        self._spare = 0
        self.at = index + marker

    def rest(self) -> str:
        """The text from here."""
        return " " * self._spare + self.text[self.at :]


@dataclass(slots=True)
class Container:
    """A quote (its mark is ">") or a list item.

    Attributes:
        mark: The bullet's character, or the delimiter behind a number.
        indent: Columns that lines of an item must be indented.
        number: The item's number, of which only the first one of a list counts in the source.
        shown: Whether the bullet or number has been shown.
        filled: Whether there is anything in it.
        over: Whether nothing more can be in it: a blank line followed an empty item.
    """

    mark: str
    indent: int = 0
    number: int | None = None
    is_shown: bool = False
    is_filled: bool = False
    is_closed: bool = False

    @property
    def is_quote(self) -> bool:
        """Whether it is a quote."""
        return self.mark == ">"

    def holds(self, cursor: Cursor) -> bool:
        """Whether the line goes on in it; the cursor passes what says so."""
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
        """Whether this item belongs to the same list as one before."""
        return not self.is_quote and self.mark == other.mark

    def label(self) -> Span:
        """What stands before its first row."""
        if self.is_quote:
            return Span(_BAR, "quote")
        if self.number is None:
            return Span(_BULLET, "bullet")
        return Span(f"{self.number}{self.mark} ", "bullet")

    def indentation(self) -> Span:
        """What stands before its other rows."""
        label = self.label()
        return label if self.is_quote else Span(" " * len(label.text))


class Margin:
    """What stands before the rows of a block, and how many columns are left.

    Attributes:
        first: Before its next row, which is its first one until that is taken.
        rest: Before the rows after that.
        columns: What is left of the width, at least half of it.

    Args:
        containers: What the block stands in.
        width: Columns of text.
        shown: How many of the containers are shown by rows before the block.
    """

    def __init__(self, containers: Sequence[Container], width: int, *, shown: int = 0) -> None:
        self._first = [
            container.indentation() if container.is_shown or index < shown else container.label()
            for index, container in enumerate(containers)
        ]
        self._rest = [c.indentation() for c in containers]
        self.resize(width)

    def resize(self, width: int) -> None:
        """Fit another width."""
        columns = sum([len(span.text) for span in self._rest])
        over = max(columns - width // 2, 0)
        self.first = _cut_left(self._first, over)
        self.rest = _cut_left(self._rest, over)
        self.columns = width - columns + over

    def take(self) -> tuple[Span, ...]:
        """What stands before the next row."""
        first = self.first
        self.first, self._first = self.rest, self._rest
        return first


def _cut_left(spans: Sequence[Span], over: int) -> tuple[Span, ...]:
    """The spans without this many columns at their left."""
    if not over:
        return tuple(spans)
    kept: list[Span] = []
    for span in spans:
        gone = min(over, len(span.text))
        over -= gone
        kept.append(span._replace(text=span.text[gone:]) if gone else span)
    return tuple(kept)
