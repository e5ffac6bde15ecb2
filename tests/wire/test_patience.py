"""How long the next read may take."""

from __future__ import annotations

import pytest

from nemochat.errors import NotAnAnswer
from nemochat.wire.patience import (
    LONGEST_SILENCE,
    MOST_PATIENCE,
    SECONDS_AFTER_ENDING,
    Patience,
    Timeouts,
)

TIMES = Timeouts(first_byte=10, idle=4)


def test_the_first_piece_may_take_longer_than_the_next() -> None:
    patience = Patience(TIMES)
    assert patience.left() == 10
    patience.grew(ended=False)
    assert patience.left() == 4


def test_a_ping_begins_the_time_anew_but_not_for_ever() -> None:
    patience = Patience(TIMES)
    for _ in range(MOST_PATIENCE - 1):
        patience.waited(9)
        patience.read(3)
        assert patience.left() > 4
    patience.waited(9)
    assert patience.left() == 5
    patience.waited(5)
    assert patience.left() == 0
    assert patience.in_all() == 0


def test_bytes_of_an_event_under_way_are_life() -> None:
    patience = Patience(TIMES)
    for _ in range(1000):
        patience.waited(9)
        patience.read(1, within=True)
    assert patience.left() == 10


def test_a_growing_answer_is_never_cut() -> None:
    patience = Patience(TIMES)
    for _ in range(1000):
        patience.waited(3.9)
        patience.grew(ended=False)
    assert patience.left() == 4
    assert patience.in_all() == 4 * MOST_PATIENCE


def test_after_the_ending_little_is_waited_for_whatever_comes() -> None:
    patience = Patience(TIMES)
    patience.grew(ended=True)
    assert patience.left() == SECONDS_AFTER_ENDING
    patience.waited(1.5)
    patience.read(10)
    patience.read(10, within=True)
    assert patience.left() == pytest.approx(SECONDS_AFTER_ENDING - 1.5)


def test_a_flood_of_comments_is_left() -> None:
    patience = Patience(TIMES)
    for _ in range(2):
        patience.read(LONGEST_SILENCE)
        patience.read(1000, within=True)
        patience.grew(ended=False)
    patience.read(LONGEST_SILENCE)
    with pytest.raises(NotAnAnswer) as caught:
        patience.read(1)
    assert caught.value.sentence == "the endpoint sent no answer but comments without end"


def test_a_flood_of_empty_events_is_left_sooner() -> None:
    patience = Patience(TIMES)
    patience.read(100, events=LONGEST_SILENCE // 100)
    with pytest.raises(NotAnAnswer, match="without end"):
        patience.read(100, events=LONGEST_SILENCE // 100)


def test_the_bytes_of_an_answer_are_no_flood() -> None:
    patience = Patience(TIMES)
    for _ in range(100):
        patience.read(LONGEST_SILENCE // 10)
        patience.grew(ended=False)
    patience.read(LONGEST_SILENCE * 3, within=True)
    assert patience.left() == 4
