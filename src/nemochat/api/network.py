"""Network backend for httpcore: connections, TLS and reads with a deadline.

httpcore's own backend restarts a timeout with every byte, tries addresses one after another, and
cannot be interrupted during a name lookup.
"""

from __future__ import annotations

import re
import select
import socket
import ssl
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import partial
from threading import Event
from typing import TypeVar
from urllib.parse import urlsplit

import httpcore

from nemochat.api.route import Route
from nemochat.api.timeouts import ReadTimer, Timeouts
from nemochat.sockets import ConnectLimit, connect, resolve

T = TypeVar("T")
Clock = ReadTimer | ConnectLimit
LONGEST_NAP = 1.0  # seconds; if a nap takes much longer, the process was suspended
SECONDS_OF_A_LOOK = 0.01
SECONDS_FOR_ROOM = 1.0  # to send the rest of a request that was answered early
_LONGEST_START = len("HTTP/1.1")
_MOST_READ = 64 * 1024  # bytes per read
_BLANK_LINE = re.compile(rb"\n\r?\n")
_LAST_CHUNK = re.compile(rb"^0[^\n]*\n", re.MULTILINE)
_LONGEST_LAST_CHUNK = 256  # bytes of the line that announces the last chunk


class Network(httpcore.NetworkBackend):
    """Connections to one endpoint, for one request at a time.

    Attributes:
        clock: Limit on reads and writes.
        place: Endpoint or proxy to name in errors.
        connections: Number of connections opened.
        start: First bytes of the response.
        received: Bytes of the response so far.
        ended: Whether the other side closed the connection.
        stopped: Set by `stop`.
    """

    def __init__(self, route: Route, proxy: str) -> None:
        """Prepare; `proxy` is the address of the proxy, or ""."""
        self.place = route.endpoint
        self.connections = 0
        self.start = b""
        self.received = 0
        self.ended = False
        self._route = route
        self._proxy = urlsplit(proxy)
        self._timer = ReadTimer(Timeouts())
        self.clock: Clock = self._timer
        self.stopped = Event()
        self._socket: socket.socket | None = None
        self._connecting_since = 0.0

    @property
    def is_connecting(self) -> bool:
        """Whether a connection is being opened."""
        return self.clock is not self._timer

    def begin(self, timer: ReadTimer) -> None:
        """Begin a request with the timer of its reads."""
        self.clock = self._timer = timer
        self.start = b""
        self.received = 0
        self.ended = False

    def stop(self) -> None:
        """Abort what another thread does; the network is unusable from then on."""
        self.stopped.set()
        self._shut_down()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,  # noqa: ARG002 - part of httpcore's interface
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,  # noqa: ARG002 - as above
    ) -> Stream:
        """Connect to any address of the host, with one timeout for all of them."""
        proxy = self._proxy.hostname
        self.place = f"the proxy {proxy}:{port}" if proxy else self._route.endpoint
        self._connecting_since = time.monotonic()
        self.clock = limit = ConnectLimit(timeout or self._route.connect, self.stopped)
        connection = connect(resolve(host, port, limit), limit)
        self._socket = connection
        self.connections += 1
        if self.stopped.is_set():
            self._shut_down()
        is_proxy = self._proxy.scheme == "https"
        if not is_proxy and not self._route.is_encrypted:
            self._end_connecting()
        return SocketStream(self, connection, is_proxy=is_proxy)

    def start_tls(self, stream: Stream, context: ssl.SSLContext) -> Stream:
        """Return an encrypted stream to the proxy, or to the endpoint."""
        name = self._proxy.hostname if stream.is_proxy else self._route.certificate_name
        if self._proxy.hostname and not stream.is_proxy:
            self.place = f"{self._route.endpoint} behind {self.place}"
        try:
            encrypted = TlsStream(self, stream, context, name or "")
        except BaseException:
            stream.close()
            raise
        if not stream.is_proxy or not self._route.is_encrypted:
            self._end_connecting()
        return encrypted

    def _end_connecting(self) -> None:
        self._timer.total -= time.monotonic() - self._connecting_since
        self.clock = self._timer

    def _shut_down(self) -> None:
        if self._socket is not None:
            with suppress(OSError):  # already closed
                self._socket.shutdown(socket.SHUT_RDWR)


