"""Retry policy: the delay that the endpoint asks for, or exponential backoff with full jitter."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from nemochat.errors import EndpointError

LONGEST_WAIT = 30.0  # seconds; a longer wish is told to the person and not waited for
SHORTEST_WAIT = 0.3  # seconds; a Retry-After in the past once made a peer send 1,472 requests
FIRST_BACKOFF = 1.0  # seconds, doubled at each try
MOST_REQUESTS = 3  # for one question, whatever the settings say
_YEAR = 365 * 86400.0


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
