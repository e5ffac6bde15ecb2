"""The clock over a connection."""

from __future__ import annotations

import socket
import threading
import time

from nemochat.wire.watchdog import Watchdog, shut


def test_a_read_that_takes_too_long_is_woken_up() -> None:
    near, far = socket.socketpair()
    with near, far, Watchdog(lambda: shut(near)) as watchdog:
        watchdog.watch(0.05)
        begun = time.monotonic()
        assert near.recv(10) == b""
        assert watchdog.barked
        assert time.monotonic() - begun < 2


def test_a_rest_is_no_silence() -> None:
    barks = threading.Event()
    with Watchdog(barks.set) as watchdog:
        watchdog.watch(0.05)
        watchdog.rest()
        assert not barks.wait(0.2)
        assert not watchdog.barked


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


def test_a_closed_socket_can_be_shut() -> None:
    near, far = socket.socketpair()
    near.close()
    far.close()
    shut(near)
    shut(None)
    assert near.fileno() == -1
