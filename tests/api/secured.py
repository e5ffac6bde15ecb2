"""Servers with certificates, a proxy, unused ports, and the errors of clients there."""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from nemochat.errors import NemochatError
from tests.api.asking import asking
from tests.api.fault_server.scripts import answer, head, plays
from tests.api.fault_server.server import Behaviour, FaultServer, Peer

CERTIFICATES = Path(__file__).parent / "certificates"


AUTHORITY = str(CERTIFICATES / "authority.pem")


GOOD = plays(head(), answer())


@contextmanager
def secured(name: str, behave: Behaviour = GOOD) -> Iterator[FaultServer]:
    """Return a server with the certificate of this name."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATES / f"{name}.pem")
    with FaultServer(behave, context) as server:
        yield server


def tunnels(peer: Peer, _: int) -> None:
    """Behave like a proxy that connects to any host."""
    request = peer.request()
    host, number = request.split(b" ")[1].decode().split(":")
    with socket.create_connection((host, int(number)), 2) as far:
        peer.send(b"HTTP/1.1 200 Connection established\r\n\r\n")
        far.settimeout(0.02)
        peer.connection.settimeout(0.02)
        source: socket.socket
        sink: socket.socket
        while not peer.server.over:
            for source, sink in ((peer.connection, far), (far, peer.connection)):
                try:
                    if not (read := source.recv(65536)):
                        return
                except TimeoutError:
                    continue
                sink.sendall(read)


def unused_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port


def outcome(base_url: str, proxy: str | None = None) -> NemochatError:
    with asking(base_url, proxy=proxy) as asked:
        return asked.failure()


def until(happened: Callable[[], bool]) -> None:
    """Wait until a condition holds."""
    end = time.monotonic() + 10
    while not happened():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.01)
