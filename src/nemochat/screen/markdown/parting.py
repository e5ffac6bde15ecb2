"""Which rows of a line are final that is wider than the terminal, and not complete?

Each row fills the terminal, so that the next one follows without a newline and a copy has one line.
"""

from __future__ import annotations

from nemochat.screen.markdown.spans import Row, Span
from nemochat.screen.markdown.width import TAB, clusters, columns, plain


class LongLine:
    """A line in pieces.

    Attributes:
        rest: What is not final of it.

    Args:
        style: How it looks.
    """

    def __init__(self, style: str = "") -> None:
        self.rest = ""
        self._style = style
        self._before = 0  # columns of what is final

    def grow(self, text: str, width: int) -> list[Row]:
        """Go on with the line on a terminal of so many columns; returns rows that became final.

        Tabs become blanks: a tab at the edge of a terminal does not go over to the next row.
        """
        final: list[Row] = []
        for index, part in enumerate(text.split("\t")):
            if index:
                at = self._before + columns(self.rest)
                self.rest += " " * (TAB - at % TAB)
            self.rest += part
            if len(self.rest) > width or not self.rest.isascii():
                final += self._whole_rows(width)
        return final

    def _whole_rows(self, width: int) -> list[Row]:
        """Rows that are full; something is always left to stand on the next one."""
        text = self.rest
        one_each = plain(text)
        final: list[Row] = []
        at = 0
        while len(text) - at > width or not one_each:
            end = at + (width if one_each else _fitting(text[at : at + 8 * width], width))
            if end >= len(text):
                break
            piece = text[at:end]
            if not one_each:  # a wide character that does not fit leaves the last column blank
                piece += " " * (width - columns(piece))
            final.append(Row((Span(piece, self._style),), width, goes_on=True))
            at = end
        self.rest = text[at:]
        self._before += width * len(final)
        return final


def _fitting(text: str, width: int) -> int:
    """How many characters fit, at least one."""
    used = length = 0
    for part, wide in clusters(text):
        used += wide
        if used > width and length:
            break
        length += len(part)
    return length
