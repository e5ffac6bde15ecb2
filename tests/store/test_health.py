"""A database is looked through, and not changed."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from nemochat.core.conversation import Conversation, Settings
from nemochat.core.messages import Message, Role
from nemochat.errors import StoreError
from nemochat.store.conversations import Conversations
from nemochat.store.health import conversations


@pytest.fixture
def database(tmp_path: Path) -> Path:
    path = tmp_path / "nemochat.db"
    saved = Conversations(path)
    for number in range(40):
        made = Conversation(Settings("nemo", "guide", "", {}))
        saved.begin(made, Message(Role.USER, f"question {number} " * 50))
    saved.database.close()
    return path


def test_a_sound_database_is_counted(database: Path) -> None:
    before = database.read_bytes()
    assert conversations(database) == 40
    assert database.read_bytes() == before


def test_a_damaged_one_is_told_of_with_what_to_do(database: Path) -> None:
    content = bytearray(database.read_bytes())
    content[4096:] = b"x" * (len(content) - 4096)
    database.write_bytes(content)
    with pytest.raises(StoreError) as caught:
        conversations(database)
    assert "nemochat chats import" in caught.value.hint
    assert database.read_bytes() == content


@pytest.mark.parametrize("content", [b"no database at all" * 500, b"\x00" * 8192])
def test_what_is_no_database_is_told_of(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "nemochat.db"
    path.write_bytes(content)
    with pytest.raises(StoreError, match=r"nemochat\.db"):
        conversations(path)


def test_a_newer_one_is_left_to_a_newer_nemochat(database: Path) -> None:
    with closing(sqlite3.connect(database)) as db:
        db.execute("PRAGMA user_version = 99")
    with pytest.raises(StoreError, match="newer") as caught:
        conversations(database)
    assert "Update" in caught.value.hint


def test_a_directory_in_its_place_is_told_of(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="directory"):
        conversations(tmp_path)
