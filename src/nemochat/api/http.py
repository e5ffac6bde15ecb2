"""One HTTP request at a time over a connection that is kept, with its response as chunks."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from functools import cached_property
from threading import Event
from typing import TYPE_CHECKING, NamedTuple

from nemochat.api import network_errors
from nemochat.api.dialing import dialler, shut_down
from nemochat.api.gzip import ACCEPTED, Decompressor
from nemochat.api.route import Route
from nemochat.api.timeouts import ReadTimer
from nemochat.errors import EndpointError

if TYPE_CHECKING:
    import socket

    from nemochat.api.proxied import ProxyTransport
    from nemochat.api.transport import Clock, DirectTransport, RawResponse

_SUCCESS = 2  # the hundreds of a status
_NO_CONTENT = 204


class StreamedResponse(NamedTuple):
    """A response whose body is still to be read.

    Attributes:
        status: Its status.
        headers: Its headers, by names in lower case.
        pieces: The bytes of its body, in the clear and in bounded steps.
    """

    status: int
    headers: Mapping[str, str]
    chunks: Iterator[bytes]

    @property
    def is_success(self) -> bool:
        """Whether it may bring an answer; some servers say 201."""
        return self.status // 100 == _SUCCESS and self.status != _NO_CONTENT

    def read_prefix(self, most: int) -> bytes:
        """The first bytes of the body, as far as they come: what follows is of no use."""
        read = bytearray()
        with suppress(EndpointError):  # a stalled or damaged reason still has its status
            for piece in self.chunks:
                read += piece
                if len(read) >= most:
                    break
        return bytes(read)


class Connection:
    """The connection to one endpoint; one request at a time."""

    def __init__(self, route: Route, headers: Mapping[str, str]) -> None:
        """Prepare a line; nothing is loaded or sent yet.

        Args:
            route: The way.
            headers: Those of each request.
        """
        self._dialler = dialler(route)
        self._stop = Event()
        self._route = route
        self._headers = {"Accept-Encoding": ACCEPTED, **headers}
        self._connection: socket.socket | None = None

    def prepare(self) -> None:
        """Load what sends a request, and begin to connect."""
        _ = self._transport
        self._dialler.dial()

    def close(self) -> None:
        """Close the connection."""
        self._dialler.close()
        if "_transport" in self.__dict__:
            self._transport.close()

    def reset(self) -> None:
        """Close the connection; the next request opens another one."""
        self.close()
        self.__dict__.pop("_transport", None)

    def stop(self) -> None:
        """End what is being read in another thread, and all that would follow on this line."""
        self._stop.set()
        self._shut_down()

    @property
    def stopped(self) -> bool:
        """Whether it was stopped."""
        return self._stop.is_set()

    @contextmanager
    def send(
        self, method: str, path: str, content: bytes, patience: ReadTimer
    ) -> Iterator[StreamedResponse]:
        """Send a request; leaving the context before its body's end closes the connection.

        Raises:
            EndpointError: no response came.
            ConfigurationError: the address is none.
        """
        with self._transport.clock() as clock:
            with self._translate_errors(clock):
                response = self._send(method, path, content, patience, clock)
            with ExitStack() as leaving:
                leaving.callback(response.close)
                pieces = self._decoded_chunks(response, patience, clock)
                yield StreamedResponse(response.status, response.headers, pieces)

    def _send(
        self, method: str, path: str, content: bytes, patience: ReadTimer, clock: Clock
    ) -> RawResponse:
        self._raise_if_stopped()
        connecting = min(self._route.connect, patience.hard_limit())
        clock.watch(patience.hard_limit())
        begun = time.monotonic()
        response = self._transport.send(method, path, content, connecting, patience.remaining())
        self._raise_if_stopped()
        clock.rest()
        patience.add_wait(time.monotonic() - begun)
        return response

    def _decoded_chunks(
        self, response: RawResponse, patience: ReadTimer, clock: Clock
    ) -> Iterator[bytes]:
        inflater = Decompressor(response.headers.get("content-encoding", ""))
        while (read := self._read_chunk(response.chunks, patience, clock)) is not None:
            yield from inflater.feed(read)

    def _read_chunk(self, raw: Iterator[bytes], patience: ReadTimer, clock: Clock) -> bytes | None:
        """The next bytes of a body, None at its end; the clock runs only here."""
        left = patience.remaining()
        if left <= 0:
            raise network_errors.Stalled(
                f"{self._transport.place} sent signs of life but no answer"
            )
        with self._translate_errors(clock):
            clock.watch(left)
            begun = time.monotonic()
            read = next(raw, None)
            clock.rest()
            patience.add_wait(time.monotonic() - begun)
            if read is None and clock.late:
                raise TimeoutError
            if read is None:
                self._raise_if_stopped()
        return read

    def _raise_if_stopped(self) -> None:
        if self.stopped:
            raise network_errors.ConnectionLost("it was stopped")

    @cached_property
    def _transport(self) -> DirectTransport | ProxyTransport:
        if self._route.is_direct:
            from nemochat.api.transport import DirectTransport

            return DirectTransport(self._route, self._dialler, self._headers, self._remember_socket)
        from nemochat.api.proxied import ProxyTransport

        return ProxyTransport(self._route, self._headers, self._remember_socket, self._shut_down)

    def _remember_socket(self, connection: socket.socket) -> None:
        """Remember the connection, for `stop` to shut it, which may have come before."""
        self._connection = connection
        if self.stopped:
            self._shut_down()

    def _shut_down(self) -> None:
        shut_down(self._connection)

    @contextmanager
    def _translate_errors(self, clock: Clock) -> Iterator[None]:
        """Turn what the HTTP library raises into sentences."""
        failures = self._transport.failures
        try:
            yield
        except failures as error:
            if clock.late:
                raise network_errors.silence_error(self._transport.place) from error
            raise network_errors.translate(error, self._transport.place) from error
