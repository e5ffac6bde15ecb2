"""Connection check for `doctor`: name lookup, connection, TLS and first byte, each timed."""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import quote, urlsplit

import httpcore

from nemochat.api import network_errors
from nemochat.api.network import Network, SocketStream, Stream
from nemochat.api.route import Route, load_trust
from nemochat.errors import NemochatError, Unreachable
from nemochat.sockets import Address, ConnectLimit, connect, resolve

T = TypeVar("T")
_SHOWN = 40  # characters of a server's first line
_UP = "Is the network up?"
_PATH = "%/:@!$&'()*+,;=-._~[]"  # unescaped in a path


@dataclass(frozen=True, slots=True)
class Step:
    """A step on the way.

    Attributes:
        name: "lookup", "connection", "TLS" or "first byte".
        seconds: How long it took.
        detail: What was found.
        error: What went wrong, or None; no step follows it.
    """

    name: str
    seconds: float
    detail: str
    error: NemochatError | None = None


def probe(route: Route, seconds: float) -> Iterator[Step]:
    """Yield the steps to an endpoint, each at most so many seconds; nothing secret is sent.

    Behind a proxy they lead as far as the proxy.
    """
    proxy = route.find_proxy()
    first = route._replace(base_url=proxy) if proxy else route
    host, port = urlsplit(first.url).hostname or "", first.port
    address = f"{urlsplit(first.base_url).hostname}:{port}"
    where = f"the proxy {address}" if proxy else address
    addresses, step = _time_step("lookup", where, lambda: _resolve(host, port, seconds))
    yield step
    if addresses is None:
        return
    plain, step = _time_step(
        "connection", where, lambda: (connect(addresses, ConnectLimit(seconds)), where)
    )
    yield step
    if plain is None:
        return
    with closing(plain):
        if not proxy:
            yield from _probe_connection(where, plain, route, seconds)


def _probe_connection(
    where: str, plain: socket.socket, route: Route, seconds: float
) -> Iterator[Step]:
    """Yield the steps on an open connection."""
    network = Network(route, "")
    network.clock = ConnectLimit(seconds)
    stream: Stream = SocketStream(network, plain, is_proxy=False)
    if route.is_encrypted:
        encrypted, step = _time_step("TLS", where, lambda: _encrypt(stream, route))
        yield step
        if encrypted is None:
            return
        stream = encrypted
    network.clock = limit = ConnectLimit(seconds)
    yield _time_step(
        "first byte", where, lambda: (None, _read_first_line(stream, route.url, limit))
    )[1]


def _time_step(name: str, where: str, go: Callable[[], tuple[T, str]]) -> tuple[T | None, Step]:
    """Return the result of a step, or None, and the step; an exception becomes its error.

    Args:
        name: The step's.
        where: Where it leads.
        go: Goes it; returns its result and the detail to show.
    """
    begun = time.monotonic()
    error: NemochatError
    try:
        result, detail = go()
    except NemochatError as raised:
        error = raised
    except OSError as raised:
        error = network_errors.translate(raised, where)
    except httpcore.WriteError:
        error = network_errors.translate(ConnectionResetError(), where)
    else:
        return result, Step(name, time.monotonic() - begun, detail)
    return None, Step(name, time.monotonic() - begun, "", error)


def _resolve(host: str, port: int, seconds: float) -> tuple[list[Address], str]:
    """Return the addresses of a name, and the same in words."""
    try:
        found = resolve(host, port, ConnectLimit(seconds))
    except TimeoutError:
        raise Unreachable(f"the name {host} was not found in time", _UP) from None
    return found, ", ".join(dict.fromkeys(str(each[4][0]) for each in found))


def _encrypt(stream: Stream, route: Route) -> tuple[Stream, str]:
    encrypted = stream.start_tls(load_trust(route))
    tls = encrypted.get_extra_info("ssl_object")
    return encrypted, (tls.version() or "") if isinstance(tls, ssl.SSLObject) else ""


def _read_first_line(stream: Stream, address: str, limit: ConnectLimit) -> str:
    """Return the status of a server that is asked for its models, without a token."""
    url = urlsplit(address)
    start = f"GET {quote(url.path, _PATH)}/models HTTP/1.1"
    request = f"{start}\r\nHost: {url.netloc}\r\nConnection: close\r\n\r\n"
    stream.write(request.encode("ascii"))
    answer = stream.receive(1024, limit)
    if not answer:
        raise ConnectionResetError
    line = answer.partition(b"\r\n")[0].decode("ascii", "replace")
    return "".join(c if c.isprintable() else " " for c in line[:_SHOWN]).strip()
