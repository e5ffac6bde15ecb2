"""Where does a row of prose end? Decided by what stands before, and never taken back.

A row is open until something stands on the next one: then it is final, whatever follows.
"""

from __future__ import annotations

from collections.abc import Sequence

from nemochat.screen.markdown.spans import Row, Span, cut, row
from nemochat.screen.markdown.width import clusters, plain

NARROWEST = 8  # columns of text; a narrower terminal is written to as if it had these

# Between wide characters a row may end, but not before or after these.
_NOT_FIRST = frozenset(
    "、。，．・：；！？）」』】〕》〉’”…‥ー々,.;:!?)]}%"  # noqa: RUF001 - the characters are meant
    "ぁぃぅぇぉっゃゅょァィゥェォッャュョ"
)
_NOT_LAST = frozenset("（「『【〔《〈‘“([{$")  # noqa: RUF001 - as above
_WIDE = 2


def wrap(spans: Sequence[Span], width: int) -> list[list[Span]]:
    """The spans of each row; the last row is open."""
    text = "".join([span.text for span in spans])
    return cut(spans, breaks(text, width))


def laid_out(spans: Sequence[Span], width: int) -> list[Row]:
    """The rows of a text that is no Markdown, with nothing before them."""
    return rows(spans, width, (), ())


def rows(
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
    parts = ended(wrap(spans, width), begun=begun)
    return [row((*(rest if index else first), *part)) for index, part in enumerate(parts)]


def ended(parts: list[list[Span]], *, begun: bool = False) -> list[list[Span]]:
    """The rows without the open one, if there is nothing in it because a line break stands last."""
    return parts[:-1] if not parts[-1] and (begun or len(parts) > 1) else parts


def breaks(text: str, width: int) -> list[tuple[int, int]]:
    """The rows of the text as positions of their first character and after their last one."""
    return _breaks_of_plain(text, width) if plain(text) else _breaks_of_clusters(text, width)


def widest_part(text: str) -> int:
    """The columns of the widest part that a row never ends in, unless it must."""
    if plain(text):
        return max(map(len, text.split()), default=0)
    widest = used = 0
    before = (" ", 1)
    for part in clusters(text):
        if part[0] in {" ", "\n"} or (used and _may_part(before, part)):
            used = 0
        if part[0] not in {" ", "\n"}:
            used += part[1]
        widest = max(widest, used)
        before = part
    return widest


def _breaks_of_plain(text: str, width: int) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    size = len(text)
    start = 0
    while True:
        while start < size and text[start] == " ":
            start += 1
        end = text.find("\n", start, start + width + 1)
        if end >= 0:
            found.append((start, end))
            start = end + 1
            continue
        if size - start <= width:
            found.append((start, size))
            return found
        end = text.rfind(" ", start, start + width + 1)
        if end < 0:
            end = start + width  # a word longer than the row
        following = end
        while following < size and text[following] == " ":
            following += 1
        if following == size and end < size:
            found.append((start, size))
            return found  # nothing stands on the next row yet: this one is open
        found.append((start, end))
        start = following + (text[following : following + 1] == "\n" and text[end] == " ")


def _breaks_of_clusters(text: str, width: int) -> list[tuple[int, int]]:
    parts = clusters(text)
    starts = [0]
    for part, _ in parts:
        starts.append(starts[-1] + len(part))
    found: list[tuple[int, int]] = []
    begin = 0  # the first part of this row
    used = 0
    index = 0
    may_end, go_on = -1, -1  # the part before which this row may end, the first of the next one
    while index < len(parts):
        part, wide = parts[index]
        if part == "\n":
            found.append((starts[begin], starts[index]))
            begin = index + 1
            used, may_end = 0, -1
        elif part == " ":
            if begin == index:
                begin = index + 1
            else:
                may_end, go_on = index, index + 1
                used += 1
        else:
            if index > begin and _may_part(parts[index - 1], parts[index]):
                may_end, go_on = index, index
            if used + wide > width and index > begin:
                end, index = (may_end, go_on) if may_end >= 0 else (index, index)
                found.append((starts[begin], starts[end]))
                begin = index
                used, may_end = 0, -1
                continue
            used += wide
        index += 1
    found.append((starts[begin], starts[-1]))
    return found


def _may_part(left: tuple[str, int], right: tuple[str, int]) -> bool:
    if left[0] == " " or (left[1] < _WIDE and right[1] < _WIDE):
        return False
    return right[0][0] not in _NOT_FIRST and left[0][0] not in _NOT_LAST
