"""A database is looked through, and not changed."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from nemochat.core.conversation import Conversation, Settings
from nemochat.core.messages import Message, Role
from nemochat.errors import StoreError
from nemochat.store.conversations import ConversationStore
from nemochat.store.database import count_conversations


@pytest.fixture
def database(tmp_path: Path) -> Path:
    path = tmp_path / "nemochat.db"
    saved = ConversationStore(path)
    for number in range(40):
        made = Conversation(Settings("nemo", "guide", "", {}))
        saved.begin(made, Message(Role.USER, f"question {number} " * 50))
    saved.database.close()
    return path


def test_a_sound_database_is_counted(database: Path) -> None:
    before = database.read_bytes()
    assert count_conversations(database) == 40
    assert database.read_bytes() == before


def test_a_damaged_one_is_told_of_with_what_to_do(database: Path) -> None:
    content = bytearray(database.read_bytes())
    content[4096:] = b"x" * (len(content) - 4096)
    database.write_bytes(content)
    with pytest.raises(StoreError) as caught:
        count_conversations(database)
    assert str(database) in caught.value.sentence
    assert caught.value.hint.endswith(
        f" nemochat chats import --with-settings {database}.corrupt-…"
    )
    assert database.read_bytes() == content


def test_what_is_to_be_typed_is_quoted_for_the_shell(tmp_path: Path) -> None:
    path = tmp_path / "my chats.db"
    path.write_bytes(b"no database at all" * 500)
    with pytest.raises(StoreError) as caught:
        count_conversations(path)
    assert caught.value.hint.endswith(f" nemochat chats import --with-settings '{path}'.corrupt-…")


def test_what_a_chat_that_is_open_said_a_moment_ago_counts(tmp_path: Path) -> None:
    path = tmp_path / "nemochat.db"
    saved = ConversationStore(path)
    for number in (1, 2):
        made = Conversation(Settings("nemo", "guide", "", {}))
        saved.begin(made, Message(Role.USER, "question"))
        assert count_conversations(path) == number
    saved.database.close()


def test_nothing_is_left_beside_a_database_that_nobody_has_open(database: Path) -> None:
    assert count_conversations(database) == 40
    assert [path.name for path in database.parent.iterdir()] == [database.name]


def test_a_database_before_its_first_conversation_holds_none(tmp_path: Path) -> None:
    path = tmp_path / "nemochat.db"
    with closing(sqlite3.connect(path)) as db:
        db.execute("CREATE TABLE other (name)")
    assert count_conversations(path) == 0


@pytest.mark.parametrize("content", [b"no database at all" * 500, b"\x00" * 8192])
def test_what_is_no_database_is_told_of(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "nemochat.db"
    path.write_bytes(content)
    with pytest.raises(StoreError, match=r"nemochat\.db"):
        count_conversations(path)


def test_a_newer_one_is_left_to_a_newer_nemochat(database: Path) -> None:
    with closing(sqlite3.connect(database)) as db:
        db.execute("PRAGMA user_version = 99")
    with pytest.raises(StoreError) as caught:
        count_conversations(database)
    assert (
        caught.value.sentence
        == f"the database {database} was created by a newer version of nemochat"
    )
    assert caught.value.hint.startswith("Update nemochat")


def test_a_directory_in_its_place_is_told_of(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="directory"):
        count_conversations(tmp_path)
