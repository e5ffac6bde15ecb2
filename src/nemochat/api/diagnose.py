"""Connection check for `doctor`: timed steps from the name lookup to the first byte."""

from __future__ import annotations

import ssl
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

import httpcore

from nemochat.api import network_errors
from nemochat.api.network import Network, SocketStream, Stream
from nemochat.api.route import Route, load_trust
from nemochat.errors import NemochatError, Unreachable
from nemochat.sockets import ConnectLimit, connect, resolve

_MOST_SHOWN = 40  # characters of a server's first line
_PATH = "%/:@!$&'()*+,;=-._~[]"  # unescaped in a path


@dataclass(frozen=True, slots=True)
class Step:
    """Step on the way to an endpoint.

    Attributes:
        name: "lookup", "connection", "TLS" or "first byte".
        seconds: Duration.
        detail: Result to show.
        error: Why the check ends here, or None.
    """

    name: str
    seconds: float
    detail: str
    error: NemochatError | None = None


def probe(route: Route, seconds: float) -> Iterator[Step]:
    """Yield the steps to an endpoint, or to the proxy before it; send nothing secret.

    Args:
        route: Route to the endpoint.
        seconds: Limit for each step.
    """
    proxy = route.find_proxy()
    first = route._replace(base_url=proxy) if proxy else route
    address = f"{urlsplit(first.base_url).hostname}:{first.port}"
    where = f"the proxy {address}" if proxy else address
    names = ["lookup", "connection"]
    if not proxy:
        names += ["TLS", "first byte"] if route.is_encrypted else ["first byte"]
    details = _take_steps(first, where, seconds)
    for name in names:
        begun = time.monotonic()
        detail, error = _next_detail(details, where)
        yield Step(name, time.monotonic() - begun, detail, error)
        if error:
            return


def _next_detail(details: Iterator[str], where: str) -> tuple[str, NemochatError | None]:
    """Take the next step; return its detail, or "" and the error."""
    try:
        return next(details), None
    except NemochatError as error:
        return "", error
    except OSError as error:
        return "", network_errors.translate(error, where)
    except httpcore.WriteError:
        return "", network_errors.translate(ConnectionResetError(), where)


def _take_steps(route: Route, where: str, seconds: float) -> Iterator[str]:
    """Yield the detail of each step as it is taken."""
    host = urlsplit(route.url).hostname or ""
    try:
        addresses = resolve(host, route.port, ConnectLimit(seconds))
    except TimeoutError:
        raise Unreachable(f"could not resolve {host} in time", "Is the network up?") from None
    yield ", ".join(dict.fromkeys(str(each[4][0]) for each in addresses))
    with closing(connect(addresses, ConnectLimit(seconds))) as connection:
        yield where
        network = Network(route, "")
        network.clock = ConnectLimit(seconds)
        stream: Stream = SocketStream(network, connection, is_proxy=False)
        if route.is_encrypted:
            stream = stream.start_tls(load_trust(route))
            tls = stream.get_extra_info("ssl_object")
            yield (tls.version() or "") if isinstance(tls, ssl.SSLObject) else ""
        network.clock = limit = ConnectLimit(seconds)
        yield _read_first_line(stream, route.url, limit)


def _read_first_line(stream: Stream, address: str, limit: ConnectLimit) -> str:
    """Request the models without a token; return the first line of the response."""
    url = urlsplit(address)
    start = f"GET {quote(url.path, _PATH)}/models HTTP/1.1"
    request = f"{start}\r\nHost: {url.netloc}\r\nConnection: close\r\n\r\n"
    stream.write(request.encode("ascii"))
    answer = stream.receive(1024, limit)
    if not answer:
        raise ConnectionResetError
    line = answer.partition(b"\r\n")[0].decode("ascii", "replace")
    return "".join(c if c.isprintable() else " " for c in line[:_MOST_SHOWN]).strip()
