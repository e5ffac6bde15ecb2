"""HTTP requests, one at a time over a connection that is kept; this module imports httpx.

httpx sends them over a pool of httpcore's, since its own transport takes no network backend.
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
from nemochat.api.route import Route, load_trust
from nemochat.api.timeouts import ReadTimer
from nemochat.errors import EndpointError, NemochatError

SECONDS_KEPT = 60.0  # that an idle connection waits for a request
_SUCCESS = 2  # the hundreds of a status
_NO_CONTENT = 204


class StreamedResponse(NamedTuple):
    """A response whose body is still to be read.

    Attributes:
        status: Its status.
        headers: Its headers, by names in any case.
        chunks: The bytes of its body, decompressed and in bounded steps.
    """

    status: int
    headers: Mapping[str, str]
    chunks: Iterator[bytes]

    @property
    def is_success(self) -> bool:
        """Whether it may bring an answer; some servers say 201."""
        return self.status // 100 == _SUCCESS and self.status != _NO_CONTENT

    def read_prefix(self, most: int) -> bytes:
        """Return the first bytes of the body, as far as they come; the rest is of no use."""
        read = bytearray()
        with suppress(EndpointError):  # a stalled or damaged reason still has its status
            for chunk in self.chunks:
                read += chunk
                if len(read) >= most:
                    break
        return bytes(read)


class Connection:
    """The connection to one endpoint; one request at a time."""

    def __init__(self, route: Route, headers: Mapping[str, str]) -> None:
        """Prepare a connection along a route, with the headers of each request.

        Raises:
            ConfigurationError: the address of the proxy is invalid.
        """
        self._route = route
        self._headers = {"Accept-Encoding": ACCEPTED, **headers}
        self._proxy = route.find_proxy()
        self._network = Network(route, self._proxy)

    def prepare(self) -> None:
        """Load what sends a request."""
        with suppress(NemochatError):  # the first request raises it
            _ = self._client

    def close(self) -> None:
        """Close the connection; the next request opens another one."""
        if client := self.__dict__.pop("_client", None):
            client.close()

    def stop(self) -> None:
        """End what is being read in another thread, and all that would follow."""
        self._network.stop()

    @property
    def stopped(self) -> bool:
        """Whether it was stopped."""
        return self._network.stopped.is_set()

    @contextmanager
    def send(
        self, method: str, path: str, content: bytes, timer: ReadTimer
    ) -> Iterator[StreamedResponse]:
        """Send a request; leaving the context before its body's end closes the connection.

        Raises:
            EndpointError: no response came.
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
        """Send a request, and again where a kept connection turns out to be closed."""
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
            raise network_errors.ConnectionLost("it was stopped")

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
        # httpx would decode the host for this header, and fails at some names that exist.
        host = httpx.URL(self._route.url).netloc.decode("ascii")
        no_cookies = CookieJar(DefaultCookiePolicy(allowed_domains=()))
        return httpx.Client(
            headers={"Host": host, **self._headers},
            cookies=no_cookies,
            transport=_Transport(pool),
            trust_env=False,  # `Route` knows proxies; a netrc's password is not for endpoints
        )

    @contextmanager
    def _translate_errors(self, *, in_body: bool = False) -> Iterator[None]:
        """Turn what the libraries raise into sentences."""
        network = self._network
        try:
            yield
        except httpcore.WriteError as error:  # while a connection was being set up
            self._raise_if_stopped()
            raise network_errors.translate(ConnectionResetError(), network.place) from error
        except (httpx.InvalidURL, httpcore.ProtocolError, httpcore.ProxyError) as error:
            self._raise_if_stopped()
            raise network_errors.translate_http(
                error,
                network.place,
                in_body=in_body,
                ended=network.ended,
                received=network.received,
                is_http=network.start.startswith(b"HTTP/"),
            ) from error
        except (OSError, ValueError, ImportError) as error:
            self._raise_if_stopped()
            if isinstance(error, TimeoutError) and not network.is_connecting:
                raise network_errors.silence_error(network.place) from error
            raise network_errors.translate(error, network.place) from error


def _parse_proxy(address: str, trust: ssl.SSLContext | None) -> httpcore.Proxy:
    proxy = httpx.Proxy(address)  # with the name and password of its address
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
    """httpcore's pool as a transport of httpx."""

    def __init__(self, pool: httpcore.ConnectionPool) -> None:
        self._pool = pool

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request, and return the response up to its body."""
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
    """Body of one of httpcore's responses."""

    def __init__(self, response: httpcore.Response) -> None:
        self._response = response

    def __iter__(self) -> Iterator[bytes]:
        return self._response.iter_stream()

    def close(self) -> None:
        """Close the connection unless the body was read to its end."""
        self._response.close()
