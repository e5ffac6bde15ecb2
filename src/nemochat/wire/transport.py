"""The only door to httpcore: requests over connections that are opened here, without a proxy.

httpx speaks through httpcore too, and takes 28 ms to load; it is needed where a proxy is on the
way. That the connections are our own lets one be opened before its request is there. TLS is agreed
on by the one who opens it: httpcore is told of plain connections alone, and reads no certificates.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import httpcore  # noqa: TID253 - loaded late by line.py

from nemochat.wire.dialing import SECONDS_KEPT, Dialler, alive
from nemochat.wire.route import Route, quoted


class Response(NamedTuple):
    """A response whose body is still to be read.

    Attributes:
        status: Its status.
        headers: Its headers, by names in lower case.
        pieces: Its body as it comes, still compressed.
        close: Lets go of it; before the body's end that closes the connection.
    """

    status: int
    headers: Mapping[str, str]
    pieces: Iterator[bytes]
    close: Callable[[], None]


class Direct:
    """Sends requests over the connections of a dialler.

    Attributes:
        failures: What it raises.
    """

    failures: tuple[type[Exception], ...] = (
        *(httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError),
        *(OSError, ValueError),
    )

    def __init__(self, route: Route, dialler: Dialler, headers: Mapping[str, str]) -> None:
        self._route = route
        self._headers = {"Connection": "keep-alive", **headers}
        self._pool = httpcore.ConnectionPool(
            max_connections=None, keepalive_expiry=SECONDS_KEPT, network_backend=_Backend(dialler)
        )

    def send(self, method: str, path: str, content: bytes, extensions: dict[str, Any]) -> Response:
        """Send a request.

        Args:
            method: Its method.
            path: What follows the endpoint's address.
            content: Its body.
            extensions: Time-outs and a trace, as httpcore takes them.
        """
        parts = urlsplit(self._route.url + path)
        headers = {"Host": parts.netloc, **self._headers}
        if content:
            headers["Content-Length"] = str(len(content))
        target = f"{parts.path or '/'}{'?' * bool(parts.query)}{parts.query}"
        place = httpcore.URL(
            scheme=b"http",  # as far as httpcore knows: the connection is encrypted already
            host=(parts.hostname or "").encode("ascii"),
            port=self._route.port,
            target=quoted(target).encode(),
        )
        response = self._pool.handle_request(
            httpcore.Request(
                method, place, headers=list(headers.items()), content=content, extensions=extensions
            )
        )
        assert isinstance(response.stream, Iterable)
        return Response(
            response.status, _read(response.headers), iter(response.stream), response.close
        )

    def close(self) -> None:
        """Close all connections."""
        self._pool.close()


def _read(headers: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    """Headers by names in lower case; those of one name are joined."""
    read: dict[str, str] = {}
    for name, value in headers:
        key, text = name.decode("latin-1").lower(), value.decode("utf-8", "replace")
        read[key] = f"{read[key]}, {text}" if key in read else text
    return read


class _Backend(httpcore.NetworkBackend):
    def __init__(self, dialler: Dialler) -> None:
        self._dialler = dialler

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,  # noqa: ARG002 - httpcore's
        socket_options: Iterable[Any] | None = None,  # noqa: ARG002 - httpcore's
    ) -> _Stream:
        with _told(httpcore.ConnectTimeout, httpcore.ConnectError):
            return _Stream(self._dialler.connection(host, port, timeout))


class _Stream(httpcore.NetworkStream):
    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        with _told(httpcore.ReadTimeout, httpcore.ReadError):
            self._connection.settimeout(timeout)
            return self._connection.recv(max_bytes)

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        with _told(httpcore.WriteTimeout, httpcore.WriteError):
            self._connection.settimeout(timeout)
            self._connection.sendall(buffer)

    def close(self) -> None:
        self._connection.close()

    def get_extra_info(self, info: str) -> object:
        """What httpcore asks for: whether an idle connection was closed, and the socket."""
        if info == "is_readable":
            return not alive(self._connection)
        return self._connection if info == "socket" else None


@contextmanager
def _told(late: type[Exception], failed: type[Exception]) -> Iterator[None]:
    """Tell httpcore of a failure in its own terms; what is behind it says why."""
    try:
        yield
    except TimeoutError as error:
        raise late(error) from error
    except OSError as error:
        raise failed(error) from error
