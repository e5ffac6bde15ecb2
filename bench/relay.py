"""A relay on the loopback interface that delays what it passes on, as a long distance does.

Each direction is delayed by half a round trip. A connection to the loopback interface opens at
once, so what a client sends first waits a whole round trip more: the time that opening would take.
"""

from __future__ import annotations

import queue
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import Self


class Relay:
    """A relay to a port; it runs within a `with` statement.

    Attributes:
        port: Where it listens.
        accepted: When connections were opened, by `time.monotonic`.
    """

    def __init__(self, target: int, round_trip: float) -> None:
        """Listen.

        Args:
            target: The port to which it passes on.
            round_trip: Seconds.
        """
        self._target = target
        self._round_trip = round_trip
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.accepted: list[float] = []

    def __enter__(self) -> Self:
        _start_thread(self._accept)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            now = time.monotonic()
            self.accepted.append(now)
            far = socket.create_connection(("127.0.0.1", self._target))
            for source, sink, opens in (
                (near, far, now + self._round_trip),
                (far, near, now),
            ):
                source.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                delayed: queue.SimpleQueue[tuple[float, bytes]] = queue.SimpleQueue()
                _start_thread(_receive, source, delayed, opens, self._round_trip / 2)
                _start_thread(_deliver, sink, delayed)


def _start_thread(target: Callable[..., None], *arguments: object) -> None:
    threading.Thread(target=target, args=arguments, daemon=True).start()


def _receive(
    source: socket.socket,
    delayed: queue.SimpleQueue[tuple[float, bytes]],
    opens: float,
    delay: float,
) -> None:
    """Receive one direction to its end, and note when each piece is due."""
    piece = b"-"
    while piece:
        try:
            piece = source.recv(65536)
        except OSError:
            piece = b""
        delayed.put((max(time.monotonic(), opens) + delay, piece))


def _deliver(sink: socket.socket, delayed: queue.SimpleQueue[tuple[float, bytes]]) -> None:
    """Send each piece when it is due."""
    with suppress(OSError):
        while True:
            due, piece = delayed.get()
            time.sleep(max(due - time.monotonic(), 0.0))
            if not piece:
                sink.shutdown(socket.SHUT_WR)
                return
            sink.sendall(piece)
