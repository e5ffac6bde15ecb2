"""The database is deleted, or locked, while a chat uses it."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import threading
import time
from contextlib import closing
from pathlib import Path

import pytest

from nemochat.core.conversation import Conversation, Settings
from nemochat.core.messages import Message, Role
from nemochat.errors import Cancelled, StoreError
from nemochat.signals import ProgramSignals, SaveSignals
from nemochat.store.conversations import ConversationStore
from nemochat.store.database import LONGEST_LOG
from tests.store.talking import keep, say, talked


def said(talk: Conversation) -> list[str]:
    return [message.content for message in talk.messages()]


def test_a_conversation_is_saved_anew_where_its_folder_was_deleted(tmp_path: Path) -> None:
    store = ConversationStore(tmp_path / "data" / "nemochat.db")
    talked(store, "another")
    talk = talked(store, "one", "two", name="lamb")
    talk.undo()
    shutil.rmtree(tmp_path / "data")
    say(store, talk, "three", "About three.")
    (notice,) = store.take_notices()
    assert "was deleted" in notice
    again = store.load("lamb")
    assert said(again) == said(talk) == ["one", "About one.", "three", "About three."]
    assert len(again.nodes) == 6
    assert again.settings == talk.settings
    assert store.catalogue.count() == 1
    store.database.close()


def test_what_is_said_within_a_turn_is_saved_after_it(tmp_path: Path) -> None:
    store = ConversationStore(tmp_path / "data" / "nemochat.db")
    talk = talked(store, "one")
    key = keep(store, talk, Message(Role.ASSISTANT, "half"))
    shutil.rmtree(tmp_path / "data")
    with pytest.raises(StoreError, match="was deleted"):
        store.settle(talk, key, Message(Role.ASSISTANT, "complete"))
    talk.replace(key, Message(Role.ASSISTANT, "complete"))
    store.save(talk)
    assert said(store.load("1")) == said(talk) == ["one", "About one.", "complete"]
    store.database.close()


def test_another_database_in_its_place_gets_no_rows_of_ours_in_its_conversations(
    tmp_path: Path,
) -> None:
    path = tmp_path / "data" / "nemochat.db"
    store = ConversationStore(path)
    talk = talked(store, "ours")
    shutil.rmtree(path.parent)
    other = ConversationStore(path)
    talked(other, "theirs")
    say(store, talk, "more", "About more.")
    assert said(other.load("1")) == ["theirs", "About theirs."]
    assert said(other.load("2")) == ["ours", "About ours.", "more", "About more."]
    other.database.close()
    store.database.close()


def test_a_long_log_is_written_back_at_the_end(saved: ConversationStore) -> None:
    talked(saved, "one")
    log = saved.database.path.with_name("nemochat.db-wal")
    with closing(sqlite3.connect(saved.database.path)) as reader:  # keeps the log in place
        reader.execute("SELECT count(*) FROM messages").fetchone()
        keep(saved, Conversation(Settings("m", "guide")), Message(Role.USER, "x" * 3 * LONGEST_LOG))
        assert log.stat().st_size > LONGEST_LOG
        saved.database.close()
        assert log.stat().st_size <= LONGEST_LOG


def ask(store: ConversationStore, talk: Conversation, *, deferring: bool) -> None:
    with ProgramSignals():
        if not deferring:
            store.begin(talk, Message(Role.USER, "two"))
        with SaveSignals(), pytest.raises(StoreError, match="locked"):
            store.begin(talk, Message(Role.USER, "two"))


@pytest.mark.parametrize("deferring", [False, True])
def test_a_signal_ends_the_wait_for_a_lock(saved: ConversationStore, *, deferring: bool) -> None:
    talk = talked(saved, "one")
    saved.database.seconds = 120.0
    with closing(sqlite3.connect(saved.database.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")

        def interrupt() -> None:
            time.sleep(0.2)
            os.kill(os.getpid(), signal.SIGINT)

        sender = threading.Thread(target=interrupt)
        sender.start()
        with pytest.raises(Cancelled):
            ask(saved, talk, deferring=deferring)
        sender.join()
    keep(saved, talk, Message(Role.USER, "two"))
    assert said(saved.load("1")) == ["one", "About one.", "two"]
