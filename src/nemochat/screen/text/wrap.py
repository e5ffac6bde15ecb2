"""Wrapping of prose into rows, decided by earlier text only and never taken back.

A row is open until something is on the next one; then it is final, whatever follows.
"""

from __future__ import annotations

from collections.abc import Sequence

from nemochat.screen.text.spans import Row, Span, cut, row
from nemochat.screen.text.width import TAB, clusters, is_plain, text_width

NARROWEST = 8  # columns of text; a narrower terminal is written to as if it had these
# Between wide characters a row may end, but not before or after these.
_NOT_FIRST = frozenset(
    "、。，．・：；！？）」』】〕》〉’”…‥ー々,.;:!?)]}%ぁぃぅぇぉっゃゅょァィゥェォッャュョ"
)
_NOT_LAST = frozenset("（「『【〔《〈‘“([{$")
_WIDE = 2


def wrap(spans: Sequence[Span], width: int) -> list[list[Span]]:
    """The spans of each row; the last row is open."""
    text = "".join([span.text for span in spans])
    return cut(spans, find_breaks(text, width))


def lay_out(spans: Sequence[Span], width: int) -> list[Row]:
    """The rows of a text that is no Markdown, with nothing before them."""
    return lay_out_rows(spans, width, (), ())


def lay_out_rows(
    spans: Sequence[Span],
    width: int,
    first: tuple[Span, ...],
    rest: tuple[Span, ...],
    *,
    begun: bool = False,
) -> list[Row]:
    """The rows of a text that has ended, or of its end.

    Args:
        spans: The text.
        width: Columns of a row.
        first: What stands before the first row.
        rest: What stands before the other ones.
        begun: Whether rows of the text were given before.
    """
    parts = drop_empty_row(wrap(spans, width), begun=begun)
    return [row((*(rest if index else first), *part)) for index, part in enumerate(parts)]


def drop_empty_row(parts: list[list[Span]], *, begun: bool = False) -> list[list[Span]]:
    """The rows without the open one, if there is nothing in it because a line break stands last."""
    return parts[:-1] if not parts[-1] and (begun or len(parts) > 1) else parts


def find_breaks(text: str, width: int) -> list[tuple[int, int]]:
    """The rows of the text as positions of their first character and after their last one."""
    return _breaks_of_plain(text, width) if is_plain(text) else _breaks_of_clusters(text, width)


def unbreakable_width(text: str) -> int:
    """The columns of the widest part that a row never ends in, unless it must."""
    if is_plain(text):
        return max(map(len, text.split()), default=0)
    widest = used = 0
    before = (" ", 1)
    for part in clusters(text):
        if part[0] in {" ", "\n"} or (used and _is_break_allowed(before, part)):
            used = 0
        if part[0] not in {" ", "\n"}:
            used += part[1]
        widest = max(widest, used)
        before = part
    return widest


def _breaks_of_plain(text: str, width: int) -> list[tuple[int, int]]:
    ranges: list[tuple[int, int]] = []
    size = len(text)
    start = 0
    while True:
        while start < size and text[start] == " ":
            start += 1
        end = text.find("\n", start, start + width + 1)
        if end >= 0:
            ranges.append((start, end))
            start = end + 1
            continue
        if size - start <= width:
            ranges.append((start, size))
            return ranges
        end = text.rfind(" ", start, start + width + 1)
        if end < 0:
            end = start + width  # a word longer than the row
        following = end
        while following < size and text[following] == " ":
            following += 1
        if following == size and end < size:
            ranges.append((start, size))
            return ranges  # nothing stands on the next row yet: this one is open
        ranges.append((start, end))
        start = following + (text[following : following + 1] == "\n" and text[end] == " ")


def _breaks_of_clusters(text: str, width: int) -> list[tuple[int, int]]:
    parts = clusters(text)
    starts = [0]
    for part, _ in parts:
        starts.append(starts[-1] + len(part))
    ranges: list[tuple[int, int]] = []
    begin = 0  # the first part of this row
    used = 0
    index = 0
    may_end, go_on = -1, -1  # the part before which this row may end, the first of the next one
    while index < len(parts):
        part, wide = parts[index]
        if part == "\n":
            ranges.append((starts[begin], starts[index]))
            begin = index + 1
            used, may_end = 0, -1
        elif part == " ":
            if begin == index:
                begin = index + 1
            else:
                may_end, go_on = index, index + 1
                used += 1
        else:
            if index > begin and _is_break_allowed(parts[index - 1], parts[index]):
                may_end, go_on = index, index
            if used + wide > width and index > begin:
                end, index = (may_end, go_on) if may_end >= 0 else (index, index)
                ranges.append((starts[begin], starts[end]))
                begin = index
                used, may_end = 0, -1
                continue
            used += wide
        index += 1
    ranges.append((starts[begin], starts[-1]))
    return ranges


def _is_break_allowed(left: tuple[str, int], right: tuple[str, int]) -> bool:
    if left[0] == " " or (left[1] < _WIDE and right[1] < _WIDE):
        return False
    return right[0][0] not in _NOT_FIRST and left[0][0] not in _NOT_LAST


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
                at = self._before + text_width(self.rest)
                self.rest += " " * (TAB - at % TAB)
            self.rest += part
            if len(self.rest) > width or not self.rest.isascii():
                final += self._full_rows(width)
        return final

    def _full_rows(self, width: int) -> list[Row]:
        """Rows that are full; something is always left to stand on the next one."""
        text = self.rest
        one_each = is_plain(text)
        final: list[Row] = []
        at = 0
        while len(text) - at > width or not one_each:
            end = at + (width if one_each else _count_fitting(text[at : at + 8 * width], width))
            if end >= len(text):
                break
            piece = text[at:end]
            if not one_each:  # a wide character that does not fit leaves the last column blank
                piece += " " * (width - text_width(piece))
            final.append(Row((Span(piece, self._style),), width, is_continued=True))
            at = end
        self.rest = text[at:]
        self._before += width * len(final)
        return final


def _count_fitting(text: str, width: int) -> int:
    """How many characters fit, at least one."""
    used = length = 0
    for part, wide in clusters(text):
        used += wide
        if used > width and length:
            break
        length += len(part)
    return length
