"""HTTP requests over one kept connection; only this module imports httpx.

httpx sends them through an httpcore pool, as its own transport accepts no network backend.
"""

from __future__ import annotations

import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import cached_property
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import NamedTuple

import httpcore
import httpx

from nemochat.api import network_errors
from nemochat.api.gzip import ACCEPTED, decompress
from nemochat.api.network import Network, Stream
from nemochat.api.refusals import shorten
from nemochat.api.route import Route, load_trust
from nemochat.api.timeouts import ReadTimer
from nemochat.errors import EndpointError, NemochatError

SECONDS_KEPT = 60.0  # that an idle connection stays open
_SUCCESS = 2  # first digit of a status
_NO_CONTENT = 204


class StreamedResponse(NamedTuple):
    """Response with an unread body.

    Attributes:
        status: Status code.
        headers: Headers, by case-insensitive names.
        chunks: Body, decompressed in bounded steps.
    """

    status: int
    headers: Mapping[str, str]
    chunks: Iterator[bytes]

    @property
    def is_success(self) -> bool:
        """Whether it may hold an answer; some servers send 201."""
        return self.status // 100 == _SUCCESS and self.status != _NO_CONTENT

    def read_prefix(self, most: int) -> bytes:
        """Return about so many bytes of the body, or as many as arrive."""
        read = bytearray()
        with suppress(EndpointError):  # the status alone is enough
            for chunk in self.chunks:
                read += chunk
                if len(read) >= most:
                    break
        return bytes(read)


class Connection:
    """Connection to one endpoint, for one request at a time."""

    def __init__(self, route: Route, headers: Mapping[str, str]) -> None:
        """Prepare; `headers` go into each request.

        Raises:
            ConfigurationError: the proxy address is invalid.
        """
        self._route = route
        self._headers = {"Accept-Encoding": ACCEPTED, **headers}
        self._proxy = route.find_proxy()
        self._network = Network(route, self._proxy)

    def prepare(self) -> None:
        """Load the libraries for the first request."""
        with suppress(NemochatError):  # the first request raises it again
            _ = self._client

    def close(self) -> None:
        """Close the connection; the next request opens a new one."""
        if client := self.__dict__.pop("_client", None):
            client.close()

    def stop(self) -> None:
        """Abort the request of another thread, and all later ones."""
        self._network.stop()

    @property
    def stopped(self) -> bool:
        """Whether `stop` was called."""
        return self._network.stopped.is_set()

    @contextmanager
    def send(
        self, method: str, path: str, content: bytes, timer: ReadTimer
    ) -> Iterator[StreamedResponse]:
        """Send a request; leaving the context before the end of the body closes the connection.

        Raises:
            EndpointError: there is no response.
            ConfigurationError: the address is invalid.
        """
        with self._translate_errors():
            response = self._send(method, path, content, timer)
        try:
            chunks = self._read_body(response)
            if encoding := response.headers.get("content-encoding"):
                chunks = decompress(encoding, chunks)
            yield StreamedResponse(response.status_code, response.headers, chunks)
        finally:
            response.close()

    def _send(self, method: str, path: str, content: bytes, timer: ReadTimer) -> httpx.Response:
        """Send a request; send it again if a kept connection turns out to be closed."""
        self._raise_if_stopped()
        seconds = min(self._route.connect, timer.total)
        request = self._client.build_request(
            method,
            self._route.url + path,
            content=content or None,
            extensions={"timeout": {"connect": seconds}},
        )
        opened = self._network.connections
        self._network.begin(timer)
        try:
            return self._client.send(request, stream=True)
        except TimeoutError:
            raise
        except (OSError, httpcore.RemoteProtocolError):
            was_kept = self._network.connections == opened and not self._network.is_connecting
            if not was_kept or self._network.received or self.stopped:
                raise
        return self._client.send(request, stream=True)

    def _read_body(self, response: httpx.Response) -> Iterator[bytes]:
        with self._translate_errors(in_body=True):
            yield from response.iter_raw()
            self._raise_if_stopped()

    def _raise_if_stopped(self) -> None:
        if self.stopped:
            raise network_errors.ConnectionLost("the request was stopped")

    @cached_property
    def _client(self) -> httpx.Client:
        encrypted = self._route.is_encrypted or self._proxy.startswith("https:")
        trust = load_trust(self._route) if encrypted else None
        pool = httpcore.ConnectionPool(
            ssl_context=trust,
            proxy=_parse_proxy(self._proxy, trust) if self._proxy else None,
            keepalive_expiry=SECONDS_KEPT,
            network_backend=self._network,
        )
        # To set this header, httpx decodes punycode, which fails for some existing names.
        host = httpx.URL(self._route.url).netloc.decode("ascii")
        no_cookies = CookieJar(DefaultCookiePolicy(allowed_domains=()))
        return httpx.Client(
            headers={"Host": host, **self._headers},
            cookies=no_cookies,
            transport=_Transport(pool),
            trust_env=False,  # Route finds the proxy; passwords in .netrc are not for endpoints
        )

    @contextmanager
    def _translate_errors(self, *, in_body: bool = False) -> Iterator[None]:
        """Translate the exceptions of the libraries."""
        network = self._network
        try:
            yield
        except httpcore.WriteError as error:  # while connecting
            self._raise_if_stopped()
            raise network_errors.translate(ConnectionResetError(), network.place) from error
        except (httpx.InvalidURL, httpcore.ProtocolError, httpcore.ProxyError) as error:
            self._raise_if_stopped()
            translated = network_errors.translate_http(
                error,
                network.place,
                in_body=in_body,
                ended=network.ended,
                received=network.received,
                is_http=network.start.startswith(b"HTTP/"),
            )
            shorten(translated, self._route.proxy_secrets())  # a proxy may repeat its login
            raise translated from error
        except (OSError, ValueError, ImportError) as error:
            self._raise_if_stopped()
            if isinstance(error, TimeoutError) and not network.is_connecting:
                raise network_errors.stall_error(network.place) from error
            raise network_errors.translate(error, network.place) from error


