"""Timeouts of reads, counted on useful data, and delays before retries."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import NamedTuple

from nemochat.errors import EndpointError, NotAnAnswer

SECONDS_AFTER_ENDING = 2.0  # for the usage and the [DONE] that should follow an ending
MOST_NOISE = 8 * 1024 * 1024  # bytes of comments and empty events
LONGEST_WAIT = 30.0  # seconds; a longer Retry-After is reported instead
SHORTEST_WAIT = 0.3  # seconds; a Retry-After may be in the past
FIRST_BACKOFF = 1.0  # seconds, doubled for each retry
MOST_REQUESTS = 3  # for one prompt, whatever the settings say
_EVENT = 64  # bytes that an event counts for in addition to its own
_YEAR = 365 * 86400.0


class Timeouts(NamedTuple):
    """Seconds to wait for the first piece of an answer, and between two pieces."""

    first_byte: float = 120.0
    idle: float = 60.0


class ReadTimer:
    """Limits on the time and the bytes spent waiting for more of an answer.

    Only more of the answer restarts them: pings, headers and half an event do not. Time in which
    nobody reads does not count, such as while the terminal is slow.

    Attributes:
        total: Seconds left for everything, including connecting.
    """

    def __init__(self, timeouts: Timeouts, total: float = math.inf) -> None:
        self.total = total
        self._idle = timeouts.idle
        self._limit = timeouts.first_byte
        self._waited = 0.0
        self._bytes = 0

    def remaining(self) -> float:
        """Return the seconds left for the next read; 0 or less if time is up."""
        return min(self._limit - self._waited, self.total)

    def add_wait(self, seconds: float) -> None:
        """Count the duration of a read."""
        self._waited += seconds
        self.total -= seconds

    def add_noise(self, size: int, events: int) -> None:
        """Count bytes and events that held nothing of the answer.

        Raises:
            NotAnAnswer: they exceed `MOST_NOISE`.
        """
        self._bytes += size + _EVENT * events
        if self._bytes > MOST_NOISE:
            raise NotAnAnswer("the endpoint sent endless comments instead of an answer")

    def restart(self, *, ended: bool) -> None:
        """Start again as the answer grew; little can follow once it `ended`."""
        self._bytes = 0
        self.limit_to(SECONDS_AFTER_ENDING if ended else self._idle)

    def limit_to(self, seconds: float) -> None:
        """Start again with another limit."""
        self._waited = 0.0
        self._limit = seconds


def parse_retry_after(headers: Mapping[str, str]) -> float | None:
    """Return the seconds in a Retry-After header, negative if it is in the past, or None."""
    value = headers.get("retry-after", "").strip()
    if not value:
        return None
    try:
        seconds = float(value)
    except ValueError:
        from email.utils import parsedate_to_datetime  # 12 ms, for a rare header

        try:
            moment = parsedate_to_datetime(value)
            moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
            return (moment - datetime.now(UTC)).total_seconds()
        except (ValueError, OverflowError):
            return None
    return None if math.isnan(seconds) else seconds


def retry_delay(error: EndpointError, requests: int) -> float | None:
    """Return the seconds to wait before the next request, or None if there should be none.

    Args:
        error: Why the last request failed; a long Retry-After is added to its hint.
        requests: Number of requests sent.
    """
    if not error.retriable or requests >= MOST_REQUESTS:
        return None
    if error.retry_after is not None:
        if error.retry_after > LONGEST_WAIT:
            error.hint = f"Try again {describe_delay(error.retry_after)}"
            return None
        return max(error.retry_after, SHORTEST_WAIT)
    import random  # only for retries

    backoff = FIRST_BACKOFF * 2.0 ** (requests - 1)
    return max(backoff * random.random(), SHORTEST_WAIT)  # noqa: S311 - jitter


def describe_delay(seconds: float) -> str:
    """Return a delay in words: in 45 s, in 3 min, in 2 h, in 4 days, much later."""
    if seconds > _YEAR:
        return "much later"
    for size, unit in ((86400, " days"), (3600, " h"), (60, " min")):
        if seconds >= 2 * size:
            return f"in {seconds / size:.0f}{unit}"
    return f"in {seconds:.0f} s"
