"""Rows of spans, each with the name of a style."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from nemochat.screen.text.width import text_width

_LONGEST_RULE = 40  # columns; a longer one divides more than it should


class Span(NamedTuple):
    """Text of one look: `style` is names of the theme, blanks between; `link` an address or ""."""

    text: str
    style: str = ""
    link: str = ""


class Row(NamedTuple):
    """One line as it is written to the terminal.

    Attributes:
        spans: What stands in it; the last one never ends in a blank.
        width: Columns that it takes. Code is not wrapped: it may be wider than the terminal.
        goes_on: The next row belongs to the same line of code: this one fills whole terminal rows,
            and no newline stands between.
    """

    spans: tuple[Span, ...]
    width: int
    is_continued: bool = False

    @property
    def text(self) -> str:
        """What it says, without its looks."""
        return "".join(span.text for span in self.spans)


BLANK = Row((), 0)


def rule(width: int) -> Span:
    """A line across so many columns, or as many as look well."""
    return Span("─" * min(width, _LONGEST_RULE), "rule")


def row(spans: Iterable[Span]) -> Row:
    """The row of these spans, neighbours of one look joined, blanks at its end gone."""
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
    """The spans of each range of characters; the ranges are in order and do not overlap."""
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
