"""A newcomer's question finds its page."""

from __future__ import annotations

import pytest

from nemochat.guide import knowledge
from nemochat.guide.pages import parse
from nemochat.guide.ranking import rank
from nemochat.guide.words import stem, terms
from tests.guide.newcomers import FROZEN, NOT_YET, SURE, answered, parts

# Of the questions that were written down before the ranking was looked at: no fewer than now.
REACHED = {
    "about nemochat, tuned on": 30,
    "about nemochat, held out": 7,
    "about else, tuned on": 11,
    "about else, held out": 5,
}


def test_what_newcomers_ask_finds_its_page() -> None:
    wrong = [(each.asked, each.found()) for each in SURE if not each.answered()]
    assert wrong == []


@pytest.mark.parametrize(("part", "least"), REACHED.items())
def test_what_was_reached_with_newcomers_questions_is_held(part: str, least: int) -> None:
    assert answered(parts()[part]) >= least


def test_a_question_that_finds_its_page_by_now_is_told_to_be_sure() -> None:
    assert [question.asked for question in NOT_YET if question.answered()] == []


def test_every_page_that_a_newcomer_should_find_is_there() -> None:
    names = {name for question in [*FROZEN, *SURE, *NOT_YET] for name in question.pages}
    assert names <= set(knowledge.topics())


@pytest.mark.parametrize(
    "words", ["save saves saved saving", "setting set sets", "copy copies copied", "stop stopped"]
)
def test_the_forms_of_a_word_have_one_stem(words: str) -> None:
    assert len({stem(word) for word in words.split()}) == 1


def test_small_words_single_digits_and_case_tell_nothing() -> None:
    assert terms("How do I SAVE the 2 chats?") == ["sav"]


@pytest.mark.parametrize(
    ("one", "other"), [("quit", "leave"), ("the colour", "the color"), ("log in", "my token")]
)
def test_words_of_one_meaning_find_the_same(one: str, other: str) -> None:
    found = [rank(f"How do I set {words}?", knowledge.pages())[0] for words in (one, other)]
    assert found[0].page is found[1].page
    assert found[0].place == found[1].place


def test_a_common_word_that_no_page_has_is_no_reason_to_know_nothing() -> None:
    pages = [parse("lamb", "# Lamb\n\nRoast it."), parse("fish", "# Fish\n\nFry it.")]
    assert [hit.page.name for hit in rank("quickly roast lamb", pages)] == ["lamb"]
    assert rank("quickly tonight", pages) == []


def test_an_answer_holds_a_fair_share_of_the_question() -> None:
    pages = [parse("lamb", "# Lamb\n\nRoast it."), parse("fish", "# Fish\n\nFry it.")]
    assert [hit.page.name for hit in rank("roast lamb", pages)] == ["lamb"]
    assert rank("lamb with honey, thyme and garlic", pages) == []
    assert rank("", pages) == []
    assert rank("lamb", []) == []


def test_a_greeting_before_a_question_changes_nothing() -> None:
    plain = rank("How do I save a chat?", knowledge.pages())[0]
    greeted = rank("Hello!\n\nHow do I save a chat?", knowledge.pages())[0]
    assert (greeted.page, greeted.place) == (plain.page, plain.place)
