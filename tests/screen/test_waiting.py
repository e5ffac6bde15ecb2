"""Status rows during the wait for an answer, second by second."""

from __future__ import annotations

import threading
import time

import pytest

from nemochat.screen.status import Status


class Clock:
    """Clock that is set by hand."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Replace the clock."""
    clock = Clock()
    monkeypatch.setattr(time, "monotonic", clock)
    return clock


def show(waiting: Status, thought: str = "", columns: int = 80) -> list[tuple[str, str]]:
    """Return texts and styles of the rows."""
    rows = waiting.rows(thought, columns)
    return [(row.text, " ".join({span.style for span in row.spans})) for row in rows]


@pytest.mark.parametrize(
    ("candidates", "told"),
    [
        (1, "waiting for the first token, 3 s"),
        (2, "waiting for 2 answers, 3 s (Ctrl-C or Esc stops)"),
        (3, "waiting for 3 answers, 3 s (Ctrl-C or Esc stops)"),
    ],
)
def test_a_short_wait_is_not_told_and_a_longer_one_counts_its_seconds(
    candidates: int, told: str, clock: Clock
) -> None:
    waiting = Status()
    waiting.begin(candidates)
    clock.seconds = 0.39
    assert show(waiting) == []
    clock.seconds = 0.4
    assert len(show(waiting)) == 1
    clock.seconds = 3.0
    assert waiting.seconds() == 3
    assert show(waiting) == [(told, "dim")]
    waiting.begin(candidates)
    assert show(waiting) == []


@pytest.mark.parametrize(
    ("thought", "columns", "told"),
    [
        (" Let me see ", 40, "thinking, 12 s: Let me see"),
        ("one two three four five six", 40, "thinking, 12 s: two three four five six"),
        ("one two three\n\x1bfour", 30, "thinking, 12 s: o three ␛four"),
        ("one two three four", 10, "thinking,"),
        (" \n", 40, "waiting for the first token, 12 s"),
    ],
)
def test_the_end_of_what_is_thought_is_shown_in_one_row(
    thought: str, columns: int, told: str, clock: Clock
) -> None:
    waiting = Status()
    waiting.begin(1)
    clock.seconds += 12
    (row,) = show(waiting, thought, columns)
    assert row == (told, "thought" if thought.strip() else "dim")


def test_a_terminal_of_no_width_still_says_why_it_waits(clock: Clock) -> None:
    waiting = Status()
    waiting.begin(1)
    clock.seconds += 1
    told = [text for text, _ in show(waiting, columns=2)]
    assert " ".join(told) == "waiting for the first token, 1 s"
    assert max(map(len, told)) <= 8


def test_another_try_is_counted_down_until_it_comes_or_is_stopped(clock: Clock) -> None:
    waiting = Status()
    waiting.begin(1)
    trying = threading.Thread(target=waiting.retry, args=(30.0, "the endpoint is busy"))
    trying.start()
    while not show(waiting):
        assert trying.is_alive()
    assert show(waiting) == [
        ("the endpoint is busy; trying again in 30 s (Ctrl-C stops)", "notice")
    ]
    clock.seconds += 28
    assert "in 2 s" in show(waiting)[0][0]
    clock.seconds += 28
    assert "in 1 s" in show(waiting, "a thought")[0][0]
    waiting.stop()
    trying.join(10)
    assert not trying.is_alive()
    assert show(waiting) == [("waiting for the first token, 56 s", "dim")]
    waiting.begin(1)
    waiting.retry(0.0, "at once")
    assert show(waiting) == []
