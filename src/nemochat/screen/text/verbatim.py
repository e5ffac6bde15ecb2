"""Text shown as it came: its lines, wrapped by the terminal."""

from __future__ import annotations

from nemochat.screen.text.sanitize import StreamSanitizer, sanitize
from nemochat.screen.text.spans import Row, Span, row
from nemochat.screen.text.width import text_width
from nemochat.screen.text.wrap import LongLine


def verbatim_rows(text: str, style: str = "") -> list[Row]:
    """The rows of a text that is not laid out, made harmless."""
    lines = sanitize(text).split("\n")
    return [row([Span(line.expandtabs(), style)]) for line in lines]


class Verbatim:
    """A text in pieces into rows, the Markdown in it left alone.

    Args:
        width: Columns of text, one less than the terminal has.
    """

    def __init__(self, width: int) -> None:
        self._cleaner = StreamSanitizer()
        self._columns = width + 1
        self._line = ""  # that is not complete
        self._long: LongLine | None = None  # if it is wider than the terminal

    def feed(self, text: str) -> list[Row]:
        """Take in a piece; returns the rows that became final."""
        final: list[Row] = []
        *lines, last = self._cleaner.feed(text).split("\n")
        for line in lines:
            final += [*self._grow(line), self._row()]
            self._line, self._long = "", None
        return final + self._grow(last)

    def tail(self) -> list[Row]:
        """The row that is not final, as it stands."""
        return [self._row()] if self._line or self._long else []

    def end(self, *, interrupted: bool = False) -> list[Row]:  # noqa: ARG002 - nothing is closed
        """Nothing more comes; returns the rows that are left."""
        final = self._grow(self._cleaner.flush()) + self.tail()
        self._line, self._long = "", None
        return final

    def resize(self, width: int) -> None:
        """Part long lines for another width."""
        self._columns = width + 1

    def _grow(self, text: str) -> list[Row]:
        """The line goes on with this text; returns what fills whole rows of the terminal."""
        if self._long:
            return self._long.grow(text, self._columns)
        self._line += text
        if text_width(self._line) <= self._columns:
            return []
        self._long = LongLine()
        return self._long.grow(self._line, self._columns)

    def _row(self) -> Row:
        return row([Span(self._long.rest if self._long else self._line)])
