from __future__ import annotations

from datetime import timedelta

import pytest

from nemochat.core.messages import Message, Role
from nemochat.errors import StoreError, UsageError
from nemochat.store.catalogue import check_name
from nemochat.store.conversations import ConversationStore
from tests.store.talking import answer, keep, say, talked


def test_a_list_tells_turns_cost_and_the_first_question(saved: ConversationStore) -> None:
    talk = talked(saved, "one", "two", name="x")
    talked(saved, "three")
    first, second = saved.catalogue.entries()
    assert (first.title, first.turns) == ("three", 1)
    assert (second.title, second.first, second.turns) == ("x", "one", 2)
    assert second.cost == pytest.approx(3e-6)
    say(saved, talk, "more", "again")
    assert [e.id for e in saved.catalogue.entries()] == [1, 2]
    assert [e.id for e in saved.catalogue.entries(1, 1)] == [2]
    assert saved.catalogue.count() == 2


def test_an_answer_s_cost_is_counted_once_however_often_it_is_settled(
    saved: ConversationStore,
) -> None:
    talk = talked(saved, "one")
    for _ in range(3):
        saved.settle(talk, max(talk.nodes), answer("longer"))
    assert saved.catalogue.entries()[0].cost == pytest.approx(1.5e-6)


def test_a_conversation_is_found_by_the_beginning_of_its_name(saved: ConversationStore) -> None:
    for name in ("lamb", "lamb stew", "Wine_1", "7"):
        talked(saved, name, name=name)
    find = saved.catalogue.find
    assert (find("lamb"), find("lamb s"), find("wine"), find("Wine_")) == (1, 2, 3, 3)
    assert find("2") == 2
    with pytest.raises(StoreError, match='matches "lamb", "lamb stew"'):
        find("la")
    for nothing in ("", "%", "_", "x", "99", "²", "9" * 30, "9" * 5000, "0", "name:", "name:2"):
        with pytest.raises(StoreError, match="no conversation"):
            find(nothing)


def test_deleting_takes_every_message_and_no_other(saved: ConversationStore) -> None:
    long = talked(saved, "one")
    for number in range(1100):  # deeper than SQLite's recursion
        message = Message(Role.USER, f"q{number}")
        with saved.database.transaction("OFF"):
            pass
        long.append(saved.begin(long, message), message)
    talked(saved, "two")
    saved.catalogue.delete([1])
    assert [e.id for e in saved.catalogue.entries()] == [2]
    with saved.database.connection() as db:
        assert db.execute("SELECT count(*) FROM messages").fetchone() == (2,)
    saved.database.close()
    for file in saved.database.path.parent.iterdir():
        assert b"q1050" not in file.read_bytes()


def test_old_conversations_are_those_without_a_word(saved: ConversationStore) -> None:
    talked(saved, "one")
    talked(saved, "two")
    assert saved.catalogue.list_untouched(timedelta(hours=1)) == []
    with saved.database.transaction() as db:
        db.execute("UPDATE conversations SET touched = '2026-01-01T00:00:00+00:00' WHERE id = 1")
    assert [e.id for e in saved.catalogue.list_untouched(timedelta(hours=1))] == [1]
    keep(saved, saved.load("1"), Message(Role.USER, "three"))
    assert saved.catalogue.list_untouched(timedelta(hours=1)) == []


@pytest.mark.parametrize("name", ["", " ", "a\nb", "a\x1b[31m", "x" * 61, "a\u202eb"])
def test_a_name_is_one_printable_line(name: str) -> None:
    with pytest.raises(UsageError):
        check_name(name)


def test_a_name_is_no_path(saved: ConversationStore) -> None:
    saved.catalogue.rename(talked(saved, "one").id or 0, "../../etc/passwd")
    assert saved.load("../../etc/passwd").messages()
    assert [p.name[:11] for p in saved.database.path.parent.parent.iterdir()] == ["data"]
