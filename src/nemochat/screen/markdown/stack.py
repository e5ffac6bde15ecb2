"""Which containers are open, and what stands between one block and the next?

A blank row parts blocks; within a list only where the source has one, for whether a list is loose
would be known at its end alone.
"""

from __future__ import annotations

from typing import NamedTuple

from nemochat.screen.markdown.blocks import Kind, Reading
from nemochat.screen.markdown.containers import Container, Margin
from nemochat.screen.markdown.spans import Row, row


class Opening(NamedTuple):
    """What comes before the rows of a new block.

    Attributes:
        ended: Rows of items that end with nothing in them.
        gap: The blank row before the block, or None.
        margin: What stands before its rows.
    """

    ended: list[Row]
    gap: Row | None
    margin: Margin


class Stack:
    """The containers that are open, from the outermost one."""

    def __init__(self) -> None:
        self.containers: list[Container] = []
        self._filled = False  # whether there is anything yet
        self._blank = False  # whether a blank line came since
        self._due: Row | None = None  # a gap before containers in which nothing stands yet
        self._last = Kind.BLANK

    def opening(self, reading: Reading, width: int) -> Opening:
        """What comes before the block that begins with this line."""
        gap = self._due
        kept = self.containers[: reading.matched]
        ended = self.ended(reading.matched, width)
        if ended:
            gap = None
        filled = kept[-1].filled if kept else self._filled
        if gap is None and filled and self._apart(reading, kept):
            gap = row(Margin(kept, width).rest)
        margin = Margin([*kept, *reading.opened], width, shown=len(kept) if ended else 0)
        return Opening(ended, gap, margin)

    def ended(self, matched: int, width: int) -> list[Row]:
        """Rows of items behind so many containers that have nothing in them."""
        empty = [
            index
            for index, container in enumerate(self.containers)
            if index >= matched and not (container.shown or container.is_quote)
        ]
        if not empty:
            return []
        labels = row(Margin(self.containers[: empty[-1] + 1], width).first)
        return [*([self._due] if self._due else []), labels]

    def enter(self, reading: Reading, gap: Row | None) -> list[Row]:
        """Leave the containers that end, enter new ones; returns the gap if a block follows."""
        self.containers = [*self.containers[: reading.matched], *reading.opened]
        self._filled = True
        self._last = reading.kind
        self._blank = False
        if reading.kind is Kind.BLANK:
            self._due = gap
            for container in self.containers[:-1]:
                container.filled = True
            return []
        self._due = None
        for container in self.containers:
            container.filled = container.shown = True
        return [gap] if gap else []

    def blank(self, matched: int, width: int) -> list[Row]:
        """A blank line goes on in so many containers; returns rows of empty items that end."""
        self._blank = True
        if matched == len(self.containers):
            return []
        first = self.containers[matched]
        if not (first.is_quote or first.filled):
            first.over = True
            return []
        ended = self.ended(matched, width)
        if ended:
            self._due = None
            for container in self.containers:
                container.shown = True
        del self.containers[matched:]
        return ended

    def filled(self) -> None:
        """Another line of the block that is open came."""
        self._blank = False

    def _apart(self, reading: Reading, kept: list[Container]) -> bool:
        """Whether a blank row stands before the block that begins with this line."""
        if self._blank:
            return True
        if reading.kind is Kind.DEFINITION is self._last:
            return False
        if any(not container.is_quote for container in kept):
            return False
        if reading.opened and reading.matched < len(self.containers):
            return not reading.opened[0].follows(self.containers[reading.matched])
        return True
