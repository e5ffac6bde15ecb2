"""Status of an answer: the wait before it, its measures after it, and the bell."""

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

SECONDS_BEFORE_IT_SHOWS = 0.4
_NUMBERS = {2: "two"}
_AT_ONCE = 0.05  # seconds; an answer whose text came within less was not streamed
_SHORT = 0.095  # seconds that one digit behind the point would not show
SECONDS = 10.0  # from which on an answer took long


class Status:
    """The rows that stand where an answer will begin, and the waits for another try."""

    def __init__(self) -> None:
        self._candidates = 1
        self._began = 0.0
        self._retry: tuple[float, str] | None = None  # until when, and why
        self._stopped = threading.Event()

    def begin(self, candidates: int) -> None:
        """So many answers were asked for, now."""
        self._candidates = candidates
        self._began, self._retry = time.monotonic(), None
        self._stopped.clear()

    def seconds(self) -> float:
        """How long ago that was."""
        return time.monotonic() - self._began

    def retry(self, seconds: float, why: str) -> None:
        """Count down to the next try: called where the deltas come from, painted where they go."""
        self._retry = (time.monotonic() + seconds, why)
        self._stopped.wait(seconds)
        self._retry = None

    def stop(self) -> None:
        """Try no more."""
        self._stopped.set()

    def rows(self, thought: str, columns: int) -> list[Row]:
        """The rows now on a terminal of so many columns; `thought` is the end of the thoughts."""
        retry = self._retry  # of another thread
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
        if seconds < SECONDS_BEFORE_IT_SHOWS:
            return []
        if self._candidates == 1:
            text = f"waiting for the first token, {seconds:.0f} s"
        else:
            number = _NUMBERS.get(self._candidates, str(self._candidates))
            text = f"waiting for {number} answers, {seconds:.0f} s (Ctrl-C or Esc stops)"
        return lay_out([Span(text, "dim")], width)


def format_measures(answer: Message) -> str:
    """Seconds to the first token, tokens a second, tokens and cost, as far as they are known.

    "" for an answer that is not whole, or was put together from several requests.
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
        parts.append(f"{provenance.usage.completion_tokens} tokens")
    if provenance.usage and provenance.usage.estimated_cost:
        parts.append(format_money(provenance.usage.estimated_cost))
    return " · ".join(parts)


def _seconds(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds >= _SHORT else f"{seconds:.2f} s"


class Bell:
    """Rings at the end of a long answer, or never."""

    def __init__(self, write: Callable[[str], None] | None) -> None:
        """Prepare; `write` writes to the terminal, None never rings."""
        self._write = write
        self._begun: float | None = None

    def begin(self) -> None:
        """An answer is awaited from now on, unless one is already."""
        self._begun = self._begun or time.monotonic()

    def end(self) -> None:
        """It is there: ring if that took long."""
        if self._write and self._begun and time.monotonic() - self._begun >= SECONDS:
            self._write("\a")
        self._begun = None
