"""A newcomer's question finds its page."""

from __future__ import annotations

import time

import pytest

from nemochat.guide import knowledge
from nemochat.guide.pages import parse
from nemochat.guide.ranking import rank
from nemochat.guide.words import stem, terms

QUESTIONS = (
    ("How do I save a chat?", "conversations"),
    ("Where are my chats stored?", "conversations"),
    ("How do I load an old conversation?", "conversations"),
    ("how can i resume yesterday's session", "conversations"),
    ("list my chats", "conversations"),
    ("who can read my conversations?", "conversations"),
    ("How do I quit?", "chat"),
    ("how do I leave this thing", "chat"),
    ("How can I write several lines?", "chat"),
    ("how do i paste multi-line text", "keys"),
    ("Can I stop an answer?", "chat"),
    ("undo the last message", "chat"),
    ("How do I start over?", "chat"),
    ("how do I clear the screen", "chat"),
    ("What does temperature do?", "parameters"),
    ("How do I get longer answers?", "parameters"),
    ("my answers are cut off", "parameters"),
    ("What is top_p?", "parameters"),
    ("how do I set a seed", "parameters"),
    ("How do I set a system prompt?", "system-prompts"),
    ("Can I give the model a persona?", "system-prompts"),
    ("read the system prompt from a file", "system-prompts"),
    ("Where do I put my API key?", "tokens"),
    ("What is DEEPINFRA_TOKEN?", "tokens"),
    ("Is my data private?", "privacy"),
    ("does nemochat send telemetry", "privacy"),
    ("How much does it cost?", "costs"),
    ("how many tokens did I use", "costs"),
    ("How long can a conversation be?", "costs"),
    ("what is the context window", "costs"),
    ("What exit codes are there?", "exit-codes"),
    ("Where is the config file?", "configuration"),
    ("which environment variables are there", "configuration"),
    ("How do I get tab completion in zsh?", "shells"),
    ("how do I use it in a pipe", "ask"),
    ("Can I get JSON output?", "ask"),
    ("How do I use nemochat in a script?", "exit-codes"),
    ("Which slash commands exist?", "commands"),
    ("How do I use my own server?", "endpoints"),
    ("Can I use another model?", "endpoints"),
    ("how do I call it with curl", "guide"),
    ("Does it work with the openai python client?", "guide"),
    ("How do I run the guide as a server?", "guide"),
    ("I get a 401 error", "troubleshooting"),
    ("it says connection refused", "troubleshooting"),
    ("how do I report a bug", "troubleshooting"),
    ("How do I install nemochat?", "start"),
    ("How do I get started?", "start"),
    ("how do I talk to the real model", "start"),
    ("which version do I have", "start"),
    ("parameters", "parameters"),
    ("shells", "shells"),
    ("costs", "costs"),
)
UNKNOWN = (
    "What is the capital of France?",
    "Can you name at least two different techniques to cook lamb?",
    "Tell me more about the second method.",
    "What time is it in Tokyo?",
    "Translate hello into German",
    "Who won the world cup in 2018?",
    "What is 2+2?",
    "Write a Python function that reverses a string",
    "Explain quantum computing",
    "Summarize this text for me",
    "Name three rivers in Spain",
)


@pytest.mark.parametrize(("question", "page"), QUESTIONS)
def test_a_question_finds_its_page(question: str, page: str) -> None:
    assert [hit.page.name for hit in rank(question, knowledge.pages())][:1] == [page]


@pytest.mark.parametrize("question", UNKNOWN)
def test_what_the_pages_do_not_tell_is_unknown(question: str) -> None:
    assert rank(question, knowledge.pages()) == []


@pytest.mark.parametrize(
    "words", ["save saves saved saving", "setting set sets", "copy copies copied", "stop stopped"]
)
def test_the_forms_of_a_word_have_one_stem(words: str) -> None:
    assert len({stem(word) for word in words.split()}) == 1


def test_small_words_single_digits_and_case_tell_nothing() -> None:
    assert terms("How do I SAVE the 2 chats?") == ["sav"]


def test_other_words_for_the_same_are_the_same() -> None:
    assert terms("quit") == terms("leave") == terms("exit")


def test_an_answer_holds_a_fair_share_of_the_question() -> None:
    pages = [parse("lamb", "# Lamb\n\nRoast it."), parse("fish", "# Fish\n\nFry it.")]
    assert [hit.page.name for hit in rank("roast lamb", pages)] == ["lamb"]
    assert rank("lamb with honey, thyme and garlic", pages) == []
    assert rank("", pages) == []
    assert rank("lamb", []) == []


def test_ranking_is_quick() -> None:
    rank("warm up", knowledge.pages())
    begun = time.perf_counter()
    for _ in range(10):
        rank("How do I save a chat?", knowledge.pages())
    assert (time.perf_counter() - begun) / 10 < 0.01


def test_a_greeting_before_a_question_changes_nothing() -> None:
    plain = rank("How do I save a chat?", knowledge.pages())
    assert rank("Hello!\n\nHow do I save a chat?", knowledge.pages()) == plain
