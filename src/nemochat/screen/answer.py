"""A growing answer: its thoughts summarized in one row, its text laid out."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib import import_module
from typing import Protocol

from nemochat.core.delta import Delta
from nemochat.core.messages import Ending
from nemochat.screen.text.spans import Row, Span, row
from nemochat.screen.text.wrap import Verbatim

OPENED, CLOSED = "<think>", "</think>"
_FURTHEST = 1_000  # characters within which the first tag ends, blanks before it among them
_MOST_THOUGHT = 1_000  # characters that are kept: only the last are shown
LIKELY = ("python", "bash", "javascript", "json")  # languages of code in answers


class ThoughtSplitter:
    """Divides a text that comes in pieces into thoughts and answer, the same at any split."""

    def __init__(self) -> None:
        self._held: str | None = ""
        self._inside = False
        self._trims = False  # whether newlines between thoughts and answer may still come

    def feed(self, piece: str) -> tuple[str, str]:
        """What of the text so far, and not given yet, is thought, and what is answer."""
        if self._held is None:
            return "", self._trim(piece)
        text = self._held + piece
        if not self._inside:
            start = text[:_FURTHEST].lstrip()
            if len(text) < _FURTHEST and OPENED.startswith(start):
                self._held = text  # it may still become the tag
                return "", ""
            if not start.startswith(OPENED):
                self._held = None
                return "", text
            self._inside = True
            text = text.lstrip().removeprefix(OPENED)
        thought, tag, answer = text.partition(CLOSED)
        if tag:
            self._held, self._trims = None, True
            return thought, self._trim(answer)
        held = next(n for n in range(len(CLOSED) - 1, -1, -1) if text.endswith(CLOSED[:n]))
        self._held = text[len(text) - held :]
        return text[: len(text) - held], ""

    def flush(self) -> tuple[str, str]:
        """What was held back."""
        held, self._held = self._held or "", None
        return (held, "") if self._inside else ("", held)

    def _trim(self, answer: str) -> str:
        if self._trims:
            answer = answer.lstrip("\n")
            self._trims = not answer
        return answer


def strip_thoughts(text: str) -> str:
    """The answer of a text that is there at once."""
    thinking = ThoughtSplitter()
    return thinking.feed(text)[1] + thinking.flush()[1]


class Layout(Protocol):
    """What makes rows of a text that comes in pieces: as Markdown, or as it came."""

    def feed(self, text: str) -> list[Row]:
        """Take in a piece; returns the rows that became final."""

    def tail(self) -> list[Row]:
        """The rows that are not final, as they stand."""

    def end(self, *, interrupted: bool = False) -> list[Row]:
        """Nothing more comes; returns the rows that are left."""

    def resize(self, width: int) -> None:
        """Lay out what is not final for another width."""


class Answer:
    """An answer that grows delta by delta.

    Attributes:
        thought: The end of what is thought, until the answer's text begins.
        ending: How it ended, once that was said.
    """

    def __init__(self, layout: Callable[[], Layout], seconds: Callable[[], float]) -> None:
        """Begin an answer.

        Args:
            layout: Makes what lays out its text, when that begins.
            seconds: How long ago it was asked for.
        """
        self.thought = ""
        self.ending: Ending | None = None
        self._make = layout
        self._layout: Layout | None = None
        self._seconds = seconds
        self._thinking = ThoughtSplitter()

    @property
    def has_text(self) -> bool:
        """Whether any of its text came."""
        return self._layout is not None

    def feed(self, delta: Delta) -> list[Row]:
        """Take in more; returns the rows that became final."""
        thought, text = self._thinking.feed(delta.text) if delta.text else ("", "")
        self.ending = delta.ending or self.ending
        return self._add(delta.reasoning + thought, text)

    def tail(self) -> list[Row]:
        """The rows that are not final, as they stand."""
        return self._layout.tail() if self._layout else []

    def end(self, *, interrupted: bool = False) -> list[Row]:
        """Nothing more comes; returns the rows that are left."""
        final = self._add(*self._thinking.flush()) + self._summarize_thoughts()
        return final + (self._layout.end(interrupted=interrupted) if self._layout else [])

    def resize(self, width: int) -> None:
        """Lay out what is not final for another width."""
        if self._layout:
            self._layout.resize(width)

    def _add(self, thought: str, text: str) -> list[Row]:
        if thought:
            self.thought = (self.thought + thought)[-_MOST_THOUGHT:]
        if not text:
            return []
        final = self._summarize_thoughts()
        self._layout = self._layout or self._make()
        return final + self._layout.feed(text)

    def _summarize_thoughts(self) -> list[Row]:
        """The row that stands for what was thought."""
        if not self.thought.strip():
            return []
        self.thought = ""
        return [row([Span(f"(thought for {self._seconds():.0f} s)", "thought")])]


def layout(width: int, *, raw: bool, math: bool, numbered: bool) -> Layout:
    """What lays out an answer.

    Args:
        width: Columns of its rows.
        raw: Whether its Markdown is shown as it comes.
        math: Whether formulas are shown in Unicode.
        numbered: Whether code blocks have numbers.
    """
    if raw:
        return Verbatim(width)
    from nemochat.screen.markdown.renderer import Renderer

    return Renderer(width, math=math, numbered=numbered)


def rows(markdown: str, width: int, *, math: bool) -> list[Row]:
    """The rows of a whole text."""
    from nemochat.screen.markdown.renderer import render

    return render(markdown, width, math=math)


@cache
def prepare() -> None:
    """Load what an answer is likely to need, while nothing else is to be done; once is enough."""
    from nemochat.screen.markdown import highlight

    import_module("nemochat.screen.markdown.renderer")
    import_module("rich.console")  # which draws in colours
    highlight.prepare(*LIKELY)
