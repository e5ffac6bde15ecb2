"""What stands where an answer will begin? That it is awaited, or why it is asked for again."""

from __future__ import annotations

import threading
import time

from nemochat.screen.markdown.spans import Row, Span
from nemochat.screen.markdown.wrap import NARROWEST, laid_out
from nemochat.screen.safe import harmless_line

SECONDS_BEFORE_IT_SHOWS = 0.4
_NUMBERS = {2: "two"}


class Waiting:
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
            left = max(until - time.monotonic(), 0)
            told = f"{why}; trying again in {left:.0f} s (Ctrl-C stops)"
            return laid_out([Span(told, "notice")], width)
        seconds = self.seconds()
        if thought.strip():
            told = f"thinking, {seconds:.0f} s: "
            room = max(width - len(told), NARROWEST)
            last = harmless_line(thought[-room:], room)
            return laid_out([Span(told + last, "thought")], width)[:1]
        if seconds < SECONDS_BEFORE_IT_SHOWS:
            return []
        if self._candidates == 1:
            told = f"waiting for the first token, {seconds:.0f} s"
        else:
            number = _NUMBERS.get(self._candidates, str(self._candidates))
            told = f"waiting for {number} answers, {seconds:.0f} s (Ctrl-C or Esc stops)"
        return laid_out([Span(told, "dim")], width)
