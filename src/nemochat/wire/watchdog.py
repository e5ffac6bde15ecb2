"""A clock over a connection: when a read takes too long, it is shut, and the reader wakes up.

An HTTP library's read time-out starts anew at every byte, so a server that drips bytes is waited
for for ever; and it cannot change between the first token and the pause after the last.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Self

LONGEST_NAP = 1.0  # seconds; a nap that took longer yet is no silence of the other side's


class Watchdog:
    """Calls `bark` once when a read that it watches takes too long. Use it as a context.

    Time in which the process was stopped, by Ctrl-Z for one, does not count.

    Attributes:
        barked: Whether it did.
    """

    def __init__(self, bark: Callable[[], None]) -> None:
        self.barked = False
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
                    self.barked = True
                    break
                self._wakes = self._deadline
                begun = time.monotonic()
                self._changed.wait(min(left, LONGEST_NAP))
                overslept = time.monotonic() - begun - LONGEST_NAP
                if overslept > LONGEST_NAP:
                    self._deadline += overslept
        if self.barked:
            self._bark()


def shut(connection: socket.socket | None) -> None:
    """Shut a socket both ways, so that a read in another thread ends; the reader closes it."""
    if connection is not None:
        with suppress(OSError):  # it was closed already
            # The plain socket's: an SSLSocket's own would drop the TLS state under the reader.
            socket.socket.shutdown(connection, socket.SHUT_RDWR)
