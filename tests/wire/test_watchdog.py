"""The clock over a connection."""

from __future__ import annotations

import socket
import threading
import time

import pytest

from nemochat.wire.dialing import shut
from nemochat.wire.watchdog import Watchdog


def test_a_read_that_takes_too_long_is_woken_up() -> None:
    near, far = socket.socketpair()
    with near, far, Watchdog(lambda: shut(near)) as watchdog:
        watchdog.watch(0.05)
        begun = time.monotonic()
        assert near.recv(10) == b""
        assert watchdog.late
        assert time.monotonic() - begun < 2


def test_a_rest_is_no_silence() -> None:
    barks = threading.Event()
    with Watchdog(barks.set) as watchdog:
        watchdog.watch(0.05)
        watchdog.rest()
        assert not barks.wait(0.2)
        assert not watchdog.late


def test_a_later_deadline_replaces_an_earlier_one_and_the_other_way_round() -> None:
    barks = threading.Event()
    with Watchdog(barks.set) as watchdog:
        watchdog.watch(0.05)
        watchdog.watch(60)
        assert not barks.wait(0.2)
        watchdog.watch(0.05)
        assert barks.wait(2)


def test_leaving_the_context_ends_the_thread() -> None:
    before = threading.active_count()
    with Watchdog(lambda: None) as watchdog:
        watchdog.watch(60)
        assert threading.active_count() == before + 1
    assert threading.active_count() == before


def test_time_in_which_the_process_was_stopped_is_no_silence(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock, naps = [0.0], list[float]()

    def nap(seconds: float) -> None:  # in the second one, the process is stopped for a minute
        naps.append(seconds)
        clock[0] += 60 if len(naps) == 2 else seconds

    monkeypatch.setattr(time, "monotonic", lambda: clock[0])
    watchdog = Watchdog(lambda: None)
    monkeypatch.setattr(watchdog._changed, "wait", nap)
    watchdog.watch(5)
    watchdog._watch()
    assert watchdog.late
    assert naps == [1, 1, 1, 1, 1]
