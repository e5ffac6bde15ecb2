"""Deltas read in another thread, and Ctrl-C between them."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Generator

import pytest

from nemochat.core.delta import Delta
from nemochat.errors import Cancelled
from nemochat.screen.stream_thread import MOST_WAITING, follow_in_thread


def endless() -> Generator[Delta]:
    while True:
        yield Delta("x")
        time.sleep(0.001)


def test_ctrl_c_waits_until_the_piece_that_came_is_taken_in() -> None:
    stopped: list[bool] = []
    followed = follow_in_thread(endless(), lambda: stopped.append(True), lambda: 0.01)
    next(followed)
    signal.raise_signal(signal.SIGINT)  # nothing comes here
    assert not stopped
    with pytest.raises(Cancelled):
        next(followed)
    assert stopped
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_ctrl_c_twice_comes_at_once() -> None:
    followed = follow_in_thread(endless(), lambda: None, lambda: 0.01)
    next(followed)
    signal.raise_signal(signal.SIGINT)
    with pytest.raises(Cancelled):
        signal.raise_signal(signal.SIGINT)
    with pytest.raises(Cancelled):
        next(followed)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_deltas_are_not_read_far_ahead_and_closing_ends_the_thread() -> None:
    read, stopped, ended = [0], threading.Event(), threading.Event()

    def fast() -> Generator[Delta]:
        while not stopped.is_set():
            read[0] += 1
            yield Delta("x")
        ended.set()

    reading = follow_in_thread(fast(), stopped.set, lambda: 0.01)
    next(reading)
    time.sleep(0.2)
    assert read[0] <= MOST_WAITING + 2
    reading.close()
    assert ended.wait(5)


def test_an_error_comes_where_deltas_are_awaited_and_ctrl_c_is_as_before() -> None:
    def broken() -> Generator[Delta]:
        yield Delta("a")
        raise ValueError("odd")

    stopped: list[bool] = []
    followed = follow_in_thread(broken(), lambda: stopped.append(True), lambda: 0.01)
    assert next(followed) == Delta("a")
    with pytest.raises(ValueError, match="odd"):
        next(followed)
    assert not stopped
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_painting_goes_on_after_a_signal_whose_handler_takes_its_time() -> None:
    """Such a signal ends a pause of the process."""
    here, stopped, painted = threading.get_ident(), threading.Event(), 0

    def nothing() -> Generator[Delta]:
        stopped.wait(20)
        yield from ()

    def frame() -> float:
        nonlocal painted
        painted += 1
        if painted == 1:
            threading.Timer(0.05, signal.pthread_kill, [here, signal.SIGUSR1]).start()
        if painted == 3:
            raise TimeoutError
        return 0.1

    usual = signal.signal(signal.SIGUSR1, lambda *_: time.sleep(0.2))
    try:
        with pytest.raises(TimeoutError):
            list(follow_in_thread(nothing(), stopped.set, frame))
    finally:
        signal.signal(signal.SIGUSR1, usual)
