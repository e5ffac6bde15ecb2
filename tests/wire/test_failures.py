"""Refused requests into sentences and hints."""

from __future__ import annotations

import pytest

from nemochat.errors import EndpointError, ExitCode, NotAnAnswer, RequestRefused
from nemochat.wire.endpoints import Asked
from nemochat.wire.failures import concise, read, refused
from nemochat.wire.lenient import Json
from nemochat.wire.patience import Patience, Timeouts
from nemochat.wire.protocol import Reader
from nemochat.wire.reading import deltas

ASKED = Asked("DEEPINFRA_TOKEN", "mistralai/Mistral-Nemo-Instruct-2407", "DEEPINFRA_TOKEN")


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
            404,
            {"detail": "Not Found"},
            ExitCode.REFUSED,
            "the endpoint refused the request (404: Not Found)",
            f"It was asked for the model {ASKED.model}; is its address right?",
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
            "Try again a little later",
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
            "the endpoint is not available (503: Loading model)",
            "Try again a little later",
        ),
        (
            511,
            "<html><title>Log in</title></html>",
            ExitCode.FAILED,
            "the endpoint failed (511: Log in)",
            "The network wants a login first: open any page in a browser",
        ),
        (304, "", ExitCode.NO_ANSWER, "the endpoint sent no answer (status 304)", ""),
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
    assert error.sentence == (
        f"the endpoint has moved (status {status}) to https://elsewhere.example/v1"
    )
    assert ("--base-url" in error.hint) is (status in {301, 308})  # for good
    assert failure(status, "").sentence.endswith(" to an address that it does not name")


def test_the_nearest_models_are_named() -> None:
    models = ["mistralai/mistral-nemo-instruct-2407", "mistralai/Mistral-Large", "x"]
    error = refused(404, {}, {"error": "Model not found"}, ASKED, models)
    assert error.hint == ("It has mistralai/mistral-nemo-instruct-2407 and mistralai/Mistral-Large")


def test_of_long_names_only_the_nearest_is_named() -> None:
    models = [f"mistralai/Mistral-Nemo-Instruct-2407-{'x' * i}" for i in (22, 20, 24)]
    error = refused(404, {}, {"error": "Model not found"}, ASKED, models)
    assert error.hint == f"It has {models[1]}"


@pytest.mark.parametrize(
    ("body", "value"),
    [(b'{"a": 1}', {"a": 1}), (b"no \xff", "no \ufffd"), (b'"x', '"x'), (b"", "")],
)
def test_a_body_is_json_or_the_text_that_it_is(body: bytes, value: Json) -> None:
    assert read(body) == value


def test_without_a_variable_the_hint_names_none() -> None:
    wants = refused(401, {}, "", Asked("", "m"))
    assert str(wants) == "the endpoint wants a token (status 401)"
    wants = refused(401, {}, "", Asked("X_TOKEN", "m"))
    assert str(wants) == "the endpoint wants a token (status 401). Put it into X_TOKEN"
    kept = refused(401, {}, "", Asked("X_TOKEN", "m", "the keyring"))
    assert kept.hint == "Put a valid token into X_TOKEN; this one came from the keyring"


def test_a_page_with_status_200_is_named_with_what_it_may_be() -> None:
    page = b"<!doctype html><title>Hotel</title>"
    with pytest.raises(NotAnAnswer) as caught:
        list(deltas(iter([page]), Reader(limit_chosen=False), Patience(Timeouts())))
    assert caught.value.sentence == 'the endpoint sent no answer but the page "Hotel"'
    assert "does the network want a login first?" in caught.value.hint


def test_a_reason_that_is_cut_closes_its_bracket() -> None:
    error = failure(500, "boom " * 100)
    concise(error, "")
    assert error.sentence.endswith("…)")
    assert len(error.sentence) == 200
