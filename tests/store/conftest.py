"""A store of one's own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from nemochat.store.conversations import ConversationStore


@pytest.fixture
def saved(tmp_path: Path) -> Iterator[ConversationStore]:
    store = ConversationStore(tmp_path / "data" / "nemochat.db")
    yield store
    store.database.close()
