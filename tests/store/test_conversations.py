from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from nemochat.core.conversation import Conversation, Settings
from nemochat.core.delta import Delta, PartialAnswer
from nemochat.core.messages import Ending, Message, Provenance, Role, ToolCall
from nemochat.errors import StoreError
from nemochat.store import conversations
from nemochat.store.conversations import ConversationStore
from tests.store.talking import WHOLE, keep

HOUR = timedelta(hours=1)
ANSWER = Message(
    Role.ASSISTANT,
    "Hi\0 there \u2028",
    reasoning="hm",
    tool_calls=(ToolCall("a" * 9, "f", '{"x": 1}'),),
    provenance=WHOLE._replace(ending=Ending.LENGTH, reason="why"),
)


def talked(store: ConversationStore, *texts: str, name: str = "") -> Conversation:
    talk = Conversation(Settings("m", "guide", "Be brief.", {"temperature": 0.3}), name=name)
    for text in texts:
        keep(store, talk, Message(Role.USER, text))
        store.settle(talk, keep(store, talk, ANSWER), ANSWER)
    return talk


def test_a_conversation_comes_back_as_it_was(saved: ConversationStore) -> None:
    talk = talked(saved, "one", "two", name="x")
    again = saved.load("x")
    assert again.messages() == talk.messages()
    assert again.settings == talk.settings
    assert (again.id, again.name, again.head) == (talk.id, "x", talk.head)
    now = datetime.now(UTC)
    for when in (again.started, *(node.written for node in again.nodes.values())):
        assert when is not None
        assert timedelta(seconds=-1) < now - when < HOUR


def test_all_settings_come_back(saved: ConversationStore) -> None:
    examples = (Message(Role.USER, "a"), Message(Role.ASSISTANT, "ä"))
    settings = Settings(
        "m", "guide", "Be brief.", {"stop": ("ö", "b")}, "tutor", {"tongue": "Español"}, examples
    )
    talk = Conversation(settings, name="x")
    keep(saved, talk, Message(Role.USER, "one"))
    assert saved.load("x").settings == settings
    settings.model, settings.filling = "n", {}
    saved.save_header(talk)
    again = saved.load("x").settings
    assert (again.model, again.filling, again.examples) == ("n", {}, examples)


def test_an_answer_that_another_process_ends_is_whole_here_too(saved: ConversationStore) -> None:
    talk = talked(saved)
    keep(saved, talk, Message(Role.USER, "one"))
    key = keep(saved, talk, Message(Role.ASSISTANT, "", provenance=Provenance(model="m")))
    other = ConversationStore(saved.database.path)
    watching = other.load("1")
    assert watching.messages()[-1].ending is None
    saved.settle(talk, key, ANSWER)
    other.refresh(watching)
    assert watching.messages()[-1] == ANSWER
    other.database.close()


def test_a_conversation_is_found_by_its_number_and_the_last_one_by_what_was_said_last(
    saved: ConversationStore,
) -> None:
    first, second = talked(saved, "one"), talked(saved, "two")
    assert saved.load(str(first.id)).messages()[0].content == "one"
    last = saved.last()
    assert last is not None
    assert last.id == second.id
    keep(saved, first, Message(Role.USER, "more"))
    last = saved.last()
    assert last is not None
    assert last.id == first.id
    assert [entry.first for entry in saved.catalogue.entries()] == ["one", "two"]


def test_what_was_undone_stays_in_the_tree(saved: ConversationStore) -> None:
    talk = talked(saved, "one", "two")
    talk.undo()
    saved.save_header(talk)
    again = saved.load(str(talk.id))
    assert len(again.messages()) == 2
    again.redo()
    assert len(again.messages()) == 4


def test_the_question_is_on_the_disk_before_there_is_an_answer(saved: ConversationStore) -> None:
    talk = Conversation(Settings("m", "guide"))
    keep(saved, talk, Message(Role.USER, "one"))
    other = ConversationStore(saved.database.path)
    assert other.load(str(talk.id)).messages() == [Message(Role.USER, "one")]
    other.database.close()


def test_an_answer_grows_on_the_disk(
    saved: ConversationStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(conversations, "SECONDS_BETWEEN_GROWTHS", 0.0)
    talk = Conversation(Settings("m", "guide"))
    keep(saved, talk, Message(Role.USER, "one"))
    growing = PartialAnswer(Provenance(asked_model="m"))
    growing.add(Delta("Hel"))
    key = keep(saved, talk, growing.message())
    growing.add(Delta("lo"))
    saved.grow(talk, key, growing)
    answer = saved.load(str(talk.id)).messages()[1]
    assert answer.content == "Hello"
    assert answer.ending is None


def test_a_name_is_one_conversation_s(saved: ConversationStore) -> None:
    talked(saved, "one", name="x")
    other = talked(saved, "two")
    other.name = "x"
    with pytest.raises(StoreError, match="another conversation has this name"):
        saved.save_header(other)
    assert saved.catalogue.find_exact("x") != other.id
    assert saved.catalogue.find_exact("y") is None
    assert saved.catalogue.names() == ["x"]


def test_an_unknown_conversation_is_said(saved: ConversationStore) -> None:
    with pytest.raises(StoreError, match='no conversation "nothing"'):
        saved.load("nothing")
    assert saved.last() is None
    assert saved.catalogue.entries() == []


@pytest.mark.parametrize("mask", [0o000, 0o022, 0o077])
def test_only_its_owner_reads_the_database(tmp_path: Path, mask: int) -> None:
    path = tmp_path / "data" / "nemochat.db"
    before = os.umask(mask)
    try:
        store = ConversationStore(path)
        talked(store, "one")
        modes = {p.name: p.stat().st_mode & 0o777 for p in (path.parent, *path.parent.iterdir())}
        store.database.close()
    finally:
        os.umask(before)
    assert modes.pop("data") == 0o700
    assert set(modes.values()) == {0o600}


def test_a_database_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "nemochat.db"
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA user_version = 99")
    db.close()
    with pytest.raises(StoreError, match="newer version of nemochat"):
        ConversationStore(path).catalogue.entries()


def test_twenty_processes_at_once_lose_nothing(tmp_path: Path) -> None:
    path = tmp_path / "data" / "nemochat.db"
    program = """
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from nemochat.core.conversation import Conversation, Settings
from nemochat.core.messages import Message, Role
from nemochat.store.conversations import ConversationStore
from tests.store.talking import WHOLE, keep
store = ConversationStore(Path(sys.argv[1]))
talk = Conversation(Settings("m", "guide"))
for turn in range(5):
    message = Message(Role.USER, f"{sys.argv[2]} {turn}")
    talk.append(store.begin(talk, message), message)
"""
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", program, str(path), str(number)], stderr=subprocess.PIPE
        )
        for number in range(20)
    ]
    assert [process.communicate()[1] for process in processes] == [b""] * 20
    store = ConversationStore(path)
    assert [entry.turns for entry in store.catalogue.entries(50)] == [5] * 20
    store.database.close()
