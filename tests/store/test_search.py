from __future__ import annotations

import pytest

from nemochat.core.conversation import Conversation, Settings
from nemochat.core.delta import Delta, PartialAnswer
from nemochat.core.messages import Message, Provenance, Role
from nemochat.errors import UsageError
from nemochat.store import search as searching
from nemochat.store.conversations import ConversationStore
from nemochat.store.search import parse_query, search
from tests.store.talking import keep, say, talked


def matches(store: ConversationStore, query: str, most: int = 20) -> list[str]:
    return [found.match for found in search(store.database, parse_query(query), most)]


@pytest.mark.parametrize(
    ("text", "query", "match"),
    [
        ("How do I parse_config?", "CONFIG", "config"),
        ("über Öfen", "ÖFEN", "Öfen"),
        ("私は東京に住んでいます", "東京", "東京"),
        ("私は東京", "東京", "東京"),
        ("猫", "猫", "猫"),
        ("안녕하세요 세계", "세계", "세계"),
        ("สวัสดีชาวโลก", "ชาวโลก", "ชาวโลก"),
        ("मेरा नाम", "नाम", "नाम"),
        ("Привет, мир", "МИР", "мир"),
        ("say \U0001f600 twice", "\U0001f600", "\U0001f600"),
        ("a C++ program", "c++", "C++"),
        ('he said "no"', '"no', '"no'),
        ("100% of it", "100%", "100%"),
        ("NEAR OR AND NOT *", "not", "NOT"),
        ("x^2 {curly} (round) col:on", "{curly}", "{curly}"),
    ],
)
def test_words_of_any_script_are_found_within_others(
    saved: ConversationStore, text: str, query: str, match: str
) -> None:
    talked(saved, "something else")
    say(saved, Conversation(Settings("m", "guide")), text, "Indeed.")
    assert matches(saved, query)[0] == match


def test_all_words_must_stand_there_and_quoted_ones_in_a_row(saved: ConversationStore) -> None:
    talk = talked(saved, "red wine", "wine that is red")
    assert talk.id == 1
    found = [f.before + f.match + f.after for f in search(saved.database, parse_query("red wine"))]
    assert found == ["About wine that is red.", "wine that is red", "About red wine.", "red wine"]
    assert len(matches(saved, '"red wine"')) == 2
    assert matches(saved, "red beer") == []
    assert len(matches(saved, "is red")) == 2


def test_words_that_share_all_their_trigrams_with_a_text_are_not_in_it(
    saved: ConversationStore,
) -> None:
    talked(saved, "the banan and anana, xbananx")
    assert matches(saved, "banana") == []
    assert matches(saved, "anana") == ["anana", "anana"]
    long = "0123456789" * 50
    talked(saved, f"{long}!", f"{long}?")
    assert len(matches(saved, f"{long}!")) == 2
    assert len(matches(saved, f"{long}?")) == 2


def test_names_are_found_first_and_the_newest_after_them(saved: ConversationStore) -> None:
    talked(saved, "lamb in wine", name="a lamb")
    talked(saved, "more lamb")
    found = search(saved.database, ["lamb"])
    assert [(f.conversation, f.role) for f in found] == [
        (1, ""), (2, "assistant"), (2, "user"), (1, "assistant"), (1, "user"),
    ]  # fmt: skip
    assert found[0].title == "a lamb"
    assert len(search(saved.database, ["lamb"], 2)) == 2
    saved.catalogue.rename(1, "stew")
    assert len(search(saved.database, ["lamb"])) == 4
    saved.catalogue.delete([1, 2])
    assert search(saved.database, ["lamb"]) == []


def test_short_words_are_found_among_many_messages(
    saved: ConversationStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    talked(saved, "東京 is far", *(f"question {n}" for n in range(20)))
    monkeypatch.setattr(searching, "_NEWEST", 3)
    assert matches(saved, "東京") == ["東京", "東京"]
    assert matches(saved, "is 東") == ["東", "東"]
    assert matches(saved, "zz") == []
    monkeypatch.setattr(searching, "_MOST_TERMS", 1)
    assert len(matches(saved, "u")) == 20  # in too many words: all are looked through
    assert len(matches(saved, "u", 2)) == 2


def test_an_answer_that_never_ended_is_found_too(saved: ConversationStore) -> None:
    talk = Conversation(Settings("m", "guide"))
    keep(saved, talk, Message(Role.USER, "one"))
    growing = PartialAnswer(Provenance(asked_model="m"))
    growing.add(Delta("half a sentence"))
    keep(saved, talk, growing.message())
    assert matches(saved, "sentence") == ["sentence"]
    assert matches(saved, "sen 文") == []


def test_what_an_answer_said_while_it_grew_is_not_found_when_it_is_gone(
    saved: ConversationStore,
) -> None:
    talk = talked(saved, "one")
    key = max(talk.nodes)
    saved.settle(talk, key, Message(Role.ASSISTANT, "other"))
    assert matches(saved, "About") == []
    assert matches(saved, "other") == ["other"]


def test_nothing_cannot_be_searched_for() -> None:
    with pytest.raises(UsageError):
        parse_query("  ")
    assert parse_query('a "b c" "" "d') == ["a", "b c", '""', '"d']


def test_a_message_that_only_the_index_still_knows_is_passed_over(saved: ConversationStore) -> None:
    talked(saved, "lamb", "more lamb")
    with saved.database.transaction() as db:
        db.execute("DROP TRIGGER message_deleted")
        db.execute("DELETE FROM messages WHERE id = 4")
    assert matches(saved, "lamb") == ["lamb"] * 3
