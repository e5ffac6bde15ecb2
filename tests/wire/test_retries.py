"""When to try again, and when not."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nemochat.errors import EndpointFailed
from nemochat.wire.retries import LONGEST_WAIT, SHORTEST_WAIT, after, pause, seconds_asked

NOW = datetime(2026, 11, 23, 12, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("wish", "seconds"),
    [
        ("7", 7),
        (" 7 ", 7),
        ("0.5", 0.5),
        ("-3", -3),
        ("9" * 400, float("inf")),
        ("Mon, 23 Nov 2026 12:00:20 GMT", 20),
        ("Mon, 23 Nov 2026 11:59:00 GMT", -60),
        ("Monday, 23-Nov-26 12:00:20 GMT", 20),
        ("Mon, 23 Nov 2026 13:00:20 +0100", 20),
        ("Tue, 24 Nov 2026 12:00:00 -0000", 86400),
        ("Mon, 99 Nov 2026 12:00:20 GMT", None),
        ("soon", None),
        ("nan", None),
        ("", None),
        ("  ", None),
        ("7, 8", None),
    ],
)
def test_a_wish_is_read_in_every_form(wish: str, seconds: float | None) -> None:
    assert seconds_asked({"retry-after": wish}, NOW) == seconds


def test_without_a_header_nothing_is_wished() -> None:
    assert seconds_asked({}) is None


@given(st.text(max_size=40))
def test_no_header_breaks_the_reading(wish: str) -> None:
    seconds = seconds_asked({"retry-after": wish}, NOW)
    assert seconds is None or isinstance(seconds, float)


def busy(retry_after: float | None = None, *, retriable: bool = True) -> EndpointFailed:
    return EndpointFailed("busy", retriable=retriable, retry_after=retry_after)


@pytest.mark.parametrize(
    ("wish", "tries", "chance", "seconds"),
    [
        (None, 1, 1.0, 1.0),
        (None, 2, 1.0, 2.0),
        (None, 1, 0.5, 0.5),
        (None, 1, 0.0, SHORTEST_WAIT),
        (None, 3, 1.0, None),
        (5.0, 1, 0.5, 5.0),
        (5.0, 2, 0.5, 5.0),
        (0.0, 1, 1.0, SHORTEST_WAIT),
        (-3600.0, 2, 1.0, SHORTEST_WAIT),
        (LONGEST_WAIT, 1, 1.0, LONGEST_WAIT),
        (31.0, 1, 1.0, None),
        (float("inf"), 1, 1.0, None),
        (5.0, 3, 0.5, None),
    ],
)
def test_the_pause_is_what_was_asked_for_or_grows_with_jitter(
    wish: float | None, tries: int, chance: float, seconds: float | None
) -> None:
    assert pause(busy(wish), tries, chance) == seconds


def test_what_cannot_help_is_not_tried_again() -> None:
    assert pause(busy(retriable=False), 1, 1.0) is None


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (31.0, "in 31 s"),
        (119.0, "in 119 s"),
        (180.0, "in 3 min"),
        (7200.0, "in 2 h"),
        (86400.0, "in 24 h"),
        (345600.0, "in 4 days"),
        (365 * 86400, "in 365 days"),
        (2 * 86400, "in 2 days"),
        (1e300, "much later"),
        (float("inf"), "much later"),
    ],
)
def test_a_long_wait_is_said_and_not_waited_for(seconds: float, words: str) -> None:
    error = busy(seconds)
    assert pause(error, 1, 1.0) is None
    assert error.hint == f"It asks to be tried again {words}"
    assert after(seconds) == words
