"""The way to an endpoint: its address, whom to trust, and whether a proxy is on it."""

from __future__ import annotations

import os
import sys
from typing import NamedTuple
from urllib.parse import quote, urlsplit

from nemochat.wire.endpoints import local
from nemochat.wire.hosts import in_ascii


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
        host = in_ascii(parts.hostname or "")
        port = f":{parts.port}" if parts.port else ""
        return parts._replace(netloc=host + port).geturl()

    @property
    def endpoint(self) -> str:
        """Where it leads, in the words of an error."""
        return self.name or urlsplit(self.base_url).netloc

    @property
    def port(self) -> int:
        """The port that is connected to."""
        return urlsplit(self.base_url).port or (443 if self.encrypted else 80)

    @property
    def encrypted(self) -> bool:
        """Whether TLS is spoken to the endpoint."""
        return urlsplit(self.base_url).scheme == "https"

    @property
    def certified(self) -> str:
        """Whose certificate is wanted; the dot at the end of an absolute name is not part of it."""
        return (self.name or urlsplit(self.url).hostname or "").removesuffix(".")

    @property
    def direct(self) -> bool:
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
        return local(self.base_url) and any(
            name == "*" or name.startswith(_HERE) for name in exempt
        )


def quoted(path: str) -> str:
    """A path and its query in ASCII; what is escaped in them already stays."""
    return quote(path, "%/?:@!$&'()*+,;=-._~[]")


_HERE = ("localhost", "127.", "::1", "[::1]")


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
