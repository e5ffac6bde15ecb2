"""Fetcher for web pages from public addresses, with limits on size, time and redirects.

It resolves the host, checks the addresses, and connects to a checked address. So a host that
resolves differently a moment later cannot lead elsewhere.
"""

from __future__ import annotations

import codecs
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import SplitResult, urljoin, urlsplit

from nemochat import __version__
from nemochat.api.http import Connection, StreamedResponse
from nemochat.api.route import Route
from nemochat.api.timeouts import ReadTimer, Timeouts
from nemochat.config.endpoints import to_ascii
from nemochat.core.text import format_value
from nemochat.errors import UsageError
from nemochat.sockets import ConnectLimit, resolve

LARGEST = 2 * 1024 * 1024  # bytes of a page, decompressed
SECONDS = 20.0  # for a page, including redirects
MOST_REDIRECTS = 5
Address = IPv4Address | IPv6Address

_TEXTUAL = re.compile(
    r"text/.*|application/(.*\+)?(json|xml|yaml|toml|javascript|ecmascript|x-sh|xhtml)", re.ASCII
)
_HTML = {"text/html", "application/xhtml+xml"}
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]+)", re.ASCII | re.IGNORECASE)
_BEGINNING = 8192  # bytes in which a page names its charset, and binary data has a NUL
_REDIRECTS = {301, 302, 303, 307, 308}
_UNRESOLVED = "Is the network up? Hosts are resolved on this machine, even if there is a proxy"
_NAT64 = ip_network("64:ff9b::/96")
_GLOBAL_UNICAST = ip_network("2000::/3")  # all other IPv6 addresses have a special purpose
_SPECIAL = [  # `is_global` allows these, in some versions of Python at least
    ip_network(network)
    for network in (
        "192.0.0.0/24",  # IETF protocols
        "192.88.99.0/24",  # relays of 6to4
        "168.63.129.16",  # the host of a virtual machine in Azure
        "3fff::/20",  # documentation
    )
]


@dataclass(frozen=True, slots=True)
class Page:
    """Web page.

    Attributes:
        address: Address after all redirects.
        text: Content.
        html: Whether the content is HTML.
    """

    address: str
    text: str
    html: bool


def is_public(address: Address) -> bool:
    """Return whether an address belongs to the internet, not to this machine or its network."""
    if isinstance(address, IPv6Address):
        if address in _NAT64:
            return is_public(IPv4Address(int(address) & 0xFFFFFFFF))
        embedded = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
        if not all(is_public(each) for each in embedded if each is not None):
            return False
        if address.ipv4_mapped is not None:
            return True
        if address not in _GLOBAL_UNICAST:
            return False
    if any(address in network for network in _SPECIAL):
        return False
    return address.is_global and not address.is_multicast and not address.is_reserved


def fetch_page(
    url: str,
    *,
    allowed: Callable[[Address], bool] = is_public,
    ca_bundle: str = "",
    proxy: str | None = None,
    seconds: float = SECONDS,
) -> Page:
    """Return the page at an address.

    Args:
        url: Address of the page; the default scheme is https.
        allowed: Returns whether to connect to an address.
        ca_bundle: File or folder of certificates to trust; "" uses those of the environment.
        proxy: Address of the proxy; "" uses none, None that of the environment.
        seconds: Limit for everything.

    Raises:
        UsageError: the address is invalid or forbidden, or the content is too large or not text.
        EndpointError: the host cannot be reached.
    """
    timer = ReadTimer(Timeouts(), total=seconds)
    url = url if "://" in url else f"https://{url}"
    for _ in range(MOST_REDIRECTS + 1):
        parts = _parse_url(url)
        address = _resolve(parts, allowed, timer)
        host = f"[{address}]" if address.version == 6 else str(address)  # noqa: PLR2004
        port = parts.port or (443 if parts.scheme == "https" else 80)
        connection = Connection(
            Route(
                f"{parts.scheme}://{host}:{port}", ca_bundle, proxy, seconds, parts.hostname or ""
            ),
            {
                "Host": parts.netloc,
                "User-Agent": f"nemochat/{__version__}",
                "Accept": "text/html, text/*;q=0.9, application/json;q=0.8, */*;q=0.1",
            },
        )
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        try:
            with connection.send("GET", path, b"", timer) as response:
                target = response.headers.get("location", "")
                if response.status not in _REDIRECTS or not target:
                    text, html = _read_text(response, parts.netloc)
                    return Page(url, text, html)
        finally:
            connection.close()
        url = urljoin(url, target)
    raise UsageError(f"{parts.netloc} redirected more than {MOST_REDIRECTS} times")


