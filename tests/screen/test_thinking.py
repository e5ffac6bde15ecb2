"""Reasoning and answer, at any chunking."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nemochat.core.delta import Delta
from nemochat.core.messages import Ending
from nemochat.screen.answer import Answer, ThoughtSplitter, strip_thoughts
from nemochat.screen.markdown.renderer import Renderer
from nemochat.screen.text.spans import Span

TEXTS = [
    ("Hello", "", "Hello"),
    ("", "", ""),
    (" \n<think>Hm</think>\n\n Yes", "Hm", " Yes"),
    ("<think>Hm</think>", "Hm", ""),
    ("<think>Hm", "Hm", ""),
    ("<think>a </th b</think>c", "a </th b", "c"),
    ("<think>a</think", "a</think", ""),
    ("<think>a</think>b</think>", "a", "b</think>"),
    ("<think>a</think>\n\n", "a", ""),
    ("<think>a</think>\n\nX\n\nb\n", "a", "X\n\nb\n"),
    ("<thin", "", "<thin"),
    ("  <thinner", "", "  <thinner"),
    (" " * 993 + "<think>a", "a", ""),
    (" " * 994 + "<think>a", "", " " * 994 + "<think>a"),
    ("x <think>y</think>", "", "x <think>y</think>"),
]


def divide(text: str, step: int) -> tuple[str, str]:
    thinking = ThoughtSplitter()
    pieces = [thinking.feed(text[at : at + step]) for at in range(0, len(text), step)]
    pieces.append(thinking.flush())
    return "".join(p[0] for p in pieces), "".join(p[1] for p in pieces)


@pytest.mark.parametrize("step", [1, 2, 5, 100, 2000])
@pytest.mark.parametrize(("text", "thought", "answer"), TEXTS)
def test_what_stands_in_tags_at_the_start_is_thought(
    text: str, thought: str, answer: str, step: int
) -> None:
    assert divide(text, step) == (thought, answer)
    assert strip_thoughts(text) == answer


@given(
    st.lists(st.sampled_from(["<think>", "</think>", "<", "/think>", "a", " ", "\n"]), max_size=8),
    st.integers(1, 9),
)
def test_nothing_is_lost_at_any_split(parts: list[str], step: int) -> None:
    text = "".join(parts)
    assert divide(text, step) == divide(text, 1000)
    thought, answer = divide(text, step)
    assert text.endswith(answer)
    assert thought + answer == text or text.lstrip().startswith(f"<think>{thought}")


def grown(*deltas: Delta, interrupted: bool = False) -> list[str]:
    """Return the texts of an answer's rows; its clock starts at 7 seconds."""
    answer = Answer(lambda: Renderer(20), lambda: 7.4)
    rows = [row for delta in deltas for row in answer.feed(delta)]
    return [row.text for row in rows + answer.end(interrupted=interrupted)]


def test_thoughts_are_one_row_above_the_answer() -> None:
    folded = "(thought for 7 s)"
    assert grown(Delta(reasoning="Hm. "), Delta("A"), Delta(" b")) == [folded, "A b"]
    assert grown(Delta("<think>Hm"), Delta("m</think>A")) == [folded, "A"]
    assert grown(Delta("<think>Hm")) == [folded]
    assert grown(Delta(reasoning=" \n"), Delta("A")) == ["A"]
    assert grown(Delta("<th")) == ["<th"]
    assert grown(Delta("**A"), interrupted=True) == ["A"]
    assert grown(Delta("**A")) == ["**A"]
    assert grown() == []
    answer = Answer(lambda: Renderer(20), lambda: 0.0)
    answer.feed(Delta(reasoning="Hm"))
    assert [row.spans for row in answer.end()] == [(Span("(thought for 0 s)", "thought"),)]


def test_the_end_of_a_thought_is_kept_until_the_answer_begins() -> None:
    answer = Answer(lambda: Renderer(20), lambda: 0.0)
    answer.feed(Delta(reasoning="x" * 999 + "a"))
    answer.feed(Delta("<think>b"))
    assert answer.thought == "x" * 998 + "ab"
    assert not answer.has_text
    assert answer.tail() == []
    answer.feed(Delta("</think>A", ending=Ending.COMPLETE))
    answer.feed(Delta())
    assert (answer.thought, answer.ending, answer.has_text) == ("", Ending.COMPLETE, True)
    assert [row.text for row in answer.tail()] == ["A"]
    assert answer.feed(Delta(" **b")) == []
    assert [row.text for row in answer.end()] == ["A **b"]


def test_an_answer_is_laid_out_for_another_width_from_its_beginning_on() -> None:
    answer = Answer(lambda: Renderer(40), lambda: 0.0)
    answer.resize(10)
    answer.feed(Delta("some words of an answer"))
    assert len(answer.tail()) == 1
    answer.resize(10)
    assert [row.text for row in answer.tail()] == ["some words", "of an", "answer"]
