"""Status of an answer: the wait before it, its measures, and the bell."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable

from nemochat.core.ledger import format_money
from nemochat.core.messages import Message
from nemochat.screen.text.sanitize import sanitize_line
from nemochat.screen.text.spans import Row, Span
from nemochat.screen.text.wrap import NARROWEST, lay_out

STATUS_DELAY = 0.4  # seconds
_AT_ONCE = 0.05  # seconds; an answer that arrives faster was not streamed
_SHORT = 0.095  # seconds, below which one decimal place is not enough
LONG_ANSWER = 10.0  # seconds


class Status:
    """Status rows shown until an answer begins, and the waits between attempts."""

    def __init__(self) -> None:
        self._candidates = 1
        self._began = 0.0
        self._retry: tuple[float, str] | None = None  # its time, and the reason
        self._stopped = threading.Event()

    def begin(self, candidates: int) -> None:
        """Start the clock for this many answers."""
        self._candidates = candidates
        self._began, self._retry = time.monotonic(), None
        self._stopped.clear()

    def seconds(self) -> float:
        """Return the seconds since then."""
        return time.monotonic() - self._began

    def retry(self, seconds: float, why: str) -> None:
        """Wait for the next attempt; the reading thread waits, and the main thread paints."""
        self._retry = (time.monotonic() + seconds, why)
        self._stopped.wait(seconds)
        self._retry = None

    def stop(self) -> None:
        """End the wait."""
        self._stopped.set()

    def rows(self, thought: str, columns: int) -> list[Row]:
        """Return the current rows, given the end of the reasoning and the terminal's columns."""
        retry = self._retry  # the other thread changes it
        width = max(columns - 1, NARROWEST)
        if retry is not None:
            until, why = retry
            left = max(math.ceil(until - time.monotonic()), 1)
            text = f"{why}; trying again in {left} s (Ctrl-C stops)"
            return lay_out([Span(text, "notice")], width)
        seconds = self.seconds()
        if thought.strip():
            text = f"thinking, {seconds:.0f} s: "
            room = max(width - len(text), NARROWEST)
            last = sanitize_line(thought[-room:], room)
            return lay_out([Span(text + last, "thought")], width)[:1]
        if seconds < STATUS_DELAY:
            return []
        if self._candidates == 1:
            text = f"waiting for the first token, {seconds:.0f} s"
        else:
            text = f"waiting for {self._candidates} answers, {seconds:.0f} s (Ctrl-C or Esc stops)"
        return lay_out([Span(text, "dim")], width)


def format_measures(answer: Message) -> str:
    """Return the time to the first token, tokens per second, tokens and cost.

    What is unknown is left out. The result is empty for an answer that is incomplete or was
    assembled from several requests.
    """
    provenance = answer.provenance
    if provenance is None or not provenance.ending or not provenance.ending.is_complete:
        return ""
    if provenance.continued:
        return ""
    parts = []
    first, whole = provenance.first_token, provenance.seconds
    if first is not None and whole is not None and whole - first >= _AT_ONCE:
        parts.append(f"{_seconds(first)} to the first token")
        if provenance.tokens_a_second is not None:
            parts.append(f"{provenance.tokens_a_second:.0f} tokens/s")
    elif whole is not None:
        parts.append(_seconds(whole))
    if provenance.usage and provenance.usage.completion_tokens:
        parts.append(f"{provenance.usage.completion_tokens:,} tokens")
    if provenance.usage and provenance.usage.estimated_cost:
        parts.append(format_money(provenance.usage.estimated_cost))
    return " · ".join(parts)


def _seconds(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds >= _SHORT else f"{seconds:.2f} s"


class Bell:
    """Bell that rings at the end of a long answer."""

    def __init__(self, write: Callable[[str], None] | None) -> None:
        """Create a bell; `write` writes to the terminal, and None turns the bell off."""
        self._write = write
        self._begun: float | None = None

    def begin(self) -> None:
        """Start the clock, unless it is running."""
        self._begun = self._begun or time.monotonic()

    def end(self) -> None:
        """Ring if the answer took long."""
        if self._write and self._begun and time.monotonic() - self._begun >= LONG_ANSWER:
            self._write("\a")
        self._begun = None
