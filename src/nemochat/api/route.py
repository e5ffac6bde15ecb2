"""Route to an endpoint: its address, its proxy and the certificates to trust."""

from __future__ import annotations

import os
import ssl
import sys
from collections.abc import Mapping
from contextlib import suppress
from ipaddress import ip_address, ip_network
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from nemochat.config.endpoints import is_local, to_ascii
from nemochat.errors import ConfigurationError, UsageError
from nemochat.files import expand_home

_PROXIES = {"http", "https", "socks5", "socks5h"}
_PROXY_FORMS = "Use http://HOST:PORT, https://HOST:PORT or socks5://HOST:PORT"


class Route(NamedTuple):
    """Route to an endpoint.

    Attributes:
        base_url: Address of the endpoint.
        ca_bundle: File or folder of certificates to trust; "" uses those of the environment.
        proxy: Address of the proxy; "" uses none, None that of the environment.
        connect: Seconds to connect.
        name: Host name if the address holds a number instead, or "".
    """

    base_url: str
    ca_bundle: str = ""
    proxy: str | None = None
    connect: float = 10.0
    name: str = ""

    @property
    def url(self) -> str:
        """Address with the host in ASCII."""
        if self.base_url.isascii():
            return self.base_url
        parts = urlsplit(self.base_url)
        host = to_ascii(parts.hostname or "")
        port = f":{parts.port}" if parts.port else ""
        return parts._replace(netloc=host + port).geturl()

    @property
    def endpoint(self) -> str:
        """Host and port for errors."""
        return self.name or urlsplit(self.base_url).netloc

    @property
    def port(self) -> int:
        """Port to connect to."""
        return urlsplit(self.base_url).port or (443 if self.is_encrypted else 80)

    @property
    def is_encrypted(self) -> bool:
        """Whether the endpoint uses TLS."""
        return urlsplit(self.base_url).scheme == "https"

    @property
    def certificate_name(self) -> str:
        """Host that the certificate must name, without the final dot of an absolute name."""
        return (self.name or urlsplit(self.url).hostname or "").removesuffix(".")

    def proxy_secrets(self) -> list[str]:
        """Return the password of the proxy, both encoded as in its address and decoded."""
        password = urlsplit(self.find_proxy()).password or ""
        return [password, unquote(password)]

    def find_proxy(self) -> str:
        """Return the address of the proxy, or "".

        As in other programs, a proxy of the environment is used for this machine too, unless
        NO_PROXY includes any of its names.

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
    """Return the address of a proxy in httpcore's form."""
    with suppress(ValueError):
        parts = urlsplit(address if "://" in address else f"http://{address}")
        scheme = "socks5" if parts.scheme == "socks" else parts.scheme
        login, at, _ = parts.netloc.rpartition("@")
        host = to_ascii(parts.hostname or "")
        host = f"[{host}]" if ":" in host else host
        port = f":{parts.port}" if parts.port else ""
        if scheme in _PROXIES and address.isprintable():
            return f"{scheme}://{login}{at}{host}{port}"
    raise ConfigurationError("the proxy address is invalid", _PROXY_FORMS)


def _read_proxies() -> Mapping[str, str]:
    """Return the proxies of the environment by scheme, and the value of NO_PROXY as "no"."""
    if sys.platform in {"darwin", "win32"}:  # which also have system settings
        from urllib.request import getproxies

        return getproxies()
    named = ((name, f"{name}_proxy") for name in ("http", "https", "all", "no"))
    return {
        name: os.environ.get(variable) or os.environ.get(variable.upper()) or ""
        for name, variable in named
    }


def _is_exempt(route: Route, entries: str) -> bool:
    """Return whether the entries of NO_PROXY include the host; unknown forms are skipped."""
    host = (urlsplit(route.url).hostname or "").removesuffix(".")
    hosts = {host, "localhost", "127.0.0.1", "::1"} if is_local(route.url) else {host}
    for entry in entries.replace(",", " ").split():
        pattern, port = _split_port(entry.lower())
        if port in {"", str(route.port)} and any(_matches(each, pattern) for each in hosts):
            return True
    return False


def _split_port(entry: str) -> tuple[str, str]:
    """Return the pattern and the port of an entry, or ""; IPv6 needs brackets before a port."""
    if entry.startswith("["):
        pattern, _, rest = entry[1:].partition("]")
        return (pattern + rest, "") if rest.startswith("/") else (pattern, rest.removeprefix(":"))
    pattern, _, port = entry.partition(":")
    return (pattern, port) if entry.count(":") == 1 else (entry, "")


def _matches(host: str, pattern: str) -> bool:
    """Return whether a host matches a pattern: `*`, an address, a network or a domain."""
    if pattern == "*":
        return True
    try:
        address = ip_address(host)
    except ValueError:
        return _is_in_domain(host, pattern)
    network, slash, length = pattern.partition("/")
    if slash and ":" not in network:  # 10/8 is short for 10.0.0.0/8
        pattern = f"{network}{'.0' * (3 - network.count('.'))}/{length}"
    with suppress(ValueError):
        return address in ip_network(pattern, strict=False)
    return False


def _is_in_domain(host: str, pattern: str) -> bool:
    domain = pattern.removeprefix("*").strip(".")
    with suppress(ValueError):
        domain = to_ascii(domain)
    return bool(domain) and f".{host}".endswith(f".{domain}")


def load_trust(route: Route) -> ssl.SSLContext:
    """Return a TLS context that trusts the certificates of the route, environment or system.

    Raises:
        ConfigurationError: the certificates cannot be read.
    """
    place = route.ca_bundle or os.environ.get("SSL_CERT_FILE") or os.environ.get("SSL_CERT_DIR")
    if place:
        try:
            context = _load_certificates(place)
        except (OSError, UsageError) as error:
            where = route.ca_bundle or "SSL_CERT_FILE or SSL_CERT_DIR"
            raise ConfigurationError(f"the certificates in {where} cannot be read") from error
    else:
        import truststore

        context = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.hostname_checks_common_name = False  # the subjectAltName alone counts
    return context


def _load_certificates(place: str) -> ssl.SSLContext:
    """Return a TLS context that trusts a file, a folder, or several as in SSL_CERT_DIR."""
    path = expand_home(place)
    if os.pathsep in place and not path.exists():
        folders = [expand_home(each) for each in place.split(os.pathsep)]
        if not any(each.is_dir() for each in folders):
            raise NotADirectoryError(place)  # OpenSSL would ignore that
        return ssl.create_default_context(capath=os.pathsep.join(map(str, folders)))
    if path.is_dir():
        return ssl.create_default_context(capath=path)
    return ssl.create_default_context(cafile=path)
