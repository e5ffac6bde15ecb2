"""Answers are cut to the limits of a request."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nemochat.core.messages import Message, Role
from nemochat.core.parameters import Value
from nemochat.guide.completion import (
    CONTEXT_LENGTH,
    Completion,
    CutAnswer,
    cut_answer,
    split_tokens,
)
from nemochat.guide.request import MODEL, Request, RequestError


def test_a_piece_is_a_word_or_a_symbol_with_the_space_before_it() -> None:
    assert split_tokens("Hi! Type `/save x`,\n  then go.") == [
        *("Hi", "!", " Type", " `", "/", "save", " x", "`", ",", "\n", " ", " then", " go", "."),
    ]


@given(st.text())
def test_joined_pieces_are_the_text(text: str) -> None:
    assert "".join(split_tokens(text)) == text


@pytest.mark.parametrize(
    ("values", "cut"),
    [
        ({}, CutAnswer(("One", ",", " two", "."), "stop", complete=True)),
        ({"max_tokens": None}, CutAnswer(("One", ",", " two", "."), "stop", complete=True)),
        ({"max_tokens": 4}, CutAnswer(("One", ",", " two", "."), "stop", complete=True)),
        ({"max_tokens": 3}, CutAnswer(("One", ",", " two"), "length", complete=False)),
        ({"max_tokens": 0}, CutAnswer((), "length", complete=False)),
        ({"stop": ("two", ",")}, CutAnswer(("One",), "stop", complete=False)),
        ({"stop": ("wo", "x")}, CutAnswer(("One", ",", " t"), "stop", complete=False)),
        ({"stop": ("three",)}, CutAnswer(("One", ",", " two", "."), "stop", complete=True)),
        ({"stop": ("two",), "max_tokens": 1}, CutAnswer(("One",), "length", complete=False)),
    ],
)
def test_an_answer_is_cut_at_stop_and_at_max_tokens(
    values: dict[str, Value], cut: CutAnswer
) -> None:
    assert cut_answer("One, two.", values) == cut


def test_an_answer_is_cut_at_512_pieces_unless_another_limit_is_chosen() -> None:
    assert len(cut_answer("x " * 600, {}).pieces) == 512


def test_a_prompt_that_fills_the_context_is_refused() -> None:
    long = Message(Role.USER, "x " * CONTEXT_LENGTH)
    request = Request(MODEL, (long,), {}, stream=False, include_usage=False)
    with pytest.raises(RequestError) as refused:
        Completion(request, ["Hi!"], created=0, price=0.0)
    assert refused.value.status == 400
    assert "131,072" in str(refused.value.body)
