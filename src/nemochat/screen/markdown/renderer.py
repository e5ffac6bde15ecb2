"""Renderer of a streamed answer: text goes in, final rows and a live tail come out.

A final row is never changed: every decision depends on earlier text and a bounded look-ahead. So
a streamed answer looks the same as a complete one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from nemochat.screen.answer import strip_thoughts
from nemochat.screen.markdown.blocks import (
    LONGEST,
    LONGEST_CLAIMED,
    LONGEST_TITLE,
    Kind,
    Line,
)
from nemochat.screen.markdown.document import Document
from nemochat.screen.markdown.inline import Outlook, RenderOptions
from nemochat.screen.markdown.links import is_possible_definition
from nemochat.screen.text.sanitize import StreamSanitizer, sanitize
from nemochat.screen.text.spans import Row
from nemochat.screen.text.wrap import NARROWEST

_PATIENCE = 256  # characters before an undecided line is read again
_UNDECIDED = re.compile(r"[-*_+=#>`~|:.$\\ \t0-9)\[\]]{1,12}")  # perhaps a bullet or a rule
_UNDECIDED_IN_CODE = re.compile(r"[ \t]*(?:`{1,12}|~{1,12}|\${1,2}|\\\]?)")  # perhaps its end
_END_OF_LINE = re.compile("\r\n?|[\n\u2028\u2029]")  # as `sanitize` treats them
_WIDTH = 80  # columns, on which no block depends


class Renderer:
    """Layout of streamed Markdown.

    Args:
        width: Columns of text, one less than the terminal has.
        math: Whether to show formulas in Unicode where that is exact.
        numbered: Whether to number fenced blocks, as `list_code_blocks` does.
    """

    def __init__(self, width: int, *, math: bool = True, numbered: bool = False) -> None:
        self._cleaner = StreamSanitizer()
        setting = RenderOptions(math=math, numbered=numbered)
        self._document = Document(max(width, NARROWEST), setting)
        self._line = ""  # the incomplete line
        self._handed_over = False  # whether the document has its beginning
        self._due = LONGEST_TITLE

    def feed(self, text: str) -> list[Row]:
        """Add a piece of text; return the rows that became final."""
        return self._add(self._cleaner.feed(text))

    def tail(self) -> list[Row]:
        """Return the rows that are not final."""
        undecided = _UNDECIDED_IN_CODE if self._document.is_in_code else _UNDECIDED
        return self._document.live("" if undecided.fullmatch(self._line) else self._line)

    def end(self, *, interrupted: bool = False) -> list[Row]:
        """End the text; return the remaining rows.

        Args:
            interrupted: Whether the answer was cut: then open constructs are closed.
        """
        final = self._add(self._cleaner.flush())
        if self._line or self._handed_over:
            final += self._complete_line("")
        return final + self._document.end(Outlook.HOPEFUL if interrupted else Outlook.ENDED)

    def resize(self, width: int) -> None:
        """Lay out what is not final at another width."""
        self._document.resize(max(width, NARROWEST))

    def _add(self, text: str) -> list[Row]:
        if "\n" not in text:
            return self._extend_line(text)
        *lines, last = text.split("\n")
        final: list[Row] = []
        for line in lines:
            final += self._complete_line(line)
        return final + self._extend_line(last)

    def _complete_line(self, text: str) -> list[Row]:
        """Complete the line with this text."""
        final = self._extend_line(text, ends=True)
        if self._handed_over:
            final += self._document.end_line()
        else:
            final += self._document.add_line(self._line)
        self._line = ""
        self._handed_over = False
        self._due = LONGEST_TITLE
        return final

    def _extend_line(self, text: str, *, ends: bool = False) -> list[Row]:
        """Extend the line; the document gets the beginning of a line that must be text or code."""
        if self._handed_over:
            return self._document.extend_line(text) if text else []
        line = self._line = self._line + text
        if len(line) <= self._due or (ends and len(line) <= LONGEST):
            return []
        if len(line) > LONGEST:
            return self._begin_line()
        self._due = min(len(line) + _PATIENCE, LONGEST)
        reading = self._document.read(line)
        if not self._is_text(reading, len(line)):
            return []
        self._handed_over = True
        self._line = ""
        return self._document.begin_line(reading)

    def _begin_line(self) -> list[Row]:
        beginning, rest = self._line[: LONGEST + 1], self._line[LONGEST + 1 :]
        reading = self._document.read(beginning)
        if reading.kind is Kind.BLANK:  # further blanks change nothing
            self._line = beginning[:-1] + rest.lstrip(" \t")
            return [] if len(self._line) <= LONGEST else self._begin_line()
        self._handed_over = True
        self._line = ""
        final = self._document.begin_line(reading)
        return final + self._document.extend_line(rest) if rest else final

    def _is_text(self, reading: Line, size: int) -> bool:
        """Return whether the line is text, however it continues."""
        text = reading.text
        if reading.kind is not Kind.TEXT or len(text) <= LONGEST_TITLE:
            return False
        if "|" in text[:LONGEST_TITLE] and len(text) <= LONGEST_CLAIMED:
            return False
        if not text.strip("|:- \t"):
            return False
        return size > LONGEST_CLAIMED or not is_possible_definition(text)


def render(text: str, width: int, *, math: bool = True, numbered: bool = False) -> list[Row]:
    """Return the rows of a complete text."""
    renderer = Renderer(width, math=math, numbered=numbered)
    return renderer.feed(text) + renderer.end()


@dataclass(frozen=True, slots=True)
class FencedCode:
    """Fenced block.

    Attributes:
        info: The sanitized info string after the opening fence, such as `python`; "" for none.
        code: The original lines without their margin, each ending in a newline.
    """

    info: str
    code: str


def list_code_blocks(markdown: str) -> list[FencedCode]:
    """Return the fenced blocks of an answer, in order; the last one may be unclosed."""
    document = Document(_WIDTH, RenderOptions(coloured=False))
    blocks: list[tuple[str, list[str]]] = []
    inside = False  # a fence, not a formula
    lines = _END_OF_LINE.split(strip_thoughts(markdown))
    if not lines[-1]:
        lines.pop()
    for line in lines:
        clean = sanitize(line)
        reading = document.read(clean)
        if reading.kind is Kind.FENCE:
            blocks.append((reading.text[len(reading.mark) :].strip(), []))
            inside = True
        elif reading.kind is not Kind.CODE:
            inside = False
        elif inside:
            raw = document.read(line) if line != clean else reading
            blocks[-1][1].append(raw.text if raw.kind is Kind.CODE else reading.text)
        document.add_line(clean)
    return [FencedCode(info, "".join(f"{line}\n" for line in code)) for info, code in blocks]
