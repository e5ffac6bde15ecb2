"""Fixtures: a guide and a client for it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from nemochat.guide.server import Guide, start

if TYPE_CHECKING:
    import httpx


@pytest.fixture(scope="package")
def served() -> Iterator[Guide]:
    with start() as guide:
        yield guide


@pytest.fixture
def client(served: Guide) -> Iterator[httpx.Client]:
    import httpx

    with httpx.Client(base_url=served.base_url, trust_env=False, timeout=10) as client:
        yield client
