from __future__ import annotations

import os
import resource
import signal
import sqlite3
from pathlib import Path

import pytest

from nemochat.core.conversation import Conversation, Settings
from nemochat.core.messages import Message, Role
from nemochat.errors import StoreError, UsageError
from nemochat.store.conversations import ConversationStore
from nemochat.store.database import count_conversations
from nemochat.store.search import search
from tests.store.talking import keep, of_version_1, talked


def test_an_older_database_is_brought_forward_after_a_backup(tmp_path: Path) -> None:
    path = tmp_path / "nemochat.db"
    of_version_1(path)
    store = ConversationStore(path)
    (entry,) = store.catalogue.entries()
    assert (entry.name, entry.turns, entry.cost) == ("lamb", 1, 2e-6)
    assert entry.first == "How long does lamb take?"
    assert f"{entry.touched:%Y-%m-%d}" == "2026-01-02"
    assert [m.content for m in store.load("lamb").messages()][1] == "An hour."
    assert [found.match for found in search(store.database, ["LAMB"])] == ["lamb", "lamb"]
    talk = store.load("lamb")
    keep(store, talk, Message(Role.USER, "And two?"))
    store.database.close()
    (backup,) = tmp_path.glob("nemochat.db.version-1-*")
    assert backup.stat().st_mode & 0o777 == 0o600
    with sqlite3.connect(backup) as db:
        assert db.execute("PRAGMA user_version").fetchone() == (1,)
        assert db.execute("SELECT count(*) FROM messages").fetchone() == (2,)
    db.close()


def test_what_an_older_index_found_is_found_by_a_newer_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "nemochat.db"
    monkeypatch.setattr("nemochat.store.rows.VERSION", 3)
    store = ConversationStore(path)
    talked(store, "lamb in wine", "more of it", name="a lamb")
    store.database.close()
    monkeypatch.undo()
    store = ConversationStore(path)
    assert len(search(store.database, ["lamb"])) == 3
    assert len(search(store.database, ["mo"])) == 2  # by trigrams that begin with it
    store.catalogue.delete([1])
    assert search(store.database, ["lamb"]) == []
    store.database.close()
    assert len(list(tmp_path.glob("nemochat.db.version-3-*"))) == 1


def test_a_step_forward_that_fails_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "nemochat.db"
    of_version_1(path)
    monkeypatch.setattr("nemochat.store.rows.VERSION", 5)  # there is no such step
    with pytest.raises(StoreError):
        ConversationStore(path).catalogue.entries()
    monkeypatch.undo()
    store = ConversationStore(path)
    assert store.load("lamb").messages()
    store.database.close()


def test_a_number_is_never_given_again(saved: ConversationStore) -> None:
    first = talked(saved, "one")
    assert first.id is not None
    saved.catalogue.delete([first.id])
    assert talked(saved, "two").id == first.id + 1


def test_a_conversation_that_was_deleted_elsewhere_is_said(saved: ConversationStore) -> None:
    talk = talked(saved, "one")
    other = ConversationStore(saved.database.path)
    assert talk.id is not None
    other.catalogue.delete([talk.id])
    other.database.close()
    with pytest.raises(StoreError, match="deleted this conversation"):
        saved.begin(talk, Message(Role.USER, "two"))
    with pytest.raises(StoreError, match="deleted this conversation"):
        saved.settle(talk, max(talk.nodes), talk.messages()[-1])
    assert saved.add_imported(talk.fork()).messages() == talk.messages()


@pytest.mark.parametrize("damage", ["truncated", "foreign"])
def test_a_damaged_database_is_set_aside_whole_and_said(tmp_path: Path, damage: str) -> None:
    path = tmp_path / "nemochat.db"
    store = ConversationStore(path)
    talked(store, *(f"question {n}" for n in range(30)))
    store.database.close()
    content = b"no database" * 500 if damage == "foreign" else path.read_bytes()[:9000]
    path.write_bytes(content)
    store = ConversationStore(path)
    talked(store, "after")
    (news,) = store.take_notices()
    assert store.take_notices() == []
    store.database.close()
    (aside,) = tmp_path.glob("nemochat.db.corrupt-*")
    assert aside.read_bytes() == content
    assert str(aside) in news
    again = ConversationStore(path)
    assert [entry.first for entry in again.catalogue.entries()] == ["after"]
    assert again.take_notices() == []
    again.database.close()


