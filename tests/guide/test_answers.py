"""Answers of the guide, which fit into the endpoint's default limit."""

from __future__ import annotations

import pytest

from nemochat.core.messages import Message, Role
from nemochat.guide import knowledge
from nemochat.guide.answers import compose_answers, is_short_enough, split
from nemochat.guide.completion import DEFAULT_MAX_TOKENS, split_tokens
from nemochat.guide.knowledge import parse
from nemochat.guide.ranking import FOR_DEVELOPERS

PAGES = (
    parse("lamb", "# Lamb\n\nMeat.\n\n## How do I roast it?\n\nSlowly.\n\n## A grill\n\nHot.\n"),
    parse("fish", "# Fish\n\nFry or poach it.\n\n## Roast fish\n\nGently.\n"),
)
PLACES = [
    (page.name, n)
    for page in knowledge.pages()
    if page.name not in FOR_DEVELOPERS
    for n in range(len(page.sections))
]


def answer_last(*questions: str, count: int = 1) -> list[str]:
    """Return the answers to the last of several questions."""
    messages = [Message(Role.SYSTEM, "Respond like a chef.")]
    for question in questions:
        messages += [Message(Role.USER, question), Message(Role.ASSISTANT, "Certainly.")]
    return compose_answers(messages[:-1], count, PAGES)


def answer(*questions: str) -> str:
    return answer_last(*questions)[0]


def test_the_best_section_is_shown_and_its_page_named() -> None:
    assert answer("Grilling lamb") == (
        "## A grill\n\nHot.\n\nThere is more: type `more` or `/help lamb`"
    )


def test_a_heading_that_only_repeats_the_question_is_left_out() -> None:
    assert answer("How do I roast lamb?").startswith("Slowly.\n\n")


@pytest.mark.parametrize("more", ["more", "More!", "tell me more", "Please go on.", "and more?"])
def test_more_shows_the_rest_of_the_page(more: str) -> None:
    assert answer("How do I roast lamb?", more) == (
        "# Lamb\n\nMeat.\n\n## A grill\n\nHot.\n\nThe full page: `/help lamb`"
    )


def test_more_than_the_page_lists_the_topics() -> None:
    assert answer("How do I roast lamb?", "more", "more").startswith(
        "That is everything on lamb. I can tell you about:\n\n- `/help lamb`: Lamb\n"
    )


def test_more_of_nothing_lists_the_topics() -> None:
    topics = "I can tell you about:\n\n- `/help lamb`: Lamb\n- `/help fish`: Fish"
    assert answer("more").startswith(topics)
    assert answer("Hello!", "more").startswith(topics)


def test_an_unknown_question_is_answered_with_one_sentence_and_three_topics() -> None:
    question = [Message(Role.USER, "How do I poach a very big blue whale?")]
    pages = (*PAGES, *(parse(name, f"# {name}\n\nMix it.") for name in ("salad", "soup")))
    [text] = compose_answers(question, 1, pages)
    assert text == (
        "nemochat's documentation does not answer that; these topics come closest:\n\n"
        "- `/help fish`: Fish\n- `/help lamb`: Lamb\n- `/help salad`: salad"
    )


@pytest.mark.parametrize("greeting", ["Hello!", "hi", "Hey there", "Good morning."])
def test_a_greeting_is_returned(greeting: str) -> None:
    assert answer(greeting).startswith("Hello! I am nemochat's guide")


@pytest.mark.parametrize(
    "question",
    ["Who are you?", "what are you", "Are you an AI?", "Are you Mistral?", "What model is this?"],
)
def test_it_says_that_it_is_not_a_model(question: str) -> None:
    assert "not a language model" in answer(question)


def test_a_long_text_is_not_small_talk() -> None:
    assert answer(f"Who are you? {'I roast fish. ' * 20}").startswith("Gently.")


def test_a_huge_text_is_answered_by_its_beginning() -> None:
    text = " ".join(f"word{n}" for n in range(200_000))
    assert answer(f"roast lamb {' and' * 300} {text}").startswith("Slowly.")


def test_thanks_and_help_are_understood() -> None:
    assert answer("Thank you very much!").startswith("You're welcome.")
    assert answer("help").startswith("I can tell you about:")
    assert answer("   ").startswith("I can tell you about:")


@pytest.mark.parametrize("question", ["Hello!", "who are you", "thanks", "help", "roast", "why"])
def test_two_answers_are_two_answers(question: str) -> None:
    first, second = answer_last(question, count=2)
    assert first != second


def test_the_second_answer_is_from_another_page() -> None:
    assert [each.splitlines()[-1].split()[-1] for each in answer_last("roast", count=2)] == [
        "lamb`",
        "fish`",
    ]


def test_the_same_question_has_the_same_answer() -> None:
    assert answer("roast") == answer("roast") == answer("Hello!", "roast")


@pytest.mark.parametrize(("name", "place"), PLACES)
def test_a_heading_asked_as_a_question_is_answered_by_its_section(name: str, place: int) -> None:
    page = next(page for page in knowledge.pages() if page.name == name)
    title = page.sections[place].title
    text = compose_answers([Message(Role.USER, title)], 1, knowledge.pages())[0]
    assert next(split(page.sections[place].text)) in text
    assert f"`/help {name}`" in text.splitlines()[-1]


@pytest.mark.parametrize("name", list(knowledge.topics()))
def test_a_page_is_shown_in_answers_of_a_readable_length(name: str) -> None:
    messages = [Message(Role.USER, name)]
    for _ in range(20):
        text = compose_answers(messages, 1, knowledge.pages())[0]
        assert len(split_tokens(text)) < DEFAULT_MAX_TOKENS
        assert text.count("\n") < 45
        assert text.count("```") % 2 == 0
        if text.startswith("That is everything on"):
            return
        messages += [Message(Role.ASSISTANT, text), Message(Role.USER, "more")]
    pytest.fail("the page has no end")


def test_a_long_table_is_cut_between_rows_with_its_head_repeated() -> None:
    head = "| name | takes |\n|---|---|"
    rows = "\n".join(f"| parameter {n} | a number from 0 to {n} |" for n in range(60))
    parts = list(split(f"## Which?\n\n{head}\n{rows}\n\nThe end."))
    assert len(parts) > 1
    assert all(is_short_enough(part) for part in parts)
    assert all(head in part for part in parts)
    rows_shown = [line for part in parts for line in part.splitlines() if "parameter" in line]
    assert rows_shown == rows.splitlines()
    assert parts[0].startswith("## Which?")
    assert parts[-1].endswith("The end.")


def test_a_fence_with_an_empty_line_stays_whole() -> None:
    fence = "```python\n" + "x = 1\n\ny = 2\n" * 40 + "```"
    parts = list(split(f"{fence}\n\n{fence}"))
    assert parts == [fence, fence]
