"""A clock over others' reads: when one takes too long, its connection is shut, and it wakes up.

An HTTP library's read time-out starts anew at every byte, and cannot change between the first token
and the pause after the last.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Self

from nemochat.wire.deadline import LONGEST_NAP, Clock


class Watchdog(Clock):
    """Calls `bark` once when a read that it watches takes too long.

    Time in which the process was stopped, by Ctrl-Z for one, does not count.
    """

    def __init__(self, bark: Callable[[], None]) -> None:
        self.late = False
        self._bark = bark
        self._deadline = float("inf")
        self._wakes = float("inf")
        self._over = False
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._watch, name="nemochat-watchdog", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        with self._changed:
            self._over = True
            self._changed.notify()
        self._thread.join()

    def watch(self, seconds: float) -> None:
        """Bark in so many seconds from now, unless told otherwise before."""
        with self._changed:
            self._deadline = time.monotonic() + seconds
            if self._deadline < self._wakes:  # a later one is found when the thread wakes up
                self._changed.notify()

    def rest(self) -> None:
        """Bark no more, until there is something to watch again."""
        with self._changed:
            self._deadline = float("inf")

    def _watch(self) -> None:
        with self._changed:
            while not self._over:
                left = self._deadline - time.monotonic()
                if left <= 0:
                    self.late = True
                    break
                self._wakes = self._deadline
                begun = time.monotonic()
                self._changed.wait(min(left, LONGEST_NAP))
                overslept = time.monotonic() - begun - LONGEST_NAP
                if overslept > LONGEST_NAP:
                    self._deadline += overslept
        if self.late:
            self._bark()
