"""Time limits of reads, counted on useful data, and the waits before a retry."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import NamedTuple, Protocol

from nemochat.errors import EndpointError, NotAnAnswer

SECONDS_AFTER_ENDING = 2.0  # for the usage and the [DONE] that should follow an ending
MOST_PATIENCE = 5  # times a time-out: signs of life alone are believed no longer
LONGEST_SILENCE = 8 * 1024 * 1024  # bytes of comments without any answer
LONGEST_WAIT = 30.0  # seconds; a longer Retry-After is reported instead
SHORTEST_WAIT = 0.3  # seconds; a Retry-After in the past once made a peer send 1,472 requests
FIRST_BACKOFF = 1.0  # seconds, doubled at each try
MOST_REQUESTS = 3  # for one question, whatever the settings say
_YEAR = 365 * 86400.0
_EVENT = 64  # such bytes that an event without any answer counts for


class Timeouts(NamedTuple):
    """Seconds to wait: for the first piece of an answer, and between two pieces."""

    first_byte: float = 120.0
    idle: float = 60.0


class Clock(Protocol):
    """Limit of the seconds that reads and writes may take."""

    def remaining(self) -> float:
        """Return the seconds that the next read may take."""
        ...

    def add_wait(self, seconds: float) -> None:
        """Count time spent waiting."""
        ...


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


def parse_retry_after(headers: Mapping[str, str], now: datetime | None = None) -> float | None:
    """Seconds until the moment in a Retry-After header, negative if past; None without one."""
    wish = headers.get("retry-after", "").strip()
    if not wish:
        return None
    try:
        seconds = float(wish)
    except ValueError:
        from email.utils import parsedate_to_datetime  # 12 ms, for a header that rarely comes

        try:
            moment = parsedate_to_datetime(wish)
            moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
            return (moment - (now or datetime.now(UTC))).total_seconds()
        except (ValueError, OverflowError):
            return None
    return seconds if seconds == seconds else None  # noqa: PLR0124 - only "nan" differs from itself


def retry_delay(error: EndpointError, tries: int, chance: float | None = None) -> float | None:
    """Seconds to wait before the next try, or None if there is to be none.

    Args:
        error: Why the last try failed.
        tries: How many were made.
        chance: A number from 0 to 1; None throws the dice.
    """
    if not error.retriable or tries >= MOST_REQUESTS:
        return None
    if error.retry_after is not None:
        if error.retry_after > LONGEST_WAIT:
            error.hint = f"It asks to be tried again {describe_delay(error.retry_after)}"
            return None
        return max(error.retry_after, SHORTEST_WAIT)
    if chance is None:
        import random  # loaded where a try failed

        chance = random.random()  # noqa: S311 - jitter
    return max(FIRST_BACKOFF * 2.0 ** (tries - 1) * chance, SHORTEST_WAIT)


def describe_delay(seconds: float) -> str:
    """When a wait is over, in words: in 45 s, in 3 min, in 2 h, in 4 days, much later."""
    if seconds > _YEAR:
        return "much later"
    for size, unit in ((86400, " days"), (3600, " h"), (60, " min")):
        if seconds >= 2 * size:
            return f"in {seconds / size:.0f}{unit}"
    return f"in {seconds:.0f} s"
