"""Fixtures for tests of `api`, which ignore the proxy and certificates of this machine."""

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
    """Yield a server that sends what a test specifies, with a client."""
    with Serve().running() as running:
        yield running
