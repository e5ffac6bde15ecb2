"""Rows of text: prose wrapped at words, and lines that the terminal wraps itself.

Wrapping depends on earlier text only. A row is open until something is on the next one; then it is
final, whatever follows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from nemochat.screen.text.sanitize import StreamSanitizer, sanitize
from nemochat.screen.text.spans import Row, Span, cut, row
from nemochat.screen.text.width import TAB, clusters, is_plain, text_width

NARROWEST = 8  # columns of text, also on a narrower terminal
# A row may end between wide characters, but not before or after these.
_NOT_FIRST = frozenset(
    "、。，．・：；！？）」』】〕》〉’”…‥ー々,.;:!?)]}%ぁぃぅぇぉっゃゅょァィゥェォッャュョ"
)
_NOT_LAST = frozenset("（「『【〔《〈‘“([{$")
_WIDE = 2
_PARTS = r"[^ \n]+| +|\n"

Range = tuple[int, int]  # position of the first character, and the one after the last


def wrap(spans: Sequence[Span], width: int) -> list[list[Span]]:
    """Return the spans of each row; the last row is open."""
    text = "".join([span.text for span in spans])
    return cut(spans, find_breaks(text, width))


def lay_out(
    spans: Sequence[Span],
    width: int,
    first: tuple[Span, ...] = (),
    rest: tuple[Span, ...] = (),
    *,
    begun: bool = False,
) -> list[Row]:
    """Return the rows of a complete text, or of its end.

    Args:
        spans: The text.
        width: Columns of a row, without the margin.
        first: Spans before the first row.
        rest: Spans before the other rows.
        begun: Whether earlier rows of the text were returned before.
    """
    parts = drop_empty_row(wrap(spans, width), begun=begun)
    return [row((*(rest if index else first), *part)) for index, part in enumerate(parts)]


def drop_empty_row(parts: list[list[Span]], *, begun: bool = False) -> list[list[Span]]:
    """Return the rows without the open one if that is empty because the text ends in a newline."""
    return parts[:-1] if not parts[-1] and (begun or len(parts) > 1) else parts


def find_breaks(text: str, width: int) -> list[Range]:
    """Return the range of each row; the last one is open."""
    ranges: list[Range] = []
    start = end = used = 0  # of the current row: its beginning, end of its last word, columns
    for match in re.finditer(_PARTS, text):
        at, part = match.start(), match[0]
        if part == "\n":
            ranges.append((start, at))
            start, used = at + 1, 0
        elif part[0] == " ":
            start, used = (start, used + len(part)) if used else (match.end(), 0)
        else:
            for piece, columns in split_word(part):
                if used and used + columns > width:
                    ranges.append((start, end))
                    start, used = at, 0
                end = at + len(piece)
                if columns > width:
                    *full, (begin, _) = split_columns(piece, width)
                    ranges += [(at + low, at + high) for low, high in full]
                    start = at + begin
                    used = _count_columns(text[start:end])
                else:
                    used += columns
                at = end
    return [*ranges, (start, len(text))]


def unbreakable_width(text: str) -> int:
    """Return the columns of the widest part within which a row never ends, unless it must."""
    return max((columns for word in text.split() for _, columns in split_word(word)), default=0)


def split_word(word: str) -> list[tuple[str, int]]:
    """Return the parts of a word between which a row may end, each with its columns."""
    if is_plain(word):
        return [(word, len(word))]
    groups: list[list[tuple[str, int]]] = []
    for cluster in clusters(word):
        if groups and not _is_break_allowed(groups[-1][-1], cluster):
            groups[-1].append(cluster)
        else:
            groups.append([cluster])
    parts = ["".join([text for text, _ in group]) for group in groups]
    return [(part, _count_columns(part)) for part in parts]


def split_columns(text: str, width: int) -> Iterator[Range]:
    """Yield the ranges of a text that fill `width` columns each, the last one less."""
    start = at = used = 0
    for cluster, columns in clusters(text):
        # An invisible cluster counts too: a row cannot hold any number of them.
        if at > start and used + max(columns, 1) > width:
            yield start, at
            start, used = at, 0
        at += len(cluster)
        used += max(columns, 1)
    yield start, at


def _count_columns(part: str) -> int:
    return sum([max(columns, 1) for _, columns in clusters(part)])


def _is_break_allowed(left: tuple[str, int], right: tuple[str, int]) -> bool:
    if left[1] < _WIDE and right[1] < _WIDE:
        return False
    return right[0][0] not in _NOT_FIRST and left[0][0] not in _NOT_LAST


class LongLine:
    """A growing line wider than the terminal, in rows that fill it.

    Attributes:
        rest: The part that is not final.
    """

    def __init__(self, style: str = "") -> None:
        self.rest = ""
        self._style = style
        self._before = 0  # columns of the final rows

    def grow(self, text: str, width: int) -> list[Row]:
        """Add text, on a terminal of `width` columns; return the rows that became final.

        Tabs become spaces, because a tab at the edge of a terminal doesn't move to the next row.
        """
        final: list[Row] = []
        for index, part in enumerate(text.split("\t")):
            if index:
                columns = self._before + text_width(self.rest)
                self.rest += " " * (TAB - columns % TAB)
            self.rest += part
            if len(self.rest) > width or not self.rest.isascii():
                final += self._full_rows(width)
        return final

    def _full_rows(self, width: int) -> list[Row]:
        *full, (start, _) = split_columns(self.rest, width)
        pieces = [self.rest[low:high] for low, high in full]
        self.rest = self.rest[start:]
        self._before += width * len(pieces)
        # A wide character that doesn't fit leaves the last column blank.
        padded = [piece + " " * (width - text_width(piece)) for piece in pieces]
        return [Row((Span(piece, self._style),), width, is_continued=True) for piece in padded]


def verbatim_rows(text: str, style: str = "") -> list[Row]:
    """Return the sanitized lines of a text as rows."""
    lines = sanitize(text).split("\n")
    return [row([Span(line.expandtabs(TAB), style)]) for line in lines]


class Verbatim:
    """Layout of a streamed text that leaves its Markdown alone.

    Args:
        width: Columns of text, one less than the terminal has.
    """

    def __init__(self, width: int) -> None:
        self._sanitizer = StreamSanitizer()
        self._columns = width + 1
        self._line = ""  # the incomplete line
        self._long: LongLine | None = None  # the same, if it is wider than the terminal

    def feed(self, text: str) -> list[Row]:
        """Add a piece of text; return the rows that became final."""
        final: list[Row] = []
        *lines, last = self._sanitizer.feed(text).split("\n")
        for line in lines:
            final += [*self._grow(line), self._open_row()]
            self._line, self._long = "", None
        return final + self._grow(last)

    def tail(self) -> list[Row]:
        """Return the row that is not final."""
        return [self._open_row()] if self._line or self._long else []

    def end(self, *, interrupted: bool = False) -> list[Row]:  # noqa: ARG002 - closes nothing
        """End the text; return the remaining rows."""
        final = self._grow(self._sanitizer.flush()) + self.tail()
        self._line, self._long = "", None
        return final

    def resize(self, width: int) -> None:
        """Split long lines at another width from here on."""
        self._columns = width + 1

    def _grow(self, text: str) -> list[Row]:
        if self._long:
            return self._long.grow(text, self._columns)
        self._line += text
        if text_width(self._line) <= self._columns and len(self._line) <= 2 * self._columns:
            return []
        self._long = LongLine()
        return self._long.grow(self._line, self._columns)

    def _open_row(self) -> Row:
        return row([Span(self._long.rest if self._long else self._line)])
