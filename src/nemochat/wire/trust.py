"""Whose certificates are believed on the way to an endpoint."""

from __future__ import annotations

import errno
import os
import ssl
from pathlib import Path

from nemochat.errors import ConfigurationError
from nemochat.wire import early
from nemochat.wire.attempt import certificates
from nemochat.wire.route import Route


def trusted(route: Route) -> ssl.SSLContext:
    """The certificates of the route, else those of the environment, else the ones that came along.

    To read them takes 20 ms.

    Raises:
        ConfigurationError: they cannot be read.
    """
    context = _named(route)
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


def _named(route: Route) -> ssl.SSLContext:
    place = certificates(route.ca_bundle)
    try:
        return early.context(place) or _read(place)
    except OSError as error:
        where = f"in {route.ca_bundle}" if route.ca_bundle else _NAMED
        raise ConfigurationError(f"the certificates {where} cannot be read") from error


_NAMED = "that SSL_CERT_FILE or SSL_CERT_DIR names"


def _read(place: str) -> ssl.SSLContext:
    """Read a file, a folder or, as SSL_CERT_DIR may name them, several folders."""
    path = Path(place)
    several = os.pathsep in place and not path.exists()
    if several and not any(Path(each).is_dir() for each in place.split(os.pathsep)):
        raise NotADirectoryError(place)  # OpenSSL passes it over
    if several or path.is_dir():
        return ssl.create_default_context(capath=place)
    return ssl.create_default_context(cafile=place)
