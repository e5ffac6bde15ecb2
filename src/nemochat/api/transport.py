"""Direct HTTP transport over h11, with a deadline for every read.

A socket's timeout restarts at every read, so a server that drips bytes would never time out.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from types import TracebackType
from typing import NamedTuple, Protocol, Self
from urllib.parse import urlsplit

import h11

from nemochat.api import network_errors
from nemochat.api.dialing import SECONDS_KEPT, Dialler, is_alive
from nemochat.api.route import Route, quote_path

LONGEST_NAP = 1.0  # seconds; a nap that took longer yet is no silence of the other side's
SECONDS_OF_A_LOOK = 0.01
LARGEST_HEAD = 100 * 1024  # bytes of a status and its headers, as in httpx
SECONDS_FOR_REFUSAL = 0.1  # that may be there already, where no more of the request is taken
_MOST_READ = 64 * 1024  # bytes at once


class Clock(Protocol):
    """What ends reads that take too long, within its context.

    Attributes:
        late: Whether it ended one.
    """

    late: bool

    def __enter__(self) -> Self:
        """Begin; nothing is watched yet."""
        ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        """End."""
        ...

    def watch(self, seconds: float) -> None:
        """End reads in so many seconds from now, unless told otherwise before."""
        ...

    def rest(self) -> None:
        """End none any more, until there is something to watch again."""
        ...


class Deadline(Clock):
    """Ends reads that are made through it.

    Time between two reads does not count, nor that in which the process was stopped, by Ctrl-Z for
    one. A socket that was waited for meanwhile says that nothing came, without having looked; so
    there is a last look when the time is over.
    """

    def __init__(self) -> None:
        self.late = False
        self._left = float("inf")

    def __enter__(self) -> Self:
        self.late = False
        return self

    def __exit__(self, *_: object) -> None:
        self.rest()

    def watch(self, seconds: float) -> None:
        """End reads after so many seconds of waiting from now on."""
        self._left = seconds

    def rest(self) -> None:
        """End none any more."""
        self._left = float("inf")

    def receive(self, connection: socket.socket, most: int, seconds: float) -> bytes:
        """The next bytes; b"" at the end.

        Args:
            connection: From where.
            most: How many at once.
            seconds: How long to wait for them, if that is not after the deadline anyway.

        Raises:
            TimeoutError: none came in time.
            OSError: none will come.
        """
        while True:
            nap = max(min(seconds, self._left, LONGEST_NAP), 0.0)
            begun = time.monotonic()
            connection.settimeout(max(nap, SECONDS_OF_A_LOOK))
            try:
                return connection.recv(most)
            except TimeoutError as error:
                if error.errno:  # the kernel's: it has given the connection up
                    raise
                if not nap:
                    self.late = True
                    raise
            finally:
                passed = time.monotonic() - begun
                if passed < nap + LONGEST_NAP:
                    seconds -= min(passed, nap)
                    self._left -= min(passed, nap)


class RawResponse(NamedTuple):
    """A response whose body is still to be read.

    Attributes:
        status: Its status.
        headers: Its headers, by names in lower case.
        pieces: Its body as it comes, still compressed.
        close: Lets go of it; before the body's end that closes the connection.
    """

    status: int
    headers: Mapping[str, str]
    chunks: Iterator[bytes]
    close: Callable[[], None]


class DirectTransport:
    """Sends requests, one at a time, over a connection that is kept from one to the next.

    Attributes:
        failures: What it raises, besides errors of nemochat.
        place: Where it leads, in the words of an error.
    """

    failures: tuple[type[Exception], ...] = (h11.ProtocolError, EOFError, OSError, ValueError)

    def __init__(
        self,
        route: Route,
        dialler: Dialler,
        headers: Mapping[str, str],
        opened: Callable[[socket.socket], None],
    ) -> None:
        """Prepare; nothing is sent yet.

        Args:
            route: The way.
            dialler: Opens connections along it.
            headers: Those of each request.
            opened: Is told of each connection.
        """
        self.place = route.endpoint
        self._route = route
        self._dialler = dialler
        self._headers = {"Connection": "keep-alive", **headers}
        self._opened = opened
        self._deadline = Deadline()
        self._kept: _Connection | None = None

    def clock(self) -> Clock:
        """What ends reads that take too long."""
        return self._deadline

    def send(
        self, method: str, path: str, content: bytes, connecting: float, seconds: float
    ) -> RawResponse:
        """Send a request.

        Args:
            method: Its method.
            path: What follows the endpoint's address.
            content: Its body.
            connecting: Seconds to connect.
            seconds: Seconds that each read and write may take, up to the end of the headers.

        Raises:
            EndpointError: there was no connection in time.
            ConfigurationError: the certificates cannot be read.
        """
        parts = urlsplit(self._route.url + path)
        headers = {"Host": parts.netloc, **self._headers}
        if content:
            headers["Content-Length"] = str(len(content))
        target = quote_path(f"{parts.path or '/'}{'?' * bool(parts.query)}{parts.query}")
        request = h11.Request(method=method, target=target, headers=list(headers.items()))
        connection = self._kept = self._connect(parts.hostname or "", connecting)
        try:
            taken = connection.send(request, content, seconds)
            response = connection.response(seconds if taken else SECONDS_FOR_REFUSAL)
        except BaseException:
            connection.close()
            raise
        return RawResponse(
            response.status_code,
            _parse_headers(response.headers),
            connection.body(),
            connection.release,
        )

    def close(self) -> None:
        """Close the connection."""
        kept, self._kept = self._kept, None
        if kept is not None:
            kept.close()

    def _connect(self, host: str, seconds: float) -> _Connection:
        """The connection that was kept, if it still stands, or another one."""
        if self._kept is not None:
            if self._kept.is_reusable():
                return self._kept
            self._kept.close()
        try:
            opened = self._dialler.connection(host, self._route.port, seconds)
        except TimeoutError as error:
            raise network_errors.connect_timeout_error(self.place) from error
        self._opened(opened)
        return _Connection(opened, self._deadline)


class _Connection:
    """A connection, and how far the exchange along it is."""

    def __init__(self, opened: socket.socket, deadline: Deadline) -> None:
        self._socket = opened
        self._deadline = deadline
        self._state = h11.Connection(h11.CLIENT, max_incomplete_event_size=LARGEST_HEAD)
        self._since = 0.0
        self.close = opened.close

    def is_reusable(self) -> bool:
        """Whether another request may be sent along it."""
        idle = self._state.our_state is h11.IDLE
        return idle and time.monotonic() - self._since < SECONDS_KEPT and is_alive(self._socket)

    def send(self, request: h11.Request, content: bytes, seconds: float) -> bool:
        """Send a request; return whether there was time. Who takes no more may have said why."""
        events = (request, h11.Data(content), h11.EndOfMessage())
        sent = b"".join([self._state.send(event) or b"" for event in events])
        self._socket.settimeout(seconds)
        try:
            self._socket.sendall(sent)
        except OSError as error:
            return not isinstance(error, TimeoutError)
        return True

    def response(self, seconds: float) -> h11.Response:
        """The response, up to its body; EOFError if the other side ends before it."""
        while True:
            event = self._state.next_event()
            if event is h11.NEED_DATA:
                if not self._receive(seconds):
                    raise EOFError
            elif isinstance(event, h11.Response):
                return event

    def body(self) -> Iterator[bytes]:
        """The bytes of the response's body: what came at one go, however it was cut, is one."""
        came: list[bytes] = []
        ended = False
        while not ended:
            try:
                event = self._state.next_event()
            except h11.RemoteProtocolError:
                if came:
                    yield b"".join(came)
                raise
            ended = event is not h11.NEED_DATA and not isinstance(event, h11.Data)
            if isinstance(event, h11.Data):
                came.append(event.data)
                continue
            if came:
                yield b"".join(came)
                came = []
            if not ended:
                self._receive()

    def release(self) -> None:
        """Let go of it: it is kept if the response was read to its end, and nothing came after it.

        What does would be taken for the next response.
        """
        whole = self._state.our_state is self._state.their_state is h11.DONE
        if whole and not any(self._state.trailing_data):
            self._state.start_next_cycle()
            self._since = time.monotonic()
        else:
            self._socket.close()

    def _receive(self, seconds: float = float("inf")) -> bool:
        """Read on, for so many seconds at most; return whether anything came before the end."""
        read = self._deadline.receive(self._socket, _MOST_READ, seconds)
        self._state.receive_data(read)
        return bool(read)


def _parse_headers(headers: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    """Headers by names in lower case; those of one name are joined."""
    read: dict[str, str] = {}
    for name, value in headers:
        key, text = name.decode("latin-1").lower(), value.decode("utf-8", "replace")
        read[key] = f"{read[key]}, {text}" if key in read else text
    return read
