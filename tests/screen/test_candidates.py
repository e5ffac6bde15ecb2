"""Two answers to one question: side by side, one below the other, picked and interrupted."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nemochat.core.messages import Ending, Message, Provenance, Role
from nemochat.screen.candidates import render_all, render_new, render_one
from nemochat.screen.markdown.renderer import Renderer
from nemochat.screen.text.spans import Span
from nemochat.screen.text.width import text_width as columns_of
from tests.conftest import Heard, Program, more
from tests.screen.answers import ANSWERS
from tests.screen.test_renderer import MARKDOWN
from tests.streaming import Streaming
from tests.terminal import CTRL_C, Screen

QUESTION = "How do I save a chat?"


@pytest.fixture
def streaming() -> Iterator[Streaming]:
    with Streaming() as server:
        yield server


def answer(text: str, ending: Ending = Ending.COMPLETE) -> Message:
    return Message(Role.ASSISTANT, text, provenance=Provenance(ending=ending))


def show(first: Message, second: Message, columns: int) -> list[str]:
    return [row.text for row in render_all([first, second], columns, Renderer)]


def test_wide_terminals_show_two_answers_side_by_side_each_with_its_ending() -> None:
    rows = show(answer("A **b**\n\nc"), answer("<think>x</think>D", Ending.MAX_TOKENS), 101)
    assert rows == [
        f"1{' ' * 47} │ 2",
        f"A b{' ' * 45} │ D",
        f"{' ' * 48} │ [cut off at max_tokens]",
        f"c{' ' * 47} │",
    ]


def test_a_line_of_code_that_is_wider_than_its_side_is_parted_and_has_no_tabs() -> None:
    code = "```\na\tb\tc" + "d" * 60 + "\n" + "e" * 48 + "\n```"
    rows = show(answer(code), answer("x"), 100)
    assert [row.partition("│")[0].rstrip() for row in rows[2:5]] == [
        "a       b       c" + "d" * 31,
        "d" * 29,
        "e" * 48,
    ]


def test_a_rule_with_a_number_stands_above_each_of_several_answers() -> None:
    head = render_all([answer("A"), answer("B"), answer("C")], 99, Renderer)[0]
    assert head.spans == (
        Span("── ", "rule"),
        Span("1", "heading"),
        Span(f" {'─' * 35}", "rule"),
    )


def test_narrow_terminals_show_one_answer_below_the_other() -> None:
    rows = show(answer("A **b**", Ending.LENGTH), answer("c"), 99)
    rule = "─" * 35
    assert rows == [
        f"── 1 {rule}", "A b", "[cut off at the endpoint's token limit]", "", f"── 2 {rule}", "c"
    ]  # fmt: skip


@pytest.mark.parametrize("name", ANSWERS)
def test_a_long_answer_keeps_its_side(name: str) -> None:
    rows = render_all([answer(ANSWERS[name]), answer(ANSWERS["scripts"])], 120, Renderer)
    left = [row.text for row in rows if row.text]
    assert all(row.width == columns_of(row.text) <= 119 for row in rows)
    assert all("│" in text for text in left)


@more(2)
@given(MARKDOWN, MARKDOWN, st.sampled_from([100, 131]))
def test_any_two_answers_keep_their_sides(first: str, second: str, columns: int) -> None:
    half = (columns - 4) // 2
    for row in render_all([answer(first), answer(second)], columns, Renderer):
        assert columns_of(row.text) < columns
        assert "\t" not in row.text
        at = 0
        for part in row.spans:
            if at == half:
                break
            at += columns_of(part.text)
        assert at == half or "│" in row.text


@pytest.mark.parametrize("columns", [120, 60])
def test_the_second_answer_can_be_picked_and_the_talk_goes_on_from_it(
    columns: int, asking: Program, heard: Heard
) -> None:
    with Screen(asking, columns=columns, rows=60) as terminal:
        terminal.wait_for_prompt()
        terminal.say("/pick 2")
        terminal.wait_for("no alternative")
        terminal.say("/candidates on")
        terminal.wait_for("has two answers")
        terminal.say(QUESTION)
        terminal.wait_for("/pick 2 switches")
        terminal.wait_for_prompt()
        rows = terminal.text().splitlines()
        heads = [row for row in rows if row.split() in (["1", "│", "2"], ["2"])]
        assert bool(heads) is (columns == 120)
        assert any(row.startswith("── 2 ──") for row in rows) is (columns == 60)
        terminal.say("/pick 3")
        terminal.wait_for("takes 1 or 2, not")
        terminal.say("/pick 2")
        terminal.wait_for("Continuing from answer 2")
        terminal.say("/candidates off")
        terminal.wait_for("has one answer")
        terminal.say("more")
        terminal.wait_for("> more")
        terminal.wait_for_prompt()
        terminal.say("/undo")
        terminal.wait_for("> /undo")
        terminal.say("/pick 1")
        terminal.wait_for("Continuing from answer 1")
        terminal.say("Hello!")
        terminal.wait_for("> Hello!")
        terminal.wait_for_prompt()
    assert [body.get("n") for body in heard.bodies] == [2, None, None]
    second, first = (body["messages"][1]["content"] for body in heard.bodies[1:])
    assert "/save NAME" in first
    assert first != second


def test_ctrl_c_while_two_answers_are_awaited_brings_the_prompt_back(
    program: Program, streaming: Streaming
) -> None:
    streaming.answers |= {"both": "A whole **answer**.", "never": "x"}
    arguments = ("--base-url", streaming.base_url, "--private", "-n", "2")
    with Screen(program, *arguments, columns=40) as terminal:
        terminal.wait_for_prompt()
        streaming.first = 30.0
        terminal.say("never")
        terminal.wait_for("waiting for 2 answers, ")
        terminal.type(CTRL_C)
        terminal.wait_for("stopped by you")
        terminal.wait_for_prompt()
        assert "waiting" not in terminal.text()
        streaming.first = 0.0
        terminal.say("both")
        terminal.wait_for("A whole answer.")
        terminal.wait_for("returned one answer")
        terminal.wait_for_prompt()
        assert "/pick" not in terminal.text()


@pytest.mark.parametrize(
    ("answers", "chooses", "told"),
    [
        (
            [answer("A"), answer("B")],
            True,
            ["Continuing from answer 1. /pick 2 switches to", "answer 2."],
        ),
        ([answer("A"), answer("B")], False, []),
        (
            [answer("A")],
            True,
            ["The endpoint returned one answer instead of two."],
        ),
        ([answer(" ")], True, []),
        ([answer("A", Ending.INTERRUPTED)], True, []),
    ],
)
def test_below_two_answers_stands_how_one_is_chosen_and_below_one_that_there_is_no_other(
    answers: list[Message], told: list[str], *, chooses: bool
) -> None:
    above = (
        render_all(answers, 50, Renderer)
        if len(answers) > 1
        else render_one(answers[0], 49, Renderer)
    )
    found = render_new(answers, 50, Renderer, chooses=chooses)
    assert found[: len(above)] == above
    assert [row.text for row in found[len(above) :]] == [""] * bool(told) + told
    if told:
        assert found[-1].spans[0].style == ("dim" if len(answers) > 1 else "notice")


def test_an_answer_stopped_in_the_middle_is_closed_on_its_side() -> None:
    cut = answer("**bold")._replace(provenance=Provenance(ending=Ending.INTERRUPTED))
    assert show(cut, answer("x"), 100)[1:3] == [
        f"bold{' ' * 44} │ x", f"[stopped by you]{' ' * 32} │"
    ]  # fmt: skip
