"""The way to an endpoint: its address, whom to trust, and through which proxy."""

from __future__ import annotations

import os
import ssl
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from nemochat.errors import ConfigurationError
from nemochat.wire.endpoints import local


class Route(NamedTuple):
    """The way to an endpoint.

    Attributes:
        base_url: Its address.
        ca_bundle: A file or folder of certificates to trust; "" leaves that to the environment.
        proxy: The proxy's address; "" uses none; None leaves that to the environment.
        connect: Seconds to connect.
    """

    base_url: str
    ca_bundle: str = ""
    proxy: str | None = None
    connect: float = 10.0

    @property
    def bare(self) -> bool:
        """Whether it leads to this machine without TLS or a proxy.

        To load certificates and to look for proxies takes 15 ms, of no use for that. A proxy of
        the environment is used for this machine too, as by other programs, unless NO_PROXY names
        any of its addresses.
        """
        if urlsplit(self.base_url).scheme != "http" or not local(self.base_url) or self.proxy:
            return False
        exempt = _environment("no_proxy").replace(" ", "").split(",")
        return (
            self.proxy is not None
            or not (_environment("http_proxy") or _environment("all_proxy"))
            or any(name == "*" or name.startswith(_HERE) for name in exempt)
        )

    def trust(self) -> ssl.SSLContext | bool:
        """The certificates to trust, or whether to trust those of the environment."""
        if not self.ca_bundle:
            return not self.bare
        try:
            if Path(self.ca_bundle).is_dir():
                return ssl.create_default_context(capath=self.ca_bundle)
            return ssl.create_default_context(cafile=self.ca_bundle)
        except OSError as error:
            raise ConfigurationError(
                f"the certificates in {self.ca_bundle} cannot be read"
            ) from error


_HERE = ("localhost", "127.", "::1", "[::1]")


def _environment(name: str) -> str:
    return os.environ.get(name) or os.environ.get(name.upper()) or ""
