"""A store of one's own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from nemochat.store.conversations import Conversations


@pytest.fixture
def saved(tmp_path: Path) -> Iterator[Conversations]:
    store = Conversations(tmp_path / "data" / "nemochat.db")
    yield store
    store.database.close()