class Stream(httpcore.NetworkStream, ABC):
    """Bytes to and from a host.

    A read never goes beyond the end of an HTTP message. It ends after a blank line in the head,
    after the length of the body, or after a blank line that may end a chunked body. What follows
    stays here, and shows that the connection cannot be reused.

    Attributes:
        is_proxy: Whether it leads to a proxy and is not yet encrypted as its scheme requires.
    """

    is_proxy = False

    def __init__(self, network: Network) -> None:
        self._network = network
        self._bytes = b""
        self._at = 0  # where the unread part of `_bytes` begins
        self._length = 0  # unread bytes of a body with a known length
        self._may_end = True  # whether the next blank line may end the message

    def begin_body(self, length: int) -> None:
        """Begin to read a body of so many bytes; 0 if that is unknown."""
        self._length = length
        self._may_end = False

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002 - httpcore's
        """Return the next bytes, at most to the end of a message; b"" at the end of the stream."""
        if self._at == len(self._bytes):
            line = self._bytes[-_LONGEST_LAST_CHUNK:]
            line = line[max(line.rfind(b"\n"), 0) :]
            self._bytes = line + self.receive(max_bytes, self._network.clock)
            self._at = len(line)
        start, self._at = self._at, self._find_end()
        data = self._bytes[start : self._at]
        self._network.received += len(data)
        if len(self._network.start) < _LONGEST_START:
            self._network.start += data[:_LONGEST_START]
        self._network.ended = not data
        return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002 - httpcore's
        """Send bytes; raise WriteError if the other side accepts no more."""
        self._length, self._may_end = 0, True
        self.send(buffer, self._network.clock, self._keep)

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,  # noqa: ARG002 - the route knows it
        timeout: float | None = None,  # noqa: ARG002 - it began with the connection
    ) -> Stream:
        """Return an encrypted stream over this one."""
        return self._network.start_tls(self, ssl_context)

    def get_extra_info(self, info: str) -> object:
        """Return whether there is unexpected data ("is_readable"), or None."""
        if info == "is_readable":
            return self._at < len(self._bytes) or self.poll() is not None
        return None

    @abstractmethod
    def receive(self, size: int, clock: Clock) -> bytes:
        """Return the next bytes from the network; b"" at the end."""

    @abstractmethod
    def send(self, data: bytes, clock: Clock, early: Callable[[bytes], bool]) -> None:
        """Send bytes; pass data that arrives to `early`, which returns whether it is an answer."""

    @abstractmethod
    def poll(self) -> bytes | None:
        """Return data that has arrived, b"" at the end, or None."""

    def _keep(self, data: bytes) -> bool:
        self._bytes += data
        return True

    def _find_end(self) -> int:
        if self._length:
            end = min(self._at + self._length, len(self._bytes))
            self._length -= end - self._at
            return end
        blank = max(self._at - len(b"\n\r"), 0)
        if not self._may_end:
            if (match := _LAST_CHUNK.search(self._bytes)) is None:
                return len(self._bytes)
            blank = match.end() - 1
            self._may_end = True
        for match in _BLANK_LINE.finditer(self._bytes, blank):
            if match.end() > self._at:
                self._may_end = False
                return match.end()
        return len(self._bytes)


