"""What is shown of an answer while it grows? Its thoughts as one row, its text laid out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from nemochat.core.deltas import Delta
from nemochat.core.messages import Ending
from nemochat.screen.markdown.spans import Row, Span, row
from nemochat.screen.thinking import Thinking

_MOST_THOUGHT = 1_000  # characters that are kept: only the last are shown


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
        self._thinking = Thinking()

    @property
    def begun(self) -> bool:
        """Whether any of its text came."""
        return self._layout is not None

    def feed(self, delta: Delta) -> list[Row]:
        """Take in more; returns the rows that became final."""
        thought, text = self._thinking.feed(delta.text) if delta.text else ("", "")
        self.ending = delta.ending or self.ending
        return self._take(delta.reasoning + thought, text)

    def tail(self) -> list[Row]:
        """The rows that are not final, as they stand."""
        return self._layout.tail() if self._layout else []

    def end(self, *, interrupted: bool = False) -> list[Row]:
        """Nothing more comes; returns the rows that are left."""
        final = self._take(*self._thinking.flush()) + self._folded()
        return final + (self._layout.end(interrupted=interrupted) if self._layout else [])

    def resize(self, width: int) -> None:
        """Lay out what is not final for another width."""
        if self._layout:
            self._layout.resize(width)

    def _take(self, thought: str, text: str) -> list[Row]:
        if thought:
            self.thought = (self.thought + thought)[-_MOST_THOUGHT:]
        if not text:
            return []
        final = self._folded()
        self._layout = self._layout or self._make()
        return final + self._layout.feed(text)

    def _folded(self) -> list[Row]:
        """The row that stands for what was thought."""
        if not self.thought.strip():
            return []
        self.thought = ""
        return [row([Span(f"(thought for {self._seconds():.0f} s)", "thought")])]