@pytest.mark.parametrize("kind", ["directory", "pipe", "link", "dangling link"])
def test_what_stands_in_its_place_is_left_alone(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "data" / "nemochat.db"
    path.parent.mkdir()
    elsewhere = tmp_path / "elsewhere.db"
    if kind == "directory":
        path.mkdir()
    elif kind == "pipe":
        os.mkfifo(path)
    else:
        path.symlink_to(elsewhere)
    if kind == "link":  # to a damaged database, which a chat would move aside
        elsewhere.write_bytes(b"no database at all" * 500)
    before = sorted(tmp_path.rglob("*"))
    for _ in range(2):
        with pytest.raises(StoreError, match="Move it away"):
            ConversationStore(path).catalogue.entries()
    with pytest.raises(StoreError, match=r"nemochat\.db"):
        count_conversations(path)
    assert sorted(tmp_path.rglob("*")) == before


def test_folders_that_are_made_on_the_way_are_one_s_own(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        store = ConversationStore(tmp_path / "a" / "b" / "nemochat.db")
        talked(store, "one")
        store.database.close()
    finally:
        os.umask(before)
    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o700


def test_a_file_that_others_could_read_is_closed_to_them(saved: ConversationStore) -> None:
    talked(saved, "one")
    saved.database.close()
    saved.database.path.chmod(0o644)
    saved.catalogue.entries()
    assert saved.database.path.stat().st_mode & 0o777 == 0o600


def test_where_nothing_can_be_made_it_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match="is not a directory"):
        ConversationStore(tmp_path / "file" / "nemochat.db").catalogue.entries()


def test_a_full_disk_harms_nothing_that_is_stored(saved: ConversationStore) -> None:
    talk = talked(saved, "one")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    handled = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    log = saved.database.path.with_name("nemochat.db-wal")
    resource.setrlimit(resource.RLIMIT_FSIZE, (log.stat().st_size, limits[1]))
    try:
        with pytest.raises(StoreError, match=r"cannot be used|full"):
            saved.begin(talk, Message(Role.USER, "x" * 1_000_000))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, handled)
    keep(saved, talk, Message(Role.USER, "two"))
    saved.database.close()
    again = ConversationStore(saved.database.path)
    assert [m.content for m in again.load("1").messages()] == ["one", "About one.", "two"]
    with again.database.connection() as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    again.database.close()


def test_a_full_disk_at_the_first_question_begins_nothing(tmp_path: Path) -> None:
    store = ConversationStore(tmp_path / "nemochat.db")
    store.catalogue.entries()
    talk = Conversation(Settings("m", "guide"))
    with store.database.connection() as db:
        db.execute("PRAGMA max_page_count = 1")
    with pytest.raises(StoreError, match="the disk is full"):
        store.begin(talk, Message(Role.USER, "x" * 100_000))
    assert talk.id is None
    store.database.close()


def test_a_backup_is_one_file_for_its_owner_and_never_written_over(
    saved: ConversationStore, tmp_path: Path
) -> None:
    talked(saved, "one")
    target = tmp_path / "backup.db"
    saved.database.backup(target)
    assert target.stat().st_mode & 0o777 == 0o600
    assert not list(tmp_path.glob("backup.db-*"))
    with pytest.raises(StoreError, match=r"nowhere/x\.db cannot be written \(No such file"):
        saved.database.backup(tmp_path / "nowhere" / "x.db")
    with pytest.raises(UsageError, match="already exists"):
        saved.database.backup(target)
    copy = ConversationStore(target)
    assert copy.load("1").messages() == saved.load("1").messages()
    copy.database.close()


def test_on_a_disk_that_nobody_writes_to_it_can_be_read(
    saved: ConversationStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    talked(saved, "one")
    saved.database.close()

    def refused(path: Path) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("nemochat.store.connect.prepare_database_file", refused)
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    assert len(saved.load("1").messages()) == 2
    with pytest.raises(StoreError, match="readonly"):
        saved.begin(saved.load("1"), Message(Role.USER, "two"))


def test_halves_of_characters_are_kept_as_far_as_they_can_be(saved: ConversationStore) -> None:
    talk = Conversation(Settings("m", "guide"))
    keep(saved, talk, Message(Role.USER, "a\udc80b \ud83d\ude00\0c"))
    assert saved.load("1").messages()[0].content == "a\ufffdb \U0001f600\0c"
