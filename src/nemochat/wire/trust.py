"""Whose certificates are believed on the way to an endpoint."""

from __future__ import annotations

import os
import ssl
from pathlib import Path

from nemochat.errors import ConfigurationError
from nemochat.wire.route import Route


def trusted(route: Route) -> ssl.SSLContext:
    """The certificates of the route, else those of the environment, else the ones that came along.

    To read them takes 20 ms.

    Raises:
        ConfigurationError: they cannot be read.
    """
    try:
        if route.ca_bundle:
            return _read(route.ca_bundle, folder=Path(route.ca_bundle).is_dir())
        if file := os.environ.get("SSL_CERT_FILE"):
            return _read(file)
        if folder := os.environ.get("SSL_CERT_DIR"):
            return _read(folder, folder=True)
    except OSError as error:
        where = f"in {route.ca_bundle}" if route.ca_bundle else _NAMED
        raise ConfigurationError(f"the certificates {where} cannot be read") from error
    import certifi

    return _read(certifi.where())


_NAMED = "that SSL_CERT_FILE or SSL_CERT_DIR names"


def _read(place: str, *, folder: bool = False) -> ssl.SSLContext:
    if folder:
        if not any(
            Path(each).is_dir() for each in place.split(os.pathsep)
        ):  # OpenSSL passes it over
            raise NotADirectoryError(place)
        return ssl.create_default_context(capath=place)
    return ssl.create_default_context(cafile=place)
