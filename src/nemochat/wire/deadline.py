"""By when a read has to be over, on a connection of our own.

A socket's time-out starts anew at every read, and a server that drips bytes would be waited for for
ever.
"""

from __future__ import annotations

import socket
import time
from types import TracebackType
from typing import Protocol, Self

LONGEST_NAP = 1.0  # seconds; a nap that took longer yet is no silence of the other side's
SECONDS_OF_A_LOOK = 0.01


class Clock(Protocol):
    """What ends reads that take too long, within its context.

    Attributes:
        late: Whether it ended one.
    """

    late: bool

    def __enter__(self) -> Self:
        """Begin; nothing is watched yet."""
        ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        """End."""
        ...

    def watch(self, seconds: float) -> None:
        """End reads in so many seconds from now, unless told otherwise before."""
        ...

    def rest(self) -> None:
        """End none any more, until there is something to watch again."""
        ...


class Deadline(Clock):
    """Ends reads that are made through it.

    Time between two reads does not count, nor that in which the process was stopped, by Ctrl-Z for
    one. A socket that was waited for meanwhile says that nothing came, without having looked; so
    there is a last look when the time is over.
    """

    def __init__(self) -> None:
        self.late = False
        self._left = float("inf")

    def __enter__(self) -> Self:
        self.late = False
        return self

    def __exit__(self, *_: object) -> None:
        self.rest()

    def watch(self, seconds: float) -> None:
        """End reads after so many seconds of waiting from now on."""
        self._left = seconds

    def rest(self) -> None:
        """End none any more."""
        self._left = float("inf")

    def receive(self, connection: socket.socket, most: int, seconds: float) -> bytes:
        """The next bytes; b"" at the end.

        Args:
            connection: From where.
            most: How many at once.
            seconds: How long to wait for them, if that is not after the deadline anyway.

        Raises:
            TimeoutError: none came in time.
            OSError: none will come.
        """
        while True:
            nap = max(min(seconds, self._left, LONGEST_NAP), 0.0)
            begun = time.monotonic()
            connection.settimeout(max(nap, SECONDS_OF_A_LOOK))
            try:
                return connection.recv(most)
            except TimeoutError as error:
                if error.errno:  # the kernel's: it has given the connection up
                    raise
                if not nap:
                    self.late = True
                    raise
            finally:
                passed = time.monotonic() - begun
                if passed < nap + LONGEST_NAP:
                    seconds -= min(passed, nap)
                    self._left -= min(passed, nap)
