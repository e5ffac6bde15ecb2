"""A relay on the loopback that makes an endpoint as far away as one over the sea.

Each direction is delayed by half a round trip. The kernel opens a connection on the loopback at
once, so that what a client sends first waits a whole round trip more: as long as opening takes.
"""

from __future__ import annotations

import queue
import socket
import threading
import time
from contextlib import suppress
from types import TracebackType
from typing import Self

MOST_CONNECTIONS = 8


class Relay:
    """Passes on what comes to `port`, with the delay of a round trip of so many seconds."""

    def __init__(self, to: int, round_trip: float) -> None:
        self._to = to
        self._round_trip = round_trip
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=MOST_CONNECTIONS)
        self._room = threading.BoundedSemaphore(2 * MOST_CONNECTIONS)
        self.port: int = self._listener.getsockname()[1]

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
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
            far = socket.create_connection(("127.0.0.1", self._to))
            half = self._round_trip / 2
            for source, sink, opening in ((near, far, self._round_trip), (far, near, 0.0)):
                source.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self._room.acquire()
                threading.Thread(
                    target=self._pass_on, args=(source, sink, half, opening), daemon=True
                ).start()

    def _pass_on(
        self, source: socket.socket, sink: socket.socket, delay: float, opening: float
    ) -> None:
        """Pass on one direction to its end."""
        under_way: queue.SimpleQueue[tuple[float, bytes]] = queue.SimpleQueue()
        opened = time.monotonic() + opening

        def deliver() -> None:
            with suppress(OSError):
                while True:
                    due, read = under_way.get()
                    time.sleep(max(due - time.monotonic(), 0.0))
                    if not read:
                        sink.shutdown(socket.SHUT_WR)
                        return
                    sink.sendall(read)

        delivering = threading.Thread(target=deliver, daemon=True)
        delivering.start()
        read = b"-"
        while read:
            try:
                read = source.recv(65536)
            except OSError:
                read = b""
            under_way.put((max(time.monotonic(), opened) + delay, read))
        delivering.join()
        self._room.release()
