"""A connection attempt that runs while the rest of the program loads."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from contextlib import suppress

TYPE_CHECKING = False  # typing takes 7 ms to load
if TYPE_CHECKING:
    import _socket
    import socket
    import ssl
    from threading import Event

# How long one thread computes while another has something to do: Python has 5 ms.
_SECONDS_OF_A_TURN = 0.0005
_USUAL_TURN = sys.getswitchinterval()


def hasten() -> None:
    """Let threads take turns more often: what connects waits for imports beside it at each step."""
    sys.setswitchinterval(_SECONDS_OF_A_TURN)


def relax() -> None:
    """Let threads take turns as usual."""
    sys.setswitchinterval(_USUAL_TURN)


def certificates(ca_bundle: str) -> str:
    """Where those are who are believed: the setting's, the environment's, or what came along."""
    named = ca_bundle or os.environ.get("SSL_CERT_FILE") or os.environ.get("SSL_CERT_DIR")
    if not named:
        import certifi

        return certifi.where()
    return named


def connect(host: str, port: int, seconds: float | None) -> socket.socket:
    """A connection to there, that is waited for without an end from then on.

    Args:
        host: A name or an address, in ASCII.
        port: Of TCP.
        seconds: How long to wait for each of its addresses; None for ever.

    Raises:
        OSError: there is none.
    """
    return _wrap_socket(_open_socket(host, port, seconds))


def _open_socket(host: str, port: int, seconds: float | None) -> _socket.socket:
    """The same, by the C module below `socket`: to load that one too takes 5 ms more."""
    import _socket

    failed: OSError | None = None
    # In bytes: for a text, Python would load its codec for names of hosts, which takes 5 ms.
    for family, kind, protocol, _, address in _socket.getaddrinfo(
        host.encode("ascii"), port, type=_socket.SOCK_STREAM
    ):
        opened: _socket.socket | None = None
        try:
            opened = _socket.socket(family, kind, protocol)  # of a family that may be switched off
            opened.settimeout(seconds)
            opened.connect(address)
            opened.settimeout(None)
        except OSError as error:
            if opened is not None:
                opened.close()
            failed = failed or error
        else:
            return opened
    raise failed or OSError(f"{host} has no address")


def _wrap_socket(opened: _socket.socket) -> socket.socket:
    from socket import socket

    return socket(fileno=opened.detach())


class Attempt:
    """A connection that is being opened, and what is needed to agree on TLS along it.

    Attributes:
        way: Where it leads: host and port.
        place: The file of certificates that is being read; "" if none is, or is known yet.
    """

    def __init__(self, way: tuple[str, int], seconds: float) -> None:
        self.way: tuple[str, int] | None = way
        self.place = ""
        self._opened: _socket.socket | None = None
        self._failed: OSError | None = None
        self._context: ssl.SSLContext | None = None
        self._connected = _start_thread(lambda: self._connect(way, seconds))
        self._supplied: Event | None = None

    def read(self, bundle: str) -> None:
        """Begin to read the certificates."""
        import ssl  # noqa: F401 - in the thread, beside other imports, it takes three times as long

        self._supplied = _start_thread(lambda: self._supply(bundle))

    def connection(self, seconds: float | None) -> socket.socket:
        """The connection, once; OSError if there is none, or none in so many seconds."""
        self.way = None
        if not self._connected.wait(seconds):
            raise TimeoutError
        if self._failed is not None:
            raise self._failed
        assert self._opened is not None
        return _wrap_socket(self._opened)

    def context(self) -> ssl.SSLContext | None:
        """What believes the certificates, once; None where they could not be read."""
        self.place = ""
        assert self._supplied is not None
        self._supplied.wait()
        return self._context

    def _connect(self, way: tuple[str, int], seconds: float) -> None:
        try:
            self._opened = _open_socket(*way, seconds)
        except OSError as error:
            self._failed = error

    def _supply(self, bundle: str) -> None:
        self.place = certificates(bundle)
        import ssl

        with suppress(OSError):  # it is told where they are needed
            self._context = ssl.create_default_context(cafile=self.place)


def _start_thread(work: Callable[[], None]) -> Event:
    """Work in a thread, and what tells when it is done."""
    from threading import Event, Thread

    done = Event()

    def run() -> None:
        try:
            work()
        finally:
            done.set()

    Thread(target=run, daemon=True).start()
    return done
