"""The only door to httpx: a request out, its response in as bytes, on a connection that is kept."""

from __future__ import annotations

import ssl
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from functools import cached_property, partial
from threading import Event
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

from nemochat.errors import ConfigurationError, EndpointError
from nemochat.wire import faults
from nemochat.wire.inflate import ACCEPTED, Inflater
from nemochat.wire.patience import Patience
from nemochat.wire.route import Route
from nemochat.wire.watchdog import Watchdog, shut

if TYPE_CHECKING:
    import httpx

_SUCCESS = 2  # the hundreds of a status
_NO_CONTENT = 204
SECONDS_KEPT = 60.0  # that an idle connection waits for the next request


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


def trusted(route: Route) -> ssl.SSLContext:
    """Whose certificates are believed on the way."""
    import httpx

    trust = route.trust()
    return trust if isinstance(trust, ssl.SSLContext) else httpx.create_ssl_context()


class Line:
    """The connection to one endpoint; one request at a time."""

    def __init__(self, route: Route, headers: Mapping[str, str], *, name: str = "") -> None:
        """Prepare a line; nothing is loaded or sent yet.

        Args:
            route: The way.
            headers: Those of each request.
            name: Whose certificate is wanted, where the route's address is a number; else "".
        """
        self._name = name
        self._stop = Event()
        self._route = route
        self._headers = {"Accept-Encoding": ACCEPTED, **headers}
        self._endpoint = name or urlsplit(route.base_url).netloc
        self._where = self._endpoint
        self._stream: Any = None

    def close(self) -> None:
        """Close the connection."""
        if "_http" in self.__dict__:
            self._http.close()

    def drop(self) -> None:
        """Close the connection; the next request opens another one."""
        self.close()
        self.__dict__.pop("_http", None)

    def begin(self) -> None:
        """Begin anew after a stop; a thread that still waits for a connection stays stopped."""
        self._stop = Event()

    def stop(self) -> None:
        """End what is being read in another thread, and all that would follow."""
        self._stop.set()
        self._shut()

    @property
    def stopped(self) -> bool:
        """Whether it was stopped since it began."""
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
        with Watchdog(self._shut) as watchdog:
            with self._explaining(watchdog):
                response = self._sent(method, path, content, patience, watchdog)
            # From here on, the time-outs are the patience's. The library looks for its own in
            # this dictionary again when the body is read.
            response.request.extensions["timeout"].clear()
            with closing(response):
                pieces = self._pieces(response, patience, watchdog)
                yield Incoming(response.status_code, response.headers, pieces)

    def _sent(
        self, method: str, path: str, content: bytes, patience: Patience, watchdog: Watchdog
    ) -> httpx.Response:
        import httpx

        stop = self._stop
        self._go_on(stop)
        timeout = httpx.Timeout(
            patience.left(), connect=min(self._route.connect, patience.in_all()), pool=None
        )
        request = self._http.build_request(
            method,
            self._route.base_url + path,
            content=content or None,
            timeout=timeout,
            extensions={"trace": partial(self._trace, stop)}
            | ({"sni_hostname": self._name} if self._name else {}),
        )
        watchdog.watch(patience.in_all())
        begun = time.monotonic()
        response = self._http.send(request, stream=True)
        self._go_on(stop)
        watchdog.rest()
        patience.waited(time.monotonic() - begun)
        return response

    def _pieces(
        self, response: httpx.Response, patience: Patience, watchdog: Watchdog
    ) -> Iterator[bytes]:
        inflater = Inflater(response.headers.get("content-encoding", ""))
        raw = response.iter_raw()
        while (read := self._read(raw, patience, watchdog)) is not None:
            yield from inflater.feed(read)

    def _read(self, raw: Iterator[bytes], patience: Patience, watchdog: Watchdog) -> bytes | None:
        """The next bytes of a body, None at its end; the clock runs only here."""
        left = patience.left()
        if left <= 0:
            raise faults.Stalled(f"{self._where} sent signs of life but no answer")
        with self._explaining(watchdog):
            watchdog.watch(left)
            begun = time.monotonic()
            read = next(raw, None)
            watchdog.rest()
            patience.waited(time.monotonic() - begun)
            if read is None and watchdog.barked:
                raise TimeoutError
            if read is None:
                self._go_on(self._stop)
        return read

    def _go_on(self, stop: Event) -> None:
        if stop.is_set():
            raise faults.Lost("it was stopped")

    @cached_property
    def _http(self) -> httpx.Client:
        import httpx

        route = self._route
        try:
            return httpx.Client(
                headers=self._headers,
                verify=route.trust(),
                trust_env=not route.bare and route.proxy != "",
                proxy=route.proxy or None,
                limits=httpx.Limits(max_connections=None, keepalive_expiry=SECONDS_KEPT),
            )
        except OSError as error:
            raise ConfigurationError(
                "the certificates that SSL_CERT_FILE or SSL_CERT_DIR names cannot be read"
            ) from error

    def _trace(self, stop: Event, name: str, info: Mapping[str, Any]) -> None:
        """Remember where the connection goes, and the connection, for `stop` to shut it."""
        if name.endswith("connect_tcp.started"):
            place = f"{info['host']}:{info['port']}"
            url = urlsplit(self._route.base_url)
            port = url.port or (443 if url.scheme == "https" else 80)
            direct = (info["host"].strip("[]").lower(), info["port"]) == (url.hostname, port)
            self._where = self._endpoint if direct else f"the proxy {place}"
        elif name.endswith(("connect_tcp.complete", "start_tls.complete")):
            if stop.is_set():
                shut(info["return_value"].get_extra_info("socket"))
            else:
                self._stream = info["return_value"]

    def _shut(self) -> None:
        if self._stream is not None:
            shut(self._stream.get_extra_info("socket"))

    @contextmanager
    def _explaining(self, watchdog: Watchdog) -> Iterator[None]:
        """Turn what the HTTP library raises into sentences."""
        import httpx

        library = (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError)
        try:
            yield
        except (*library, OSError, ValueError, ImportError) as error:
            if watchdog.barked:
                raise faults.silent(self._where) from error
            raise faults.explained(error, self._where) from error
