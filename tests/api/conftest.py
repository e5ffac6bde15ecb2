"""Tests of the wire know no proxy and no certificates of the machine that they run on."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.api.served import Serve

PROXIES = ["http_proxy", "https_proxy", "all_proxy", "no_proxy"]
NAMES = [*PROXIES, *(name.upper() for name in PROXIES), "SSL_CERT_FILE", "SSL_CERT_DIR"]


@pytest.fixture(scope="session", autouse=True)
def _plain_environment() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patched:
        for name in NAMES:
            patched.delenv(name, raising=False)
        yield


@pytest.fixture(scope="session")
def serve() -> Iterator[Serve]:
    """A server that sends what a test tells it to, and a client that asks it."""
    with Serve().running() as running:
        yield running
