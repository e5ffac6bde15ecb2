"""Which rows of a streamed answer are final, and what is shown of the rest?

Nothing that was given as final is ever taken back: a decision depends on what stands before it and
on a bounded piece of what follows. So an answer in pieces looks as the same answer at once.
"""

from __future__ import annotations

import re

from nemochat.screen.markdown.blocks import (
    LONGEST,
    LONGEST_CLAIMED,
    LONGEST_TITLE,
    Kind,
    Reading,
)
from nemochat.screen.markdown.document import Document
from nemochat.screen.markdown.links import may_define
from nemochat.screen.markdown.setting import Outlook, Setting
from nemochat.screen.markdown.spans import Row
from nemochat.screen.markdown.wrap import NARROWEST
from nemochat.screen.safe import Cleaner

_PATIENCE = 256  # characters that come before an undecided line is looked at again
_UNDECIDED = re.compile(r"[-*_+=#>`~|:.$\\ \t0-9)\[\]]{1,12}")  # a bullet or a rule, perhaps
_UNDECIDED_IN_CODE = re.compile(r"[ \t]*(?:`{1,12}|~{1,12}|\${1,2}|\\\]?)")  # its end, perhaps


class Renderer:
    """Markdown in pieces into rows.

    Args:
        width: Columns of text, one less than the terminal has.
        math: Whether formulas are shown in Unicode where that is exact.
        numbered: Whether fenced blocks of code are numbered, as `code_blocks` gives them.
    """

    def __init__(self, width: int, *, math: bool = True, numbered: bool = False) -> None:
        self._cleaner = Cleaner()
        setting = Setting(math=math, numbered=numbered)
        self._document = Document(max(width, NARROWEST), setting)
        self._line = ""  # the line that is not complete
        self._handed_over = False  # whether the document has what came of it
        self._due = LONGEST_TITLE

    def feed(self, text: str) -> list[Row]:
        """Take in a piece; returns the rows that became final."""
        return self._take(self._cleaner.feed(text))

    def tail(self) -> list[Row]:
        """The rows that are not final, as they stand."""
        undecided = _UNDECIDED_IN_CODE if self._document.in_code else _UNDECIDED
        return self._document.live("" if undecided.fullmatch(self._line) else self._line)

    def end(self, *, interrupted: bool = False) -> list[Row]:
        """Nothing more comes; returns the rows that are left.

        Args:
            interrupted: Whether the answer was cut: then marks that are open are closed.
        """
        final = self._take(self._cleaner.flush())
        if self._line or self._handed_over:
            final += self._complete("")
        return final + self._document.end(Outlook.HOPEFUL if interrupted else Outlook.ENDED)

    def resize(self, width: int) -> None:
        """Lay out what is not final for another width."""
        self._document.resize(max(width, NARROWEST))

    def _take(self, text: str) -> list[Row]:
        if "\n" not in text:
            return self._grow(text)
        *lines, last = text.split("\n")
        final: list[Row] = []
        for line in lines:
            final += self._complete(line)
        return final + self._grow(last)

    def _complete(self, text: str) -> list[Row]:
        """The line ends with this text."""
        final = self._grow(text, ends=True)
        if self._handed_over:
            final += self._document.end_line()
        else:
            final += self._document.take(self._line)
        self._line = ""
        self._handed_over = False
        self._due = LONGEST_TITLE
        return final

    def _grow(self, text: str, *, ends: bool = False) -> list[Row]:
        """The line goes on with this text; what must be text or code is handed over at once."""
        if self._handed_over:
            return self._document.go_on(text) if text else []
        line = self._line = self._line + text
        if len(line) <= self._due or (ends and len(line) <= LONGEST):
            return []
        if len(line) > LONGEST:
            return self._hand_over_beginning()
        self._due = min(len(line) + _PATIENCE, LONGEST)
        reading = self._document.read(line)
        if not self._is_text(reading, len(line)):
            return []
        self._handed_over = True
        self._line = ""
        return self._document.hand_over(reading)

    def _hand_over_beginning(self) -> list[Row]:
        beginning, rest = self._line[: LONGEST + 1], self._line[LONGEST + 1 :]
        reading = self._document.read(beginning)
        if reading.kind is Kind.BLANK:  # more blanks than that say nothing more
            self._line = beginning[:-1] + rest.lstrip(" \t")
            return [] if len(self._line) <= LONGEST else self._hand_over_beginning()
        self._handed_over = True
        self._line = ""
        final = self._document.hand_over(reading)
        return final + self._document.go_on(rest) if rest else final

    def _is_text(self, reading: Reading, size: int) -> bool:
        """Whether the line is text, however it goes on."""
        text = reading.text
        if reading.kind is not Kind.TEXT or len(text) <= LONGEST_TITLE:
            return False
        if "|" in text[:LONGEST_TITLE] and len(text) <= LONGEST_CLAIMED:
            return False
        if not text.strip("|:- \t"):
            return False
        return size > LONGEST_CLAIMED or not may_define(text)


def render(text: str, width: int, *, math: bool = True, numbered: bool = False) -> list[Row]:
    """All rows of a text that is there at once."""
    renderer = Renderer(width, math=math, numbered=numbered)
    return renderer.feed(text) + renderer.end()
