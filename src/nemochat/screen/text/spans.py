"""Rows of styled spans."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from nemochat.screen.text.width import text_width

_LONGEST_RULE = 40  # columns


class Span(NamedTuple):
    """Text in one style.

    Attributes:
        text: The text, without newlines when it is in a row.
        style: Names of styles of the theme, separated by spaces.
        link: The address of a hyperlink, or "".
    """

    text: str
    style: str = ""
    link: str = ""


class Row(NamedTuple):
    """One line as written to the terminal.

    Attributes:
        spans: Its content; the last span never ends in a space.
        width: Its columns. Code is not wrapped, so it may be wider than the terminal.
        is_continued: Whether the next row continues the same line of code: this one fills whole
            rows of the terminal, and no newline follows.
    """

    spans: tuple[Span, ...]
    width: int
    is_continued: bool = False

    @property
    def text(self) -> str:
        """Return its text without styles."""
        return "".join(span.text for span in self.spans)


BLANK = Row((), 0)


def rule(width: int) -> Span:
    """Return a horizontal line of at most `width` columns."""
    return Span("─" * min(width, _LONGEST_RULE), "rule")


def row(spans: Iterable[Span]) -> Row:
    """Return the row of these spans, with equal neighbours joined and trailing spaces removed."""
    joined: list[Span] = []
    for span in spans:
        if not span.text:
            continue
        if joined and joined[-1].style == span.style and joined[-1].link == span.link:
            joined[-1] = Span(joined[-1].text + span.text, span.style, span.link)
        else:
            joined.append(span)
    while joined:
        last = joined[-1]
        text = last.text.rstrip()
        if text:
            if text != last.text:
                joined[-1] = Span(text, last.style, last.link)
            break
        joined.pop()
    if not joined:
        return BLANK
    return Row(tuple(joined), text_width("".join([span.text for span in joined])))


def cut(spans: Sequence[Span], ranges: Sequence[tuple[int, int]]) -> list[list[Span]]:
    """Return the spans of each range of characters; ranges are in order and don't overlap."""
    lines: list[list[Span]] = []
    index = 0
    offset = 0  # where spans[index] begins
    for start, end in ranges:
        part: list[Span] = []
        while index < len(spans):
            span = spans[index]
            after = offset + len(span.text)
            if after > start:
                low, high = max(start - offset, 0), end - offset
                if high > low:
                    part.append(
                        span
                        if low == 0 and after <= end
                        else Span(span.text[low:high], span.style, span.link)
                    )
                if after > end:
                    break
            index += 1
            offset = after
        lines.append(part)
    return lines
