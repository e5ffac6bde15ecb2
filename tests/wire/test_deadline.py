"""By when a read has to be over."""

from __future__ import annotations

import socket
import threading
import time
from typing import cast

import pytest

from nemochat.wire.deadline import Deadline

LONG = 60.0


def test_what_comes_in_time_is_given() -> None:
    near, far = socket.socketpair()
    with near, far, Deadline() as deadline:
        deadline.watch(LONG)
        far.sendall(b"here")
        assert deadline.receive(near, 3, LONG) == b"her"
        far.close()
        assert deadline.receive(near, 3, LONG) == b"e"
        assert deadline.receive(near, 3, LONG) == b""
        assert not deadline.late


@pytest.mark.parametrize(("watched", "seconds"), [(0.05, LONG), (LONG, 0.05), (0.0, LONG)])
def test_silence_ends_at_the_deadline_or_after_so_many_seconds(
    watched: float, seconds: float
) -> None:
    near, far = socket.socketpair()
    with near, far, Deadline() as deadline:
        deadline.watch(watched)
        with pytest.raises(TimeoutError):
            deadline.receive(near, 3, seconds)
        assert deadline.late
        deadline.rest()
        far.sendall(b"late")
        assert deadline.receive(near, 4, LONG) == b"late"


def test_a_drip_does_not_put_the_deadline_off() -> None:
    near, far = socket.socketpair()
    over = threading.Event()

    def drip() -> None:
        while not over.wait(0.01):
            far.sendall(b".")

    dripping = threading.Thread(target=drip)
    with near, far, Deadline() as deadline:
        dripping.start()
        deadline.watch(0.2)
        try:
            with pytest.raises(TimeoutError):
                all(iter(lambda: deadline.receive(near, 1, LONG), b""))
        finally:
            over.set()
            dripping.join()


def test_time_in_which_the_process_was_stopped_is_no_silence(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock, naps = [0.0], list[float]()

    class Silent:
        """A connection of which nothing comes; in the second nap, the process is stopped."""

        def settimeout(self, seconds: float) -> None:
            naps.append(seconds)

        def recv(self, _: int) -> bytes:
            clock[0] += 60 if len(naps) == 2 else naps[-1]  # and the look was not taken
            raise TimeoutError

    monkeypatch.setattr(time, "monotonic", lambda: clock[0])
    deadline = Deadline()
    deadline.watch(5)
    with pytest.raises(TimeoutError):
        deadline.receive(cast("socket.socket", Silent()), 1, LONG)
    assert naps == [1, 1, 1, 1, 1, 1, 0.01]


def test_time_in_which_nobody_reads_is_no_silence(monkeypatch: pytest.MonkeyPatch) -> None:
    later = time.monotonic
    near, far = socket.socketpair()
    with near, far, Deadline() as deadline:
        deadline.watch(5)
        monkeypatch.setattr(time, "monotonic", lambda: later() + 60)  # it was stopped in between
        far.sendall(b"here")
        assert deadline.receive(near, 4, LONG) == b"here"
