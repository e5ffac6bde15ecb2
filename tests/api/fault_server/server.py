"""Loopback server that follows a script and ends with its context."""

from __future__ import annotations

import select
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Self

LONGEST_HOLD = 20.0  # seconds; a client that never leaves must not hang a test


class Peer:
    """Accepted connection, as the server sees it."""

    def __init__(self, connection: socket.socket, server: FaultServer) -> None:
        self.connection = connection
        self.server = server

    def request(self) -> bytes:
        """Return the next request, or b"" if the client has left."""
        read = b""
        while b"\r\n\r\n" not in read:
            if not (piece := self._receive()):
                return b""
            read += piece
        head, _, body = read.partition(b"\r\n\r\n")
        length = 0
        for line in head.split(b"\r\n")[1:]:
            name, _, value = line.partition(b":")
            if name.strip().lower() == b"content-length":
                length = int(value)
        while len(body) < length and (piece := self._receive()):
            body += piece
        self.server.requests.append(head + b"\r\n\r\n" + body)
        return head

    def send(self, data: bytes) -> None:
        self.connection.sendall(data)

    def hold(self, seconds: float) -> None:
        """Stay silent for some seconds, or until the client leaves or the server ends."""
        end = time.monotonic() + min(seconds, LONGEST_HOLD)
        while time.monotonic() < end and not self.server.over:
            readable, _, _ = select.select(
                [self.connection], [], [], min(0.02, max(end - time.monotonic(), 0))
            )
            if readable:
                gone = b""
                with suppress(OSError):
                    gone = self._receive()
                if not gone:
                    self.server.left_at = time.monotonic()
                    raise ConnectionAbortedError

    def reset(self) -> None:
        """End the connection with a RST."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        raise ConnectionAbortedError

    def _receive(self) -> bytes:
        return self.connection.recv(65536)


Behaviour = Callable[[Peer, int], None]


@dataclass
class FaultServer:
    """Server that passes each connection to `behave`, with its number from 0.

    Attributes:
        requests: Requests read.
        connections: Number of connections accepted.
        left_at: When a client left, or None.
    """

    behave: Behaviour
    tls: ssl.SSLContext | None = None
    requests: list[bytes] = field(default_factory=list)
    connections: int = 0
    left_at: float | None = None
    over: bool = False

    def __enter__(self) -> Self:
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=16)
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._open: list[socket.socket] = []
        self._threads[0].start()
        return self

    def __exit__(self, *_: object) -> None:
        self.over = True
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for connection in self._open:
            with suppress(OSError):
                socket.socket.shutdown(connection, socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(5)

    @property
    def port(self) -> int:
        port: int = self._listener.getsockname()[1]
        return port

    @property
    def base_url(self) -> str:
        return f"http{'s' if self.tls else ''}://127.0.0.1:{self.port}/v1"

    def _accept(self) -> None:
        while not self.over:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._open.append(connection)
            thread = threading.Thread(
                target=self._serve, args=(connection, self.connections), daemon=True
            )
            self.connections += 1
            self._threads.append(thread)
            thread.start()

    def _serve(self, connection: socket.socket, number: int) -> None:
        with self._secured(connection) as secured, suppress(OSError):
            if secured:
                self.behave(Peer(secured, self), number)

    @contextmanager
    def _secured(self, connection: socket.socket) -> Iterator[socket.socket | None]:
        if self.tls is None:
            with connection:
                yield connection
            return
        try:
            secured = self.tls.wrap_socket(connection, server_side=True)
        except OSError:  # the client rejected the certificate, or does not speak TLS
            connection.close()
            yield None
            return
        self._open.append(secured)
        with secured:
            yield secured