def _parse_url(url: str) -> SplitResult:
    """Return the parts of an address; raise UsageError if it is invalid."""
    expected = (
        "the address of a page must be http:// or https:// followed by a host, not"
        f" {format_value(url, 80)}"
    )
    try:
        parts = urlsplit(url)
        port = parts.port
        host = to_ascii(parts.hostname) if parts.hostname else ""
    except ValueError:
        raise UsageError(expected) from None
    if parts.scheme not in {"http", "https"} or not host or port == 0:
        raise UsageError(expected)
    if not all("!" <= character <= "~" or character > "\x9f" for character in url):
        raise UsageError(expected)
    if parts.username is not None or parts.password is not None:
        raise UsageError("the address of a page must not contain a user name or password")
    host = f"[{host}]" if ":" in host else host
    return parts._replace(netloc=host if port is None else f"{host}:{port}")


def _resolve(parts: SplitResult, allowed: Callable[[Address], bool], timer: ReadTimer) -> Address:
    """Return an address of the host; raise UsageError if any of them is forbidden."""
    host = parts.hostname or ""
    begun = time.monotonic()
    try:
        infos = resolve(to_ascii(host), parts.port or 0, ConnectLimit(timer.total))
    except OSError:
        raise UsageError(f"could not resolve {format_value(host, 80)}", _UNRESOLVED) from None
    timer.total -= time.monotonic() - begun
    addresses = [ip_address(str(each[4][0]).partition("%")[0]) for each in infos]
    for address in addresses:
        if not allowed(address):
            suffix = f" ({address})" if host != str(address) else ""
            raise UsageError(
                f"{format_value(host, 80)}{suffix} belongs to this machine or its network, from"
                " which no pages are fetched"
            )
    return addresses[0]


def _read_text(response: StreamedResponse, where: str) -> tuple[str, bool]:
    """Return the text of a response, and whether it is HTML; raise UsageError if it is not text."""
    if not response.is_success:
        raise UsageError(f"{where} answered with status {response.status}")
    content_type = response.headers.get("content-type", "")
    kind = content_type.partition(";")[0].strip().lower()
    if kind and not _TEXTUAL.fullmatch(kind):
        raise UsageError(f"{where} sent {format_value(kind)}, which is not text")
    content = bytearray()
    for chunk in response.chunks:
        content += chunk
        if len(content) > LARGEST:
            raise UsageError(f"the page is larger than {LARGEST // 1024 // 1024} MB")
    beginning = bytes(content[:_BEGINNING])
    html = kind in _HTML or (not kind and beginning.lstrip()[:1] == b"<")
    text = content.decode(_charset(content_type, beginning if html else b""), "replace").lstrip(
        "\ufeff"
    )
    if "\0" in text[:_BEGINNING]:
        raise UsageError(f"{where} sent binary data, which is not text")
    return text, html


def _charset(content_type: str, beginning: bytes) -> str:
    """Return the charset that the response or the page names, or UTF-8."""
    match = _CHARSET.search(content_type) or _CHARSET.search(beginning.decode("ascii", "replace"))
    try:
        name = codecs.lookup(match[1] if match else "utf-8").name
        "".encode(name)
        b"".decode(name)
    except (LookupError, ValueError, TypeError):
        return "utf-8"
    return name
