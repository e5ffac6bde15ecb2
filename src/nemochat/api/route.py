"""Way to an endpoint: its address, its proxy, and the certificates to trust."""

from __future__ import annotations

import os
import ssl
import sys
from collections.abc import Mapping
from contextlib import suppress
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import NamedTuple
from urllib.parse import urlsplit

from nemochat.config.endpoints import is_local, to_ascii
from nemochat.errors import ConfigurationError, UsageError
from nemochat.files import expand_home

_NAMED = "that SSL_CERT_FILE or SSL_CERT_DIR names"
_PROXIES = {"http", "https", "socks5", "socks5h"}
_PROXY_FORMS = "Write http://HOST:PORT, https://HOST:PORT or socks5://HOST:PORT"


class Route(NamedTuple):
    """The way to an endpoint.

    Attributes:
        base_url: Its address.
        ca_bundle: A file or folder of certificates to trust; "" leaves that to the environment.
        proxy: The proxy's address; "" uses none; None leaves that to the environment.
        connect: Seconds to connect.
        name: Whose certificate is wanted, where the address is a number; else "".
    """

    base_url: str
    ca_bundle: str = ""
    proxy: str | None = None
    connect: float = 10.0
    name: str = ""

    @property
    def url(self) -> str:
        """Its address with the host in ASCII, as it is connected to and sent."""
        if self.base_url.isascii():
            return self.base_url
        parts = urlsplit(self.base_url)
        host = to_ascii(parts.hostname or "")
        port = f":{parts.port}" if parts.port else ""
        return parts._replace(netloc=host + port).geturl()

    @property
    def endpoint(self) -> str:
        """Where it leads, in the words of an error."""
        return self.name or urlsplit(self.base_url).netloc

    @property
    def port(self) -> int:
        """The port that is connected to."""
        return urlsplit(self.base_url).port or (443 if self.is_encrypted else 80)

    @property
    def is_encrypted(self) -> bool:
        """Whether TLS is spoken to the endpoint."""
        return urlsplit(self.base_url).scheme == "https"

    @property
    def certificate_name(self) -> str:
        """Whose certificate is wanted; the dot at the end of an absolute name is not part of it."""
        return (self.name or urlsplit(self.url).hostname or "").removesuffix(".")

    def find_proxy(self) -> str:
        """Return the address of the proxy on the way, or "".

        A proxy of the environment is used for this machine too, as by other programs, unless
        NO_PROXY names any of its addresses.

        Raises:
            ConfigurationError: the address is invalid.
        """
        if self.proxy is not None:
            return _check_proxy(self.proxy) if self.proxy else ""
        proxies = _read_proxies()
        proxy = proxies.get(urlsplit(self.base_url).scheme) or proxies.get("all") or ""
        if not proxy or _is_exempt(self, proxies.get("no", "")):
            return ""
        return _check_proxy(proxy)


def _check_proxy(address: str) -> str:
    """Return the address of a proxy as httpcore knows it."""
    with suppress(ValueError):
        parts = urlsplit(address if "://" in address else f"http://{address}")
        scheme = "socks5" if parts.scheme == "socks" else parts.scheme
        login, at, _ = parts.netloc.rpartition("@")
        host = to_ascii(parts.hostname or "")
        host = f"[{host}]" if ":" in host else host
        port = f":{parts.port}" if parts.port else ""
        if scheme in _PROXIES and address.isprintable():
            return f"{scheme}://{login}{at}{host}{port}"
    raise ConfigurationError("the address of the proxy is not valid", _PROXY_FORMS)


def _read_proxies() -> Mapping[str, str]:
    """Return the environment's proxies by the schemes that they are for, and `no`: the exempt."""
    if sys.platform in {"darwin", "win32"}:  # which have them in their settings too
        from urllib.request import getproxies

        return getproxies()
    named = ((name, f"{name}_proxy") for name in ("http", "https", "all", "no"))
    return {
        name: os.environ.get(variable) or os.environ.get(variable.upper()) or ""
        for name, variable in named
    }


def _is_exempt(route: Route, entries: str) -> bool:
    """Return whether NO_PROXY names a route's host; an entry of an unknown form does not."""
    host = (urlsplit(route.url).hostname or "").removesuffix(".")
    hosts = {host, "localhost", "127.0.0.1", "::1"} if is_local(route.url) else {host}
    for entry in entries.replace(",", " ").split():
        pattern, port = _split_port(entry.lower())
        if port in {"", str(route.port)} and any(_matches(each, pattern) for each in hosts):
            return True
    return False


def _split_port(entry: str) -> tuple[str, str]:
    """Return an entry's host or network and its port, or ""; IPv6 takes brackets before a port."""
    if entry.startswith("["):
        pattern, _, rest = entry[1:].partition("]")
        return (pattern + rest, "") if rest.startswith("/") else (pattern, rest.removeprefix(":"))
    pattern, _, port = entry.partition(":")
    return (pattern, port) if entry.count(":") == 1 else (entry, "")


def _matches(host: str, pattern: str) -> bool:
    """Return whether a pattern of NO_PROXY means a host: `*`, a network, a name or a domain."""
    if pattern == "*":
        return True
    if (address := _parse_address(host)) is not None:
        network, slash, length = pattern.partition("/")
        if slash and ":" not in network:  # 10/8 is short for 10.0.0.0/8
            pattern = f"{network}{'.0' * (3 - network.count('.'))}/{length}"
        with suppress(ValueError):
            return address in ip_network(pattern, strict=False)
        return False
    domain = pattern.removeprefix("*").strip(".")
    with suppress(ValueError):
        domain = to_ascii(domain)
    return bool(domain) and f".{host}".endswith(f".{domain}")


def _parse_address(host: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None


def load_trust(route: Route) -> ssl.SSLContext:
    """Return what trusts the route's certificates, else the environment's, else the system's.

    A certificate is for the names in its subjectAltName alone.

    Raises:
        ConfigurationError: the certificates cannot be read.
    """
    place = route.ca_bundle or os.environ.get("SSL_CERT_FILE") or os.environ.get("SSL_CERT_DIR")
    if place:
        try:
            context = _load_certificates(place)
        except (OSError, UsageError) as error:
            where = f"in {route.ca_bundle}" if route.ca_bundle else _NAMED
            raise ConfigurationError(f"the certificates {where} cannot be read") from error
    else:
        import truststore

        context = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.hostname_checks_common_name = False
    return context


def _load_certificates(place: str) -> ssl.SSLContext:
    """Return what trusts a file, a folder or, as SSL_CERT_DIR may name them, several folders."""
    path = expand_home(place)
    if os.pathsep in place and not path.exists():
        folders = [expand_home(each) for each in place.split(os.pathsep)]
        if not any(each.is_dir() for each in folders):
            raise NotADirectoryError(place)  # OpenSSL passes it over
        return ssl.create_default_context(capath=os.pathsep.join(map(str, folders)))
    if path.is_dir():
        return ssl.create_default_context(capath=path)
    return ssl.create_default_context(cafile=path)
