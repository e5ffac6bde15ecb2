"""A request out, its response in as bytes, on a connection that is kept."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from functools import cached_property
from threading import Event
from typing import TYPE_CHECKING, NamedTuple

from nemochat.errors import EndpointError
from nemochat.wire import faults
from nemochat.wire.dialing import dialler, shut
from nemochat.wire.inflate import ACCEPTED, Inflater
from nemochat.wire.patience import Patience
from nemochat.wire.route import Route

if TYPE_CHECKING:
    import socket

    from nemochat.wire.deadline import Clock
    from nemochat.wire.proxied import Proxied
    from nemochat.wire.transport import Direct, Response

_SUCCESS = 2  # the hundreds of a status
_NO_CONTENT = 204


class Incoming(NamedTuple):
    """A response whose body is still to be read.

    Attributes:
        status: Its status.
        headers: Its headers, by names in lower case.
        pieces: The bytes of its body, in the clear and in bounded steps.
    """

    status: int
    headers: Mapping[str, str]
    pieces: Iterator[bytes]

    @property
    def answers(self) -> bool:
        """Whether it may bring an answer; some servers say 201."""
        return self.status // 100 == _SUCCESS and self.status != _NO_CONTENT

    def beginning(self, most: int) -> bytes:
        """The first bytes of the body, as far as they come: what follows is of no use."""
        read = bytearray()
        with suppress(EndpointError):  # a stalled or damaged reason still has its status
            for piece in self.pieces:
                read += piece
                if len(read) >= most:
                    break
        return bytes(read)


class Line:
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
        _ = self._way
        self._dialler.dial()

    def close(self) -> None:
        """Close the connection."""
        self._dialler.close()
        if "_way" in self.__dict__:
            self._way.close()

    def drop(self) -> None:
        """Close the connection; the next request opens another one."""
        self.close()
        self.__dict__.pop("_way", None)

    def stop(self) -> None:
        """End what is being read in another thread, and all that would follow on this line."""
        self._stop.set()
        self._shut()

    @property
    def stopped(self) -> bool:
        """Whether it was stopped."""
        return self._stop.is_set()

    @contextmanager
    def send(
        self, method: str, path: str, content: bytes, patience: Patience
    ) -> Iterator[Incoming]:
        """Send a request; leaving the context before its body's end closes the connection.

        Raises:
            EndpointError: no response came.
            ConfigurationError: the address is none.
        """
        with self._way.clock() as clock:
            with self._explaining(clock):
                response = self._sent(method, path, content, patience, clock)
            with ExitStack() as leaving:
                leaving.callback(response.close)
                pieces = self._pieces(response, patience, clock)
                yield Incoming(response.status, response.headers, pieces)

    def _sent(
        self, method: str, path: str, content: bytes, patience: Patience, clock: Clock
    ) -> Response:
        self._go_on()
        connecting = min(self._route.connect, patience.in_all())
        clock.watch(patience.in_all())
        begun = time.monotonic()
        response = self._way.send(method, path, content, connecting, patience.left())
        self._go_on()
        clock.rest()
        patience.waited(time.monotonic() - begun)
        return response

    def _pieces(self, response: Response, patience: Patience, clock: Clock) -> Iterator[bytes]:
        inflater = Inflater(response.headers.get("content-encoding", ""))
        while (read := self._read(response.pieces, patience, clock)) is not None:
            yield from inflater.feed(read)

    def _read(self, raw: Iterator[bytes], patience: Patience, clock: Clock) -> bytes | None:
        """The next bytes of a body, None at its end; the clock runs only here."""
        left = patience.left()
        if left <= 0:
            raise faults.Stalled(f"{self._way.place} sent signs of life but no answer")
        with self._explaining(clock):
            clock.watch(left)
            begun = time.monotonic()
            read = next(raw, None)
            clock.rest()
            patience.waited(time.monotonic() - begun)
            if read is None and clock.late:
                raise TimeoutError
            if read is None:
                self._go_on()
        return read

    def _go_on(self) -> None:
        if self.stopped:
            raise faults.Lost("it was stopped")

    @cached_property
    def _way(self) -> Direct | Proxied:
        if self._route.direct:
            from nemochat.wire.transport import Direct

            return Direct(self._route, self._dialler, self._headers, self._opened)
        from nemochat.wire.proxied import Proxied

        return Proxied(self._route, self._headers, self._opened, self._shut)

    def _opened(self, connection: socket.socket) -> None:
        """Remember the connection, for `stop` to shut it, which may have come before."""
        self._connection = connection
        if self.stopped:
            self._shut()

    def _shut(self) -> None:
        shut(self._connection)

    @contextmanager
    def _explaining(self, clock: Clock) -> Iterator[None]:
        """Turn what the HTTP library raises into sentences."""
        failures = self._way.failures
        try:
            yield
        except failures as error:
            if clock.late:
                raise faults.silent(self._way.place) from error
            raise faults.explained(error, self._way.place) from error
