"""Newcomers' questions are answered from the right page."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from nemochat.core.messages import Message, Role
from nemochat.guide import knowledge
from nemochat.guide.answers import compose_answers
from nemochat.guide.knowledge import parse
from nemochat.guide.ranking import FOR_DEVELOPERS, content_words, rank
from tests.guide.newcomers import PARTS, count_answered

# Of the questions in newcomers.toml.
REACHED = {
    "first": 41,
    "first_held_out": 14,
    "second": 209,
    "third": 39,
    "third_held_out": 18,
}
PAGES = [parse("lamb", "# Lamb\n\nRoast it."), parse("fish", "# Fish\n\nFry it.")]


@pytest.mark.parametrize(("part", "least"), REACHED.items())
def test_as_many_questions_as_before_are_answered_from_the_right_page(
    part: str, least: int
) -> None:
    assert count_answered(PARTS[part]) >= least


def test_every_question_is_counted_and_names_existing_pages() -> None:
    assert PARTS.keys() == REACHED.keys()
    names = {name for questions in PARTS.values() for each in questions for name in each.pages}
    assert names <= set(knowledge.topics())


def test_the_vocabulary_has_words_for_every_page_but_those_for_developers() -> None:
    file = Path(knowledge.__file__).with_name("vocabulary.toml")
    pages = tomllib.loads(file.read_text("utf-8"))["pages"]
    assert pages.keys() == knowledge.topics().keys() - FOR_DEVELOPERS


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("How do I change the model?", "`/model NAME`"),
        ("can I use gpt-4", "`/model NAME`"),
        ("how do I switch from the guide to the real model", "nemochat keys set"),
        ("Can I search the web?", "`/url example.org/page`"),
        ("How do I run a shell command?", "Begin the line with `!`"),
        ("How do I turn off streaming?", "`--no-stream`"),
        ("difference between undo and retry", "`/undo`"),
        ("difference between undo and retry", "`/retry`"),
        ("how do I go back to an earlier message", "`/undo`"),
        ("how do I leave", "`/exit`"),
        ("How do I save a chat?", "`/save NAME`"),
    ],
)
def test_an_answer_names_the_command(question: str, answer: str) -> None:
    [text] = compose_answers([Message(Role.USER, question)], 1, knowledge.pages())
    assert answer in text


@pytest.mark.parametrize("question", ["How fast is nemochat?", "Which licence has it?", "layers"])
def test_pages_for_developers_are_found_by_name_only(question: str) -> None:
    names = {hit.page.name for hit in rank(question, knowledge.pages(), min_coverage=0.0)}
    assert names.isdisjoint(FOR_DEVELOPERS)


def test_common_words_digits_and_case_are_ignored() -> None:
    assert content_words("How do I SAVE the 2 chats I've saved?") == ["save", "chats", "saved"]


@pytest.mark.parametrize(
    ("one", "other"),
    [("quit", "leave"), ("the colour", "the color"), ("stop", "stopping"), ("log in", "my token")],
)
def test_words_of_one_meaning_find_the_same_section(one: str, other: str) -> None:
    hits = [rank(f"How do I set {words}?", knowledge.pages())[0] for words in (one, other)]
    assert (hits[0].page.name, hits[0].place) == (hits[1].page.name, hits[1].place)


def test_a_common_word_that_no_page_has_is_ignored() -> None:
    assert [hit.page.name for hit in rank("quickly roast lamb", PAGES)] == ["lamb"]
    assert rank("quickly tonight", PAGES) == []


def test_an_answer_covers_most_of_the_question() -> None:
    assert [hit.page.name for hit in rank("roast lamb", PAGES)] == ["lamb"]
    assert rank("lamb with honey, thyme and garlic", PAGES) == []
    assert rank("", PAGES) == []
    assert rank("lamb", []) == []


@pytest.mark.parametrize(
    "question", ['"', "'", "*", "lamb AND", "a:b", "^lamb", "NEAR(", "_", "ﬁ²", "\ud800", "\0"]
)
def test_the_syntax_of_a_query_is_plain_text(question: str) -> None:
    assert {hit.page.name for hit in rank(question, PAGES)} <= {"lamb"}


def test_a_greeting_before_a_question_changes_nothing() -> None:
    plain = rank("How do I save a chat?", knowledge.pages())[0]
    greeted = rank("Hello!\n\nHow do I save a chat?", knowledge.pages())[0]
    assert (greeted.page, greeted.place) == (plain.page, plain.place)