def _parse_proxy(address: str, trust: ssl.SSLContext | None) -> httpcore.Proxy:
    proxy = httpx.Proxy(address)  # parses the login
    return httpcore.Proxy(
        _to_core(proxy.url),
        auth=proxy.raw_auth,
        ssl_context=trust if proxy.url.scheme == "https" else None,
    )


def _to_core(url: httpx.URL) -> httpcore.URL:
    return httpcore.URL(
        scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path
    )


class _Transport(httpx.BaseTransport):
    """Transport of httpx over an httpcore pool."""

    def __init__(self, pool: httpcore.ConnectionPool) -> None:
        self._pool = pool

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request; return the response with an unread body."""
        assert isinstance(request.stream, httpx.SyncByteStream)
        response = self._pool.handle_request(
            httpcore.Request(
                request.method,
                _to_core(request.url),
                headers=request.headers.raw,
                content=request.stream,
                extensions=request.extensions,
            )
        )
        headers = httpx.Headers(response.headers)
        stream = response.extensions["network_stream"]
        if isinstance(stream, Stream) and "transfer-encoding" not in headers:
            stream.begin_body(int(headers.get("content-length", "0")))
        return httpx.Response(
            response.status, headers=headers, stream=_Body(response), extensions=response.extensions
        )

    def close(self) -> None:
        """Close all connections."""
        self._pool.close()


class _Body(httpx.SyncByteStream):
    """Body of an httpcore response."""

    def __init__(self, response: httpcore.Response) -> None:
        self._response = response

    def __iter__(self) -> Iterator[bytes]:
        return self._response.iter_stream()

    def close(self) -> None:
        """Close the connection unless the body was read completely."""
        self._response.close()
