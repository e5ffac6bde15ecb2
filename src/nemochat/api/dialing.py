"""Direct connections, opened ahead of the first request.

Looking up a name, connecting, reading the certificates and agreeing on a key takes longer than
loading the rest of the program: 150 ms at a round trip of 60 ms.
"""

from __future__ import annotations

import socket
import time
from contextlib import suppress
from threading import Thread
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from nemochat.api import early
from nemochat.api.attempt import connect, hasten, relax
from nemochat.api.route import Route
from nemochat.config.endpoints import is_local

if TYPE_CHECKING:
    import ssl

SECONDS_KEPT = 60.0  # that an idle connection waits for a request
_BEGUN: dict[Route, Dialler] = {}


def begin(route: Route) -> bool:
    """Begin to open a connection along a route; the first line along it takes it up.

    Returns:
        Whether that takes time, so that it was begun.
    """
    _BEGUN[route] = Dialler(route)
    return _BEGUN[route].dial()


def dialler(route: Route) -> Dialler:
    """What opens connections along a route, with the one that was begun, if there is one."""
    return _BEGUN.pop(route, None) or Dialler(route)


class Dialler:
    """Opens connections along one route; one of them may be under way before it is asked for.

    It is for one thread at a time, but `close` may come from another one.
    """

    def __init__(self, route: Route) -> None:
        self._route = route
        self._trust: ssl.SSLContext | Exception | None = None
        self._thread: Thread | None = None
        self._opened: socket.socket | None = None
        self._failed: Exception | None = None
        self._since = 0.0
        self._closed = False

    def dial(self) -> bool:
        """Begin to open a connection in a thread, where that takes time and none is under way.

        One to this machine in the clear takes none, and one through a proxy is the HTTP library's.

        Returns:
            Whether that was begun.
        """
        near = not self._route.is_encrypted and is_local(self._route.base_url)
        if near or not self._route.is_direct or self._thread is not None:
            return False
        host = urlsplit(self._route.url).hostname or ""
        self._thread = Thread(
            target=self._open_ahead,
            args=(host, self._route.port),
            name="nemochat-dialling",
            daemon=True,
        )
        hasten()
        self._thread.start()
        return True

    def connection(self, host: str, port: int, seconds: float | None) -> socket.socket:
        """A connection, encrypted where the route is: the one under way, or another one.

        A failure from before it was asked for is not told: the network may be up by now.

        Args:
            host: To where, in ASCII.
            port: And to which port.
            seconds: How long to wait for it, and again to agree on a key; None for ever.

        Raises:
            OSError: there is none; TimeoutError where that took too long.
            ConfigurationError: the certificates cannot be read.
        """
        if self._thread is None:
            return self._open(host, port, seconds)
        awaited = self._thread.is_alive()
        self._thread.join(seconds)
        if self._thread.is_alive():
            raise TimeoutError
        opened, failed = self._opened, self._failed
        self._thread = self._opened = self._failed = None
        if failed is not None and awaited:
            raise failed
        if opened is not None:
            if time.monotonic() - self._since < SECONDS_KEPT and is_alive(opened):
                opened.settimeout(seconds)
                return opened
            opened.close()
        return self._open(host, port, seconds)

    def close(self) -> None:
        """Close the connection that nobody asked for, also one that is still under way."""
        self._closed = True
        if opened := self._opened:
            opened.close()

    def _open_ahead(self, host: str, port: int) -> None:
        try:
            self._opened = self._open(host, port, self._route.connect)
            self._since = time.monotonic()
            if self._closed:  # after it is to be seen, so that either of the two closes it
                self._opened.close()
        except Exception as error:  # noqa: BLE001 - it is raised where the connection is awaited
            self._failed = error
        finally:
            relax()

    def _open(self, host: str, port: int, seconds: float | None) -> socket.socket:
        if not self._route.is_encrypted:
            return _connect(host, port, seconds)
        reading = Thread(target=self._read_trust, daemon=True)  # beside the way there and back
        reading.start()
        try:
            plain = _connect(host, port, seconds)
        except OSError:
            self._trusted(reading)  # what is wrong with the settings is told first
            raise
        try:
            return self._trusted(reading).wrap_socket(
                plain, server_hostname=self._route.certificate_name
            )
        except BaseException:
            plain.close()
            raise

    def _trusted(self, reading: Thread) -> ssl.SSLContext:
        """The certificates, once they are read."""
        reading.join()
        if isinstance(self._trust, Exception):
            raise self._trust
        assert self._trust is not None
        return self._trust

    def _read_trust(self) -> None:
        from nemochat.api.route import load_trust  # with ssl: what is in the clear needs neither

        if self._trust is not None and not isinstance(self._trust, Exception):
            return
        try:
            self._trust = load_trust(self._route)
            self._trust.set_alpn_protocols(["http/1.1"])
        except Exception as error:  # noqa: BLE001 - it is raised where they are awaited
            self._trust = error


def is_alive(connection: socket.socket) -> bool:
    """Whether an idle connection still stands; reading from it does not wait afterwards.

    What TLS sends of itself, such as tickets, is no sign of an end; anything else is.
    """
    from ssl import SSLWantReadError

    try:
        connection.settimeout(0)
        connection.recv(1)
    except (BlockingIOError, SSLWantReadError):
        return True
    except OSError:
        return False
    return False


def shut_down(connection: socket.socket | None) -> None:
    """Shut a socket both ways, so that a read in another thread ends; the reader closes it."""
    if connection is not None:
        with suppress(OSError):  # it was closed already
            # The plain socket's: an SSLSocket's own would drop the TLS state under the reader.
            socket.socket.shutdown(connection, socket.SHUT_RDWR)


def _connect(host: str, port: int, seconds: float | None) -> socket.socket:
    begun = early.connection(host, port, seconds)
    connection = connect(host, port, seconds) if begun is None else begun
    connection.settimeout(seconds)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection
