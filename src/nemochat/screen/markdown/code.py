"""Blocks of lines that must keep their shape: code, and formulas of several lines."""

from __future__ import annotations

from nemochat.screen.markdown.containers import Margin
from nemochat.screen.markdown.highlight import PLAIN, Highlighter
from nemochat.screen.markdown.latex import to_unicode
from nemochat.screen.text.spans import Row, Span, row
from nemochat.screen.text.wrap import LongLine

_INDENT = "    "  # as it stands in the source
MOST_BLANK = 40  # blank rows on end; more would only push the screen away


class CodeBlock:
    """A block of lines that are never wrapped; each is final when it is complete."""

    def __init__(self, margin: Margin, highlighter: Highlighter | None = None) -> None:
        self.margin = margin
        self._highlighter = highlighter
        self._blank = 0
        self._long: LongLine | None = None  # that is shown before it is complete

    @property
    def has_open_line(self) -> bool:
        """Whether a very long line was begun."""
        return self._long is not None

    def line(self, text: str) -> list[Row]:
        """The rows of a complete line."""
        spans = self._spans(text, complete=True)
        return self._crop(row((*self.margin.take(), *spans)))

    def live(self, text: str) -> list[Row]:
        """The row of a line that is not complete."""
        if self._long:
            return self._piece()
        return [row((*self.margin.first, *self._spans(text, complete=False)))]

    def begin_line(self, text: str, columns: int) -> list[Row]:
        """Begin a very long line, of which pieces are final before it is complete."""
        self._blank = 0
        self._long = LongLine(PLAIN)
        margin = "".join([span.text for span in self.margin.take()])
        return self._long.grow(margin + text, columns)

    def extend_line(self, text: str, columns: int) -> list[Row]:
        """Go on with a very long line on a terminal of so many columns."""
        assert self._long
        return self._long.grow(text, columns)

    def end_line(self) -> list[Row]:
        """Complete a very long line."""
        final = self._piece()
        self._long = None
        return final

    def _piece(self) -> list[Row]:
        return [row([Span(self._long.rest, PLAIN)])] if self._long else []

    def _spans(self, text: str, *, complete: bool) -> list[Span]:
        if self._highlighter is None:
            return [Span(text, PLAIN)]
        read = self._highlighter.line if complete else self._highlighter.preview
        return read(text)

    def _crop(self, row: Row) -> list[Row]:
        self._blank = 0 if row.text.strip("│ ") else self._blank + 1
        return [row] if self._blank <= MOST_BLANK else []


class IndentedCode(CodeBlock):
    """Code by indentation: blank lines count only when another line of code follows."""

    def __init__(self, margin: Margin) -> None:
        super().__init__(margin)
        self.blanks = 0

    def line(self, text: str) -> list[Row]:
        """The rows of a complete line, after the blank ones that waited for it."""
        return self._pending_rows() + super().line(_INDENT + text)

    def live(self, text: str) -> list[Row]:
        """The rows of a line that is not complete, after the blank ones that wait for it."""
        waiting = [row(self.margin.rest) for _ in range(min(self.blanks, MOST_BLANK))]
        return waiting + super().live(_INDENT + text)

    def begin_line(self, text: str, columns: int) -> list[Row]:
        """Begin a very long line, after the blank ones that waited for it."""
        return self._pending_rows() + super().begin_line(_INDENT + text, columns)

    def _pending_rows(self) -> list[Row]:
        rows: list[Row] = []
        for _ in range(min(self.blanks, MOST_BLANK)):
            rows += super().line("")
        self.blanks = 0
        return rows


class FormulaBlock(CodeBlock):
    """A formula of many lines: each in Unicode where that is exact."""

    def __init__(self, margin: Margin, *, math: bool) -> None:
        super().__init__(margin)
        self._math = math

    def _spans(self, text: str, *, complete: bool) -> list[Span]:
        formula = to_unicode(text) if complete and self._math else None
        return [Span(formula or text, "math")]
