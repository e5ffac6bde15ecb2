"""Growing answer: its reasoning in one row, its text laid out."""

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
_FURTHEST = 1_000  # characters within which the opening tag must end
_MOST_THOUGHT = 1_000  # characters kept: only the last ones are shown
LIKELY = ("python", "bash", "javascript", "json")  # languages, the most frequent in answers


class ThoughtSplitter:
    """Splitter of a streamed text into reasoning and answer, at any chunking."""

    def __init__(self) -> None:
        self._held: str | None = ""
        self._inside = False
        self._trims = False  # whether newlines before the answer are dropped

    def feed(self, piece: str) -> tuple[str, str]:
        """Return the reasoning and the answer that this piece adds."""
        if self._held is None:
            return "", self._trim(piece)
        text = self._held + piece
        if not self._inside:
            start = text[:_FURTHEST].lstrip()
            if len(text) < _FURTHEST and OPENED.startswith(start):
                self._held = text  # perhaps the beginning of the tag
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
        """Return what was held back."""
        held, self._held = self._held or "", None
        return (held, "") if self._inside else ("", held)

    def _trim(self, answer: str) -> str:
        if self._trims:
            answer = answer.lstrip("\n")
            self._trims = not answer
        return answer


def strip_thoughts(text: str) -> str:
    """Return the answer of a complete text, without its reasoning."""
    thinking = ThoughtSplitter()
    return thinking.feed(text)[1] + thinking.flush()[1]


class Layout(Protocol):
    """Layout of a streamed text in rows, as Markdown or verbatim."""

    def feed(self, text: str) -> list[Row]:
        """Add a piece of text; return the rows that became final."""

    def tail(self) -> list[Row]:
        """Return the rows that are not final."""

    def end(self, *, interrupted: bool = False) -> list[Row]:
        """End the text; return the remaining rows."""

    def resize(self, width: int) -> None:
        """Lay out what is not final at another width."""


class Answer:
    """Answer that grows delta by delta.

    Attributes:
        thought: The end of the reasoning, until the text begins.
        ending: How the answer ended, if it did.
    """

    def __init__(self, layout: Callable[[], Layout], seconds: Callable[[], float]) -> None:
        """Begin an answer.

        Args:
            layout: Creates the layout when the text begins.
            seconds: Returns the seconds since the request.
        """
        self.thought = ""
        self.ending: Ending | None = None
        self._make = layout
        self._layout: Layout | None = None
        self._seconds = seconds
        self._thinking = ThoughtSplitter()

    @property
    def has_text(self) -> bool:
        """Return whether the text has begun."""
        return self._layout is not None

    def feed(self, delta: Delta) -> list[Row]:
        """Add a delta; return the rows that became final."""
        thought, text = self._thinking.feed(delta.text) if delta.text else ("", "")
        self.ending = delta.ending or self.ending
        return self._add(delta.reasoning + thought, text)

    def tail(self) -> list[Row]:
        """Return the rows that are not final."""
        return self._layout.tail() if self._layout else []

    def end(self, *, interrupted: bool = False) -> list[Row]:
        """End the answer; return the remaining rows."""
        final = self._add(*self._thinking.flush()) + self._summarize_thoughts()
        return final + (self._layout.end(interrupted=interrupted) if self._layout else [])

    def resize(self, width: int) -> None:
        """Lay out what is not final at another width."""
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
        """Return the row that replaces the reasoning."""
        if not self.thought.strip():
            return []
        self.thought = ""
        return [row([Span(f"(thought for {self._seconds():.0f} s)", "thought")])]


def layout(width: int, *, raw: bool, math: bool, numbered: bool) -> Layout:
    """Return a layout for an answer.

    Args:
        width: Columns of its rows.
        raw: Whether to show its Markdown source.
        math: Whether to show formulas in Unicode.
        numbered: Whether to number code blocks.
    """
    if raw:
        return Verbatim(width)
    from nemochat.screen.markdown.renderer import Renderer

    return Renderer(width, math=math, numbered=numbered)


def rows(markdown: str, width: int, *, math: bool) -> list[Row]:
    """Return the rows of a complete Markdown text."""
    from nemochat.screen.markdown.renderer import render

    return render(markdown, width, math=math)


@cache
def prepare() -> None:
    """Load what an answer is likely to need, while there is nothing else to do."""
    from nemochat.lexers import preload

    import_module("nemochat.screen.markdown.renderer")
    import_module("rich.console")  # for colours
    preload(*LIKELY)
