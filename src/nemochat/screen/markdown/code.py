"""Blocks of lines that keep their shape: code, and formulas of several lines."""

from __future__ import annotations

from functools import cache

from nemochat.lexers import Highlighter, Piece, Token
from nemochat.screen.markdown.containers import Margin
from nemochat.screen.markdown.latex import to_unicode
from nemochat.screen.text.spans import Row, Span, row
from nemochat.screen.text.wrap import LongLine

MOST_BLANK = 40  # consecutive blank rows; more would push the text off the screen
PLAIN = "code.plain"
_INDENT = "    "  # of indented code, which is shown as in the source
_STYLES = {
    "Comment": "code.comment",
    "Comment.Preproc": "code.keyword",
    "Generic.Deleted": "code.deleted",
    "Generic.Heading": "code.heading",
    "Generic.Inserted": "code.inserted",
    "Generic.Prompt": "code.keyword",
    "Generic.Subheading": "code.heading",
    "Keyword": "code.keyword",
    "Keyword.Type": "code.type",
    "Literal.Number": "code.number",
    "Literal.String": "code.string",
    "Name.Attribute": "code.attribute",
    "Name.Builtin": "code.builtin",
    "Name.Class": "code.name",
    "Name.Decorator": "code.attribute",
    "Name.Function": "code.name",
    "Name.Tag": "code.tag",
    "Operator.Word": "code.keyword",
}


class CodeBlock:
    """Block of lines that are never wrapped; each is final when it is complete."""

    def __init__(self, margin: Margin, highlighter: Highlighter | None = None) -> None:
        self.margin = margin
        self._highlighter = highlighter
        self._blank = 0  # consecutive blank rows
        self._long: LongLine | None = None  # the incomplete line, if it is very long

    @property
    def has_open_line(self) -> bool:
        """Return whether a very long line has begun."""
        return self._long is not None

    def line(self, text: str) -> list[Row]:
        """Return the rows of a complete line."""
        new = row((*self.margin.take(), *self._spans(text, complete=True)))
        self._blank = 0 if new.text.strip("│ ") else self._blank + 1
        return [new] if self._blank <= MOST_BLANK else []

    def live(self, text: str) -> list[Row]:
        """Return the row of an incomplete line."""
        if self._long:
            return self._open_row()
        return [row((*self.margin.first, *self._spans(text, complete=False)))]

    def begin_line(self, text: str, columns: int) -> list[Row]:
        """Begin a very long line, whose rows become final before it is complete."""
        self._blank = 0
        self._long = LongLine(PLAIN)
        margin = "".join([span.text for span in self.margin.take()])
        return self._long.grow(margin + text, columns)

    def extend_line(self, text: str, columns: int) -> list[Row]:
        """Continue a very long line on a terminal of this width."""
        assert self._long
        return self._long.grow(text, columns)

    def end_line(self) -> list[Row]:
        """Complete a very long line."""
        final = self._open_row()
        self._long = None
        return final

    def _open_row(self) -> list[Row]:
        return [row([Span(self._long.rest, PLAIN)])] if self._long else []

    def _spans(self, text: str, *, complete: bool) -> list[Span]:
        if self._highlighter is None:
            return [Span(text, PLAIN)]
        read = self._highlighter.line if complete else self._highlighter.preview
        return style_pieces(read(text))


class IndentedCode(CodeBlock):
    """Block of indented code: blank lines count only if another line of code follows."""

    def __init__(self, margin: Margin) -> None:
        super().__init__(margin)
        self.blanks = 0

    def line(self, text: str) -> list[Row]:
        """Return the rows of the blank lines before a complete line, and its own."""
        return self._pending_rows() + super().line(_INDENT + text)

    def live(self, text: str) -> list[Row]:
        """Return the rows of the blank lines before an incomplete line, and its own."""
        pending = [row(self.margin.rest) for _ in range(min(self.blanks, MOST_BLANK))]
        return pending + super().live(_INDENT + text)

    def begin_line(self, text: str, columns: int) -> list[Row]:
        """Begin a very long line, after the blank lines before it."""
        return self._pending_rows() + super().begin_line(_INDENT + text, columns)

    def _pending_rows(self) -> list[Row]:
        rows: list[Row] = []
        for _ in range(min(self.blanks, MOST_BLANK)):
            rows += super().line("")
        self.blanks = 0
        return rows


class FormulaBlock(CodeBlock):
    """Formula of several lines, each in Unicode where that is exact."""

    def __init__(self, margin: Margin, *, math: bool) -> None:
        super().__init__(margin)
        self._math = math

    def _spans(self, text: str, *, complete: bool) -> list[Span]:
        formula = to_unicode(text) if complete and self._math else None
        return [Span(formula or text, "math")]


def style_pieces(pieces: list[Piece]) -> list[Span]:
    """Return the spans of the tokens of a line."""
    return [Span(text, _style(token)) for token, text in pieces]


@cache
def _style(token: Token) -> str:
    """Return the style of a type of token, or of its nearest ancestor that has one."""
    names = [".".join(token[:size]) for size in range(len(token), 0, -1)]
    return next((_STYLES[name] for name in names if name in _STYLES), PLAIN)
