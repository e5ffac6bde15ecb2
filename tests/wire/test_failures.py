"""Refused requests into sentences and hints."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nemochat.errors import EndpointError, EndpointFailed, ExitCode, RequestRefused
from nemochat.wire.failures import Asked, concise, in_stream, one_line, refused, told
from nemochat.wire.lenient import Json
from nemochat.wire.reasons import reason

ASKED = Asked("DEEPINFRA_TOKEN", "mistralai/Mistral-Nemo-Instruct-2407")
TOKEN = "sk-secret-0123456789"
UNION = {
    "detail": [
        {
            "type": "missing",
            "loc": ["body", "messages", 2, "a", "content"],
            "msg": "Field required",
        },
        {
            "type": "missing",
            "loc": ["body", "messages", 2, "b", "content"],
            "msg": "Field required",
        },
    ]
}


def failure(status: int, body: Json, headers: dict[str, str] | None = None) -> EndpointError:
    return refused(status, headers or {}, body, ASKED)


@pytest.mark.parametrize(
    ("status", "body", "exit_code", "sentence", "hint"),
    [
        (
            401,
            {"error": {"message": "Not authenticated", "type": None, "param": None, "code": None}},
            ExitCode.UNAUTHORIZED,
            "the endpoint refused the token (401: Not authenticated)",
            "Put a valid token into DEEPINFRA_TOKEN",
        ),
        (
            402,
            "You need positive balance to do inference",
            ExitCode.UNAUTHORIZED,
            "the account cannot pay (402: You need positive balance to do inference)",
            "Top up its balance, or use another account",
        ),
        (
            403,
            {"detail": {"error": "Not authenticated"}},
            ExitCode.UNAUTHORIZED,
            "the endpoint refused the token (403: Not authenticated)",
            "Put a valid token into DEEPINFRA_TOKEN",
        ),
        (
            404,
            {"error": "Model not found"},
            ExitCode.REFUSED,
            "the endpoint refused the request (404: Model not found)",
            "It was asked for the model mistralai/Mistral-Nemo-Instruct-2407",
        ),
        (
            405,
            {"error": {"message": "tools not supported"}},
            ExitCode.REFUSED,
            "the endpoint refused the request (405: tools not supported)",
            "",
        ),
        (
            422,
            UNION,
            ExitCode.REFUSED,
            "the endpoint refused the request (422: messages.2.a.content: Field required)",
            "",
        ),
        (
            422,
            {"error": {"message": "must be at most 2", "param": "temperature"}},
            ExitCode.REFUSED,
            "the endpoint refused the request (422: temperature: must be at most 2)",
            "",
        ),
        (
            429,
            "Rate limited",
            ExitCode.FAILED,
            "the endpoint is busy (429: Rate limited)",
            "",
        ),
        (
            429,
            {"error": {"message": "Pay more", "type": "insufficient_quota"}},
            ExitCode.FAILED,
            "the endpoint is busy (429: Pay more)",
            "The account's quota is used up",
        ),
        (
            500,
            {"error": {"message": "boom"}},
            ExitCode.FAILED,
            "the endpoint failed (500: boom)",
            "",
        ),
        (
            503,
            {"error": {"message": "Loading model", "code": 503}},
            ExitCode.FAILED,
            "the endpoint is busy (503: Loading model)",
            "",
        ),
        (204, "", ExitCode.NO_ANSWER, "the endpoint sent no answer (status 204)", ""),
        (
            407,
            "",
            ExitCode.UNREACHABLE,
            "the proxy refused the connection (status 407)",
            "Its address can hold a name and a password: http://NAME:PASSWORD@HOST:PORT",
        ),
    ],
)
def test_a_status_and_its_body_become_a_sentence_and_a_hint(
    status: int, body: Json, exit_code: ExitCode, sentence: str, hint: str
) -> None:
    error = failure(status, body)
    assert (error.exit_code, error.sentence, error.hint) == (exit_code, sentence, hint)


@pytest.mark.parametrize("status", [400, 413, 422, 500])
@pytest.mark.parametrize(
    ("why", "over"),
    [
        (
            "maximum context length is 131072 tokens. However, you requested 140000 (139488 + 512)",
            "It is 8928 tokens over. ",
        ),
        (
            "the request exceeds the available context size. n_ctx = 4096, n_prompt_tokens = 5000",
            "It is 904 tokens over. ",
        ),
        ("Requested tokens (3000) exceed context window of 2048", "It is 952 tokens over. "),
        ("prompt is too long: 131100 tokens > 131072 maximum", ""),
        ("context length exceeded", ""),
        ("Input is too long", ""),
    ],
)
def test_too_long_a_conversation_says_how_many_tokens_are_over(
    status: int, why: str, over: str
) -> None:
    error = failure(status, {"error": {"message": why}})
    assert isinstance(error, RequestRefused)
    assert error.sentence.startswith("the conversation is longer than the model takes")
    assert error.hint == over + "/undo or /clear makes it shorter"
    assert not error.retriable


@pytest.mark.parametrize("why", ["unknown field context", "in this context, no", "name too long"])
def test_other_words_are_no_length_of_the_context(why: str) -> None:
    assert failure(400, {"error": why}).sentence == f"the endpoint refused the request (400: {why})"


@pytest.mark.parametrize(
    ("status", "retriable"),
    [
        *((status, False) for status in (400, 401, 402, 403, 404, 405, 410, 413, 422, 451, 999)),
        *((status, True) for status in (408, 409, 425, 429, 500, 501, 502, 503, 504, 529)),
    ],
)
def test_only_what_may_pass_is_tried_again(status: int, *, retriable: bool) -> None:
    assert failure(status, "no").retriable is retriable


def test_a_wish_to_wait_is_kept() -> None:
    assert failure(429, "", {"retry-after": "7"}).retry_after == 7
    assert failure(503, "", {"retry-after": "9"}).retry_after == 9
    assert failure(408, "", {"retry-after": "2"}).retry_after == 2
    assert failure(429, "").retry_after is None


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_names_the_new_address(status: int) -> None:
    error = failure(status, "", {"location": "https://elsewhere.example/v1"})
    assert error.exit_code is ExitCode.NO_ANSWER
    assert "to https://elsewhere.example/v1" in error.sentence


def test_the_nearest_models_are_named() -> None:
    models = ["mistralai/mistral-nemo-instruct-2407", "mistralai/Mistral-Large", "x"]
    error = refused(404, {}, {"error": "Model not found"}, ASKED, models)
    assert error.hint == ("It has mistralai/mistral-nemo-instruct-2407 and mistralai/Mistral-Large")


def test_of_long_names_only_the_nearest_is_named() -> None:
    models = [f"mistralai/Mistral-Nemo-Instruct-2407-{'x' * 20}{i}" for i in range(3)]
    error = refused(404, {}, {"error": "Model not found"}, ASKED, models)
    assert error.hint.startswith("It has mistralai/Mistral-Nemo-Instruct-2407-")
    assert len(error.hint) <= 90


def test_without_a_variable_the_hint_names_none() -> None:
    assert refused(401, {}, "", Asked("", "m")).hint == "It wants a token"


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
