"""Read timeouts, counted on useful data: how long the next read may take."""

from __future__ import annotations

from typing import NamedTuple

from nemochat.errors import NotAnAnswer

SECONDS_AFTER_ENDING = 2.0  # for the usage and the [DONE] that should follow an ending
MOST_PATIENCE = 5  # times a time-out: signs of life alone are believed no longer
LONGEST_SILENCE = 8 * 1024 * 1024  # bytes of comments without any answer
_EVENT = 64  # such bytes that an event without any answer counts for


class Timeouts(NamedTuple):
    """Seconds to wait: for the first piece of an answer, and between two pieces."""

    first_byte: float = 120.0
    idle: float = 60.0


class ReadTimer:
    """Counts the seconds spent reading, and the bytes read, since the answer last grew.

    Every byte is a sign of life, a ping too, so a time-out begins anew at each; but an endpoint
    that only pings, or floods, is left at last. Time in which nobody reads does not count: a reader
    that waits for its terminal is no silence of the endpoint.
    """

    def __init__(self, timeouts: Timeouts) -> None:
        self._idle = timeouts.idle
        self._step = timeouts.first_byte
        self._limit = MOST_PATIENCE * self._step
        self._waited = 0.0
        self._bytes = 0

    def remaining(self) -> float:
        """Seconds that the next read may take; 0 or less when there is no patience left."""
        return min(self._step, self._limit - self._waited)

    def add_wait(self, seconds: float) -> None:
        """Count the time that a read took."""
        self._waited += seconds

    def add_read(self, size: int, events: int = 0, *, within: bool = False) -> None:
        """Count the bytes of a read, and the events in it.

        Args:
            size: How many bytes.
            events: How many events.
            within: Whether they ended within an event: then they are no silence, and the event has
                its own bound.

        Raises:
            NotAnAnswer: too much came without any answer in it.
        """
        self._bytes += _EVENT * events + (0 if within else size)
        if self._bytes > LONGEST_SILENCE:
            raise NotAnAnswer("the endpoint sent no answer but comments without end")
        if within and self._limit > self._step:
            self._waited = 0.0

    def restart(self, *, ended: bool) -> None:
        """Begin anew: the answer grew; when it also `ended`, little more can follow."""
        self._waited = 0.0
        self._bytes = 0
        if ended:
            self.limit_to(SECONDS_AFTER_ENDING)
        else:
            self._step = self._idle
            self._limit = MOST_PATIENCE * self._step

    def limit_to(self, seconds: float) -> None:
        """Allow so many more seconds in all."""
        self._waited = 0.0
        self._step = self._limit = seconds

    def hard_limit(self) -> float:
        """Seconds that are left whatever comes, as long as the answer does not grow."""
        return self._limit - self._waited
