"""The reason of a refusal, in every shape that it comes in."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nemochat.errors import EndpointError, EndpointFailed
from nemochat.wire.endpoints import Asked
from nemochat.wire.failures import concise, in_stream, one_line, refused, told
from nemochat.wire.lenient import Json
from nemochat.wire.reasons import reason

ASKED = Asked("DEEPINFRA_TOKEN", "mistralai/Mistral-Nemo-Instruct-2407")


TOKEN = "sk-secret-0123456789"


def failure(status: int, body: Json, headers: dict[str, str] | None = None) -> EndpointError:
    return refused(status, headers or {}, body, ASKED)


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ({"error": {"message": "a"}}, "a"),
        ({"error": "a"}, "a"),
        ({"message": {"detail": "a"}}, "a"),
        ({"object": "error", "message": "a", "type": "b"}, "a"),
        ({"title": "Bad", "detail": "a", "status": 400}, "a"),
        ({"title": "Bad"}, "Bad"),
        ({"detail": "a"}, "a"),
        ({"detail": [{"loc": ["body", "n"], "msg": "a"}]}, "n: a"),
        ({"error": {"message": "n is bad", "param": "n"}}, "n is bad"),
        ({"error": {"message": None, "type": "b"}}, "b"),
        ({"error": {"code": "c"}}, "c"),
        ({"error": [{"message": "a"}]}, "a"),
        ({"errors": [{"message": "a"}]}, "a"),
        ({"error_type": "x", "error_message": '{"detail": "a"}'}, "a"),
        ([{"error": {"message": "a"}}], "a"),
        ('{"error": {"message": "a"}}', "a"),
        ('{"error": {"message": "cut off he', '{"error": {"message": "cut off he'),
        ('{"error": {"message": "a \\"b\\"", "x": ', 'a "b"'),
        ("plain text", "plain text"),
        ("<html><head><title> A &amp; B </title></head>", "A & B"),
        ("<!doctype html><p>10.0.0.1", "a page of HTML"),
        ("<h1>Not <i>here</i></h1>", "Not  here"),
        ("1 < 2 and no page", "1 < 2 and no page"),
        ([], ""),
        ({}, ""),
        (None, ""),
        (7, ""),
        (True, ""),
        ({"error": {"error": {"error": {"error": {"error": {"error": {"error": "deep"}}}}}}}, ""),
    ],
)
def test_the_reason_is_found_in_every_shape(body: Json, why: str) -> None:
    assert " ".join(reason(body).split()) == " ".join(why.split())


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: (
        st.lists(inner)
        | st.dictionaries(
            st.sampled_from(["error", "message", "detail", "loc", "param", "code", "choices", "x"]),
            inner,
        )
    ),
)


@given(st.integers(200, 999), JSON)
def test_any_body_of_any_status_becomes_a_sentence(status: int, body: Json) -> None:
    error = failure(status, body)
    concise(error, TOKEN)
    assert 0 < len(error.sentence) <= 200
    assert error.sentence.isprintable()


@given(JSON)
def test_any_json_tells_of_a_failure_or_none(value: Json) -> None:
    if isinstance(value, dict):
        assert told(value) is None or isinstance(told(value), EndpointError)
    assert isinstance(in_stream(value), EndpointError)


def shown(said: str, hint: str = "", secret: str = TOKEN) -> EndpointError:
    error = EndpointFailed(said, hint)
    concise(error, secret)
    return error


@pytest.mark.parametrize(
    "said",
    [
        f"no such key {TOKEN}!",
        f"{TOKEN} {TOKEN}",
        "x" * 195 + TOKEN,
        " " * 10_000 + TOKEN,
        "y" * 9_990 + TOKEN,
        json.dumps({"Authorization": f"Bearer {TOKEN}"}),
    ],
)
def test_the_token_is_never_in_a_sentence(said: str) -> None:
    error = shown(said, said)
    assert TOKEN[:6] not in error.sentence + error.hint


def test_a_sentence_is_one_line_of_printable_characters() -> None:
    foreign = "a\x1b]0;t\x07b\r\nc\x9bd\u202ee\u2028f\x00\ud83dg\t h"
    assert shown(foreign).sentence == "a ]0;t b c d e f g h"


@pytest.mark.parametrize(("length", "shown_length"), [(200, 200), (201, 200), (10**6, 200)])
def test_a_sentence_has_200_characters_at_most(length: int, shown_length: int) -> None:
    assert len(shown("x" * length).sentence) == shown_length


def test_a_token_that_is_a_word_leaves_sentences_alone() -> None:
    assert one_line("no such key x", "x", 200) == "no such key x"
    assert one_line("nothing", "", 200) == "nothing"
