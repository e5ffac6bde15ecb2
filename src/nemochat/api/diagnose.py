"""Connection check for `doctor`: name lookup, connection, TLS and first byte, each timed."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from ssl import SSLSocket
from threading import Thread
from typing import Any, TypeVar
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from nemochat.api import network_errors
from nemochat.api.route import Route, load_trust, quote_path
from nemochat.errors import NemochatError, Unreachable

T = TypeVar("T")
_SHOWN = 40  # characters of a server's first line
_UP = "Is the network up?"


@dataclass(frozen=True, slots=True)
class Step:
    """A step on the way.

    Attributes:
        name: "lookup", "connection", "TLS" or "first byte".
        seconds: How long it took.
        said: What was found.
        error: What went wrong, or None; no step follows it.
    """

    name: str
    seconds: float
    detail: str
    error: NemochatError | None = None


def proxy_address(route: Route) -> str:
    """The address of the proxy on the way, or ""."""
    url = urlsplit(route.base_url)
    if route.is_direct or route.proxy is not None:
        return route.proxy or ""
    if proxy_bypass(url.netloc):
        return ""
    proxies = getproxies()
    found = proxies.get(url.scheme) or proxies.get("all") or ""
    return found if "://" in found or not found else f"http://{found}"


def probe(route: Route, seconds: float) -> Iterator[Step]:
    """Go the way step by step, each at most so many seconds; nothing secret is sent.

    Behind a proxy the way is gone as far as the proxy.
    """
    through = proxy_address(route)
    first = route._replace(base_url=through) if through else route
    host, port = urlsplit(first.url).hostname or "", first.port
    named = f"{urlsplit(first.base_url).hostname}:{port}"
    where = f"the proxy {named}" if through else named
    addresses, step = _time_step("lookup", where, lambda: _resolve(host, port, seconds))
    yield step
    if addresses is None:
        return
    plain, step = _time_step("connection", where, lambda: (_connect(addresses, seconds), where))
    yield step
    if plain is None:
        return
    with closing(plain):
        if not through:
            yield from _probe_connection(where, plain, route)


def _probe_connection(where: str, plain: socket.socket, route: Route) -> Iterator[Step]:
    """The steps on an open connection."""
    connection = plain
    if route.is_encrypted:
        encrypted, step = _time_step("TLS", where, lambda: _encrypt(plain, route))
        yield step
        if encrypted is None:
            return
        connection = encrypted
    with closing(connection):
        yield _time_step("first byte", where, lambda: (None, _first_line(connection, route.url)))[1]


def _time_step(name: str, where: str, go: Callable[[], tuple[T, str]]) -> tuple[T | None, Step]:
    """What a step comes to, or None, and the step; what it raises is turned into a sentence.

    Args:
        name: The step's.
        where: Where it leads.
        go: Goes it; returns what it comes to, and what is said of that.
    """
    begun = time.monotonic()
    error: NemochatError
    try:
        done, said = go()
    except NemochatError as raised:
        error = raised
    except TimeoutError:
        error = Unreachable(f"{where} did not answer in time", _UP)
    except (OSError, ValueError) as raised:
        error = network_errors.translate(raised, where)
    else:
        return done, Step(name, time.monotonic() - begun, said)
    return None, Step(name, time.monotonic() - begun, "", error)


def _resolve(host: str, port: int, seconds: float) -> tuple[list[Any], str]:
    """The addresses of a name; the system's resolver may take minutes, and is not waited for."""
    found: list[Any] = []
    failed: list[Exception] = []

    def resolve() -> None:
        try:
            found.extend(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
        except (OSError, UnicodeError) as error:
            failed.append(error)

    thread = Thread(target=resolve, daemon=True)
    thread.start()
    thread.join(seconds)
    if failed:
        raise failed[0]
    if not found:
        raise Unreachable(f"the name {host} was not found in time", _UP)
    return found, ", ".join(dict.fromkeys(each[4][0] for each in found))


def _connect(addresses: list[Any], seconds: float) -> socket.socket:
    """A connection to the first of the addresses that takes one."""
    failed: OSError = TimeoutError()
    for family, kind, protocol, _, address in addresses:
        connection = socket.socket(family, kind, protocol)
        connection.settimeout(seconds)
        try:
            connection.connect(address)
        except OSError as error:
            connection.close()
            failed = error
        else:
            return connection
    raise failed


def _encrypt(plain: socket.socket, route: Route) -> tuple[SSLSocket, str]:
    encrypted = load_trust(route).wrap_socket(plain, server_hostname=route.certificate_name)
    return encrypted, encrypted.version() or ""


def _first_line(connection: socket.socket, address: str) -> str:
    """The status that a server answers with; it is asked for its models, without a token."""
    url = urlsplit(address)
    start = f"GET {quote_path(url.path)}/models HTTP/1.1"
    request = f"{start}\r\nHost: {url.netloc}\r\nConnection: close\r\n\r\n"
    connection.sendall(request.encode("ascii"))
    said = connection.recv(1024)
    if not said:
        raise ConnectionResetError
    line = said.partition(b"\r\n")[0].decode("ascii", "replace")
    return "".join(c if c.isprintable() else " " for c in line[:_SHOWN]).strip()