class SocketStream(Stream):
    """Bytes over a socket.

    Neither the time between two reads counts nor the time in which the process was suspended. After
    that, waiting for a socket times out without a look at it, so a last look follows.
    """

    def __init__(self, network: Network, connection: socket.socket, *, is_proxy: bool) -> None:
        super().__init__(network)
        self.is_proxy = is_proxy
        self._socket = connection

    def close(self) -> None:
        """Close the connection."""
        self._socket.close()

    def receive(self, size: int, clock: Clock) -> bytes:
        """Return the next bytes from the network; b"" at the end."""
        return self._wait(lambda: self._socket.recv(size), clock)

    def send(self, data: bytes, clock: Clock, early: Callable[[bytes], bool]) -> None:
        """Send bytes; pass data that arrives to `early`, which returns whether it is an answer."""
        rest = memoryview(data)
        answered = False
        while rest:
            try:
                self._socket.settimeout(0)
                rest = rest[self._socket.send(rest) :]
            except BlockingIOError:
                if answered:
                    self._wait_for_room()
                elif (data_read := self._wait(self._poll_for_room, clock)) == b"":
                    raise httpcore.WriteError from None
                elif data_read is not None:
                    answered = early(data_read)
            except OSError as error:
                raise httpcore.WriteError from error

    def poll(self) -> bytes | None:
        """Return data that has arrived, b"" at the end, or None."""
        try:
            self._socket.settimeout(0)
            return self._socket.recv(_MOST_READ)
        except BlockingIOError:
            return None
        except OSError:
            return b""

    def _wait(self, operation: Callable[[], T], clock: Clock) -> T:
        """Return the result of an operation; repeat it on TimeoutError until time is up."""
        if (left := clock.remaining()) <= 0:
            raise TimeoutError
        while True:
            nap = max(min(left, LONGEST_NAP), 0.0)
            begun = time.monotonic()
            self._socket.settimeout(max(nap, SECONDS_OF_A_LOOK))
            try:
                return operation()
            except TimeoutError as error:
                if error.errno or not nap:  # with errno, the kernel gave the connection up
                    raise
            finally:
                passed = time.monotonic() - begun
                if passed < nap + LONGEST_NAP:
                    left -= min(passed, nap)
                    clock.add_wait(min(passed, nap))

    def _poll_for_room(self) -> bytes | None:
        """Wait until more can be sent; return data that arrives before that."""
        events = select.poll()
        events.register(self._socket, select.POLLOUT | select.POLLIN)
        if not (ready := events.poll((self._socket.gettimeout() or 0) * 1000)):
            raise TimeoutError
        return None if ready[0][1] & select.POLLOUT else self.poll()

    def _wait_for_room(self) -> None:
        """Wait a moment until more can be sent; raise WriteError if it cannot."""
        events = select.poll()
        events.register(self._socket, select.POLLOUT)
        if not events.poll(SECONDS_FOR_ROOM * 1000):
            raise httpcore.WriteError


class TlsStream(Stream):
    """Encrypted bytes over another stream, which may be encrypted itself."""

    def __init__(
        self, network: Network, lower: Stream, context: ssl.SSLContext, server_hostname: str
    ) -> None:
        """Perform the TLS handshake.

        Raises:
            OSError: it fails, or takes too long.
        """
        super().__init__(network)
        self._lower = lower
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(
            self._incoming, self._outgoing, server_hostname=server_hostname
        )
        self._run(self._tls.do_handshake, network.clock, self._keep)

    def close(self) -> None:
        """Close the connection."""
        self._lower.close()

    def get_extra_info(self, info: str) -> object:
        """Return the TLS object ("ssl_object"), or what any stream returns."""
        return self._tls if info == "ssl_object" else super().get_extra_info(info)

    def receive(self, size: int, clock: Clock) -> bytes:
        """Return the next bytes from the network; b"" at the end."""
        try:
            return self._run(lambda: self._tls.read(size), clock, self._keep)
        except (ssl.SSLZeroReturnError, ssl.SSLEOFError):
            return b""

    def send(self, data: bytes, clock: Clock, early: Callable[[bytes], bool]) -> None:
        """Send bytes; pass data that arrives to `early`, which returns whether it is an answer."""
        for start in range(0, len(data), _MOST_READ):
            write = partial(self._tls.write, data[start : start + _MOST_READ])
            self._run(write, clock, early)

    def poll(self) -> bytes | None:
        """Return data that has arrived, without messages of TLS itself such as tickets."""
        while (data := self._lower.poll()) is not None:
            if not data:
                return data
            self._incoming.write(data)
            with suppress(ssl.SSLWantReadError):
                return self._read_or_end()
        return None

    def _run(self, operation: Callable[[], T], clock: Clock, early: Callable[[bytes], bool]) -> T:
        """Return the result of a TLS operation; send and receive as much as it needs."""
        while True:
            try:
                result = operation()
            except ssl.SSLWantReadError:
                self._flush(clock, early)
            except ssl.SSLError:
                with suppress(OSError, httpcore.WriteError):  # send the alert
                    self._flush(clock, early)
                raise
            else:
                self._flush(clock, early)
                return result
            if data := self._lower.receive(_MOST_READ, clock):
                self._incoming.write(data)
            else:
                self._incoming.write_eof()

    def _flush(self, clock: Clock, early: Callable[[bytes], bool]) -> None:
        def take(data: bytes) -> bool:
            self._incoming.write(data)
            with suppress(ssl.SSLWantReadError):
                return early(self._read_or_end())
            return False

        if self._outgoing.pending:
            self._lower.send(self._outgoing.read(), clock, take)

    def _read_or_end(self) -> bytes:
        try:
            return self._tls.read(_MOST_READ)
        except ssl.SSLWantReadError:
            raise
        except ssl.SSLError:
            return b""
