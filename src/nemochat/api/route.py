"""Way to an endpoint: its address, its proxy, and the certificates to trust."""

from __future__ import annotations

import errno
import os
import ssl
import sys
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote, urlsplit

from nemochat.api import early
from nemochat.api.attempt import certificates
from nemochat.config.endpoints import is_local, to_ascii
from nemochat.errors import ConfigurationError

_NAMED = "that SSL_CERT_FILE or SSL_CERT_DIR names"
_HERE = ("localhost", "127.", "::1", "[::1]")


def load_trust(route: Route) -> ssl.SSLContext:
    """The certificates of the route, else those of the environment, else the ones that came along.

    To read them takes 20 ms.

    Raises:
        ConfigurationError: they cannot be read.
    """
    context = _load_for_route(route)
    context.sslsocket_class = _Secured
    return context


class _Secured(ssl.SSLSocket):
    """A connection that is closed where no key is agreed on.

    Python 3.11 leaves it to the garbage, since nobody else has it yet, where the other side had
    reset it before (`wrap_socket` asks for that with `getpeername`) and where Ctrl-C comes.
    """

    def getpeername(self) -> object:
        try:
            return super().getpeername()
        except OSError as error:
            self.close()
            raise ConnectionResetError(errno.ECONNRESET, os.strerror(errno.ECONNRESET)) from error

    def do_handshake(self, block: bool = False) -> None:  # noqa: FBT001, FBT002 - Python's
        try:
            super().do_handshake(block)
        except BaseException:
            self.close()
            raise


def _load_for_route(route: Route) -> ssl.SSLContext:
    place = certificates(route.ca_bundle)
    try:
        return early.context(place) or _load_context(place)
    except OSError as error:
        where = f"in {route.ca_bundle}" if route.ca_bundle else _NAMED
        raise ConfigurationError(f"the certificates {where} cannot be read") from error


def _load_context(place: str) -> ssl.SSLContext:
    """Read a file, a folder or, as SSL_CERT_DIR may name them, several folders."""
    path = Path(place)
    several = os.pathsep in place and not path.exists()
    if several and not any(Path(each).is_dir() for each in place.split(os.pathsep)):
        raise NotADirectoryError(place)  # OpenSSL passes it over
    if several or path.is_dir():
        return ssl.create_default_context(capath=place)
    return ssl.create_default_context(cafile=place)


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

    @property
    def is_direct(self) -> bool:
        """Whether no proxy is on it, as far as can be told without the HTTP library.

        A proxy of the environment is used for this machine too, as by other programs, unless
        NO_PROXY names any of its addresses. What else NO_PROXY exempts the library knows.
        """
        if self.proxy is not None:
            return not self.proxy
        proxies = _proxies()
        if not (proxies.get(urlsplit(self.base_url).scheme) or proxies.get("all")):
            return True
        exempt = proxies.get("no", "").replace(" ", "").split(",")
        return is_local(self.base_url) and any(
            name == "*" or name.startswith(_HERE) for name in exempt
        )


def quote_path(path: str) -> str:
    """A path and its query in ASCII; what is escaped in them already stays."""
    return quote(path, "%/?:@!$&'()*+,;=-._~[]")


def _proxies() -> dict[str, str]:
    """The environment's proxies by the schemes that they are for, and `no`: what needs none."""
    if sys.platform in {"darwin", "win32"}:  # which have them in their settings too
        from urllib.request import getproxies

        return getproxies()
    named = ((name, f"{name}_proxy") for name in ("http", "https", "all", "no"))
    return {
        name: os.environ.get(variable) or os.environ.get(variable.upper()) or ""
        for name, variable in named
    }
