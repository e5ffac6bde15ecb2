"""TCP connections with one time limit for the name lookup and a race of all addresses."""

from __future__ import annotations

import errno
import os
import selectors
import socket
import time
from collections.abc import Iterator, Sequence
from itertools import chain, zip_longest
from threading import Event, Thread

# As `socket.getaddrinfo` returns them: family, type, protocol, canonical name, socket address.
Address = tuple[
    socket.AddressFamily,
    socket.SocketKind,
    int,
    str,
    tuple[str, int] | tuple[str, int, int, int] | tuple[int, bytes],
]
SECONDS_BETWEEN_ATTEMPTS = 0.25  # RFC 8305, "Connection Attempt Delay"


class ConnectLimit:
    """Limit on the seconds to connect, which an event can interrupt."""

    def __init__(self, seconds: float, stopped: Event | None = None) -> None:
        self._end = time.monotonic() + seconds
        self._stopped = stopped or Event()

    def remaining(self) -> float:
        """Return the seconds left.

        Raises:
            TimeoutError: time is up.
            ConnectionAbortedError: the event is set.
        """
        if self._stopped.is_set():
            raise ConnectionAbortedError
        left = self._end - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left

    def add_wait(self, seconds: float) -> None:
        """Do nothing, as the limit is a point in time."""


def resolve(host: str, port: int, limit: ConnectLimit) -> list[Address]:
    """Return the addresses of a host.

    The system's resolver may take minutes, so it runs in a thread that can be abandoned.

    Raises:
        OSError: the host is not found, or not in time.
    """
    addresses: list[Address] = []
    failures: list[OSError] = []
    done = Event()

    def look_up() -> None:
        try:  # as bytes, since Python loads a codec for host names in strings, which takes 5 ms
            addresses.extend(
                socket.getaddrinfo(host.encode("ascii"), port, type=socket.SOCK_STREAM)
            )
        except OSError as error:
            failures.append(error)
        finally:
            done.set()

    Thread(target=look_up, name="nemochat-lookup", daemon=True).start()
    while not done.wait(min(limit.remaining(), SECONDS_BETWEEN_ATTEMPTS)):
        pass
    if failures:
        raise failures[0]
    return addresses


def connect(addresses: Sequence[Address], limit: ConnectLimit) -> socket.socket:
    """Return a connection to the address that answers first.

    The attempts follow RFC 8305: IPv6 and IPv4 alternate, and each attempt starts a moment after
    the previous one, so an address that does not answer delays the next ones only a little.

    Raises:
        OSError: no address accepts a connection, or none in time.
    """
    waiting = _alternate(addresses)
    failures: list[OSError] = []
    start = 0.0
    with selectors.DefaultSelector() as attempts:
        try:
            while True:
                pause = min(limit.remaining(), SECONDS_BETWEEN_ATTEMPTS)
                if not attempts.get_map() or time.monotonic() >= start:
                    if (address := next(waiting, None)) is not None:
                        failures += _begin(address, attempts)
                        start = time.monotonic() + SECONDS_BETWEEN_ATTEMPTS
                    elif not attempts.get_map():
                        raise failures[0]
                for key, _ in attempts.select(pause if attempts.get_map() else 0):
                    connection = key.fileobj
                    assert isinstance(connection, socket.socket)
                    attempts.unregister(connection)
                    number = connection.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
                    if not number:
                        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                        return connection
                    connection.close()
                    failures.append(OSError(number, os.strerror(number)))
                    start = 0.0
        finally:
            for key in attempts.get_map().values():
                assert isinstance(key.fileobj, socket.socket)
                key.fileobj.close()


def _alternate(addresses: Sequence[Address]) -> Iterator[Address]:
    """Yield addresses of the two families alternately, beginning with the first one's."""
    first = [each for each in addresses if each[0] == addresses[0][0]]
    other = [each for each in addresses if each[0] != addresses[0][0]]
    return (each for each in chain.from_iterable(zip_longest(first, other)) if each is not None)


def _begin(address: Address, attempts: selectors.BaseSelector) -> list[OSError]:
    """Begin to connect to an address; return the error if that fails at once."""
    family, kind, protocol, _, destination = address
    try:
        connection = socket.socket(family, kind, protocol)
    except OSError as error:  # the family may be disabled
        return [error]
    try:
        connection.settimeout(0)
        number = connection.connect_ex(destination)
        if number in {0, errno.EINPROGRESS}:
            attempts.register(connection, selectors.EVENT_WRITE)
            return []
    except BaseException:
        connection.close()
        raise
    connection.close()
    return [OSError(number, os.strerror(number))]
