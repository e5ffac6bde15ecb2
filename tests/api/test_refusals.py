"""Refused requests: reasons of any shape become one sentence and a hint."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nemochat.errors import EndpointError, EndpointFailed, ExitCode, RequestRefused
from tests.api.asking import asking
from tests.api.fault_server.case import TOKEN
from tests.api.fault_server.scripts import Json, in_turn, refuses
from tests.api.fault_server.server import FaultServer
from tests.api.served import Serve
from tests.conftest import Program

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


@pytest.mark.parametrize(
    ("status", "body", "exit_code", "sentence", "hint"),
    [
        (
            401,
            {"error": {"message": "Not authenticated", "type": None, "param": None, "code": None}},
            ExitCode.UNAUTHORIZED,
            "the endpoint rejected the token (401: Not authenticated)",
            "Set NEMO_TOKEN to a valid token",
        ),
        (
            402,
            "You need positive balance to do inference",
            ExitCode.UNAUTHORIZED,
            "the endpoint requires payment (402: You need positive balance to do inference)",
            "Top up the account, or use another one",
        ),
        (
            403,
            {"detail": {"error": "Not authenticated"}},
            ExitCode.UNAUTHORIZED,
            "the endpoint rejected the token (403: Not authenticated)",
            "Set NEMO_TOKEN to a valid token",
        ),
        (
            404,
            {"error": "Model not found"},
            ExitCode.REFUSED,
            "the endpoint refused the request (404: Model not found)",
            "The requested model is nemo",
        ),
        (
            404,
            {"detail": "Not Found"},
            ExitCode.REFUSED,
            "the endpoint refused the request (404: Not Found)",
            "The requested model is nemo; is the address right?",
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
            "Try again later",
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
            "the endpoint is unavailable (503: Loading model)",
            "Try again later",
        ),
        (
            511,
            "<html><title>Log in</title></html>",
            ExitCode.FAILED,
            "the endpoint failed (511: Log in)",
            "The network requires a login: open any page in a browser",
        ),
        (304, "", ExitCode.NO_ANSWER, "the endpoint sent no answer (status 304)", ""),
        (204, "", ExitCode.NO_ANSWER, "the endpoint sent no answer (status 204)", ""),
        (
            407,
            "",
            ExitCode.UNREACHABLE,
            "the proxy refused the connection (status 407)",
            "Its address can include a login: http://NAME:PASSWORD@HOST:PORT",
        ),
    ],
)
def test_a_status_and_its_body_become_a_sentence_and_a_hint(
    serve: Serve, status: int, body: Json, exit_code: ExitCode, sentence: str, hint: str
) -> None:
    failure = serve.refuse(status, body).failure
    assert (failure.exit_code, failure.sentence, failure.hint) == (exit_code, sentence, hint)


@pytest.mark.parametrize("status", [400, 413, 422, 500])
@pytest.mark.parametrize(
    ("why", "over"),
    [
        (
            "maximum context length is 131072 tokens. However, you requested 140000 (139488 + 512)",
            "It is 8,928 tokens too long. ",
        ),
        (
            "the request exceeds the available context size. n_ctx = 4096, n_prompt_tokens = 5000",
            "It is 904 tokens too long. ",
        ),
        ("Requested tokens (3000) exceed context window of 2048", "It is 952 tokens too long. "),
        ("prompt is too long: 131100 tokens > 131072 maximum", ""),
        ("context length exceeded", ""),
        ("Input is too long", ""),
    ],
)
def test_too_long_a_conversation_says_how_many_tokens_are_over(
    serve: Serve, status: int, why: str, over: str
) -> None:
    answer = serve.refuse(status, {"error": {"message": why}})
    assert isinstance(answer.failure, RequestRefused)
    assert answer.failure.sentence.startswith("the conversation is too long for the model")
    assert answer.failure.hint == over + "Send less text, or use /undo or /clear in the chat"
    assert answer.waits == []


@pytest.mark.parametrize("why", ["unknown field context", "in this context, no", "name too long"])
def test_other_words_are_no_length_of_the_context(serve: Serve, why: str) -> None:
    told = f"the endpoint refused the request (400: {why})"
    assert serve.refuse(400, {"error": why}).failure.sentence == told


@pytest.mark.parametrize(
    ("status", "retriable"),
    [
        *((status, False) for status in (400, 401, 402, 403, 404, 405, 410, 413, 422, 451, 999)),
        *((status, True) for status in (408, 409, 425, 429, 500, 501, 502, 503, 504, 529)),
    ],
)
def test_only_what_may_pass_is_retried(serve: Serve, status: int, *, retriable: bool) -> None:
    answer = serve.refuse(status, "no")
    assert str(status) in answer.failure.sentence
    assert len(answer.waits) == (2 if retriable else 0)


@pytest.mark.parametrize("status", [408, 429, 503])
def test_a_retry_after_is_kept(serve: Serve, status: int) -> None:
    assert serve.refuse(status, Retry_After="7").waits == [7, 7]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_names_the_new_address(serve: Serve, status: int) -> None:
    failure = serve.refuse(status, Location="https://elsewhere.example/v1").failure
    assert failure.exit_code is ExitCode.NO_ANSWER
    assert failure.sentence == (
        f"the endpoint has moved (status {status}) to https://elsewhere.example/v1"
    )
    assert ("--base-url" in failure.hint) is (status in {301, 308})  # permanently
    nowhere = serve.refuse(status).failure.sentence
    assert nowhere.endswith(" to an unnamed address")


@pytest.mark.parametrize(
    ("models", "hint"),
    [
        (["Nemo", "nemo-2", "x"], "Did you mean Nemo or nemo-2?"),
        (["x"], "The requested model is nemo"),
        (None, "The requested model is nemo"),
    ],
)
def test_of_a_model_that_is_not_found_the_nearest_are_named(
    serve: Serve, models: list[str] | None, hint: str
) -> None:
    answer = serve.refuse(404, {"error": "Model not found"}, models)
    assert answer.failure.hint == hint
    assert len(answer.requests) == 2


def test_an_unknown_model_is_reported_even_without_a_model_list() -> None:
    unknown = refuses("404 No", {"error": {"message": "model nemo not found"}})
    with FaultServer(in_turn(unknown, refuses("500 No"))) as server:
        with asking(server.base_url) as asked:
            error = asked.failure()
        assert len(server.requests) == 2
    assert str(error) == (
        "the endpoint refused the request (404: model nemo not found). The requested model is nemo"
    )


def test_of_long_names_only_the_nearest_is_named(program: Program) -> None:
    rows = [{"id": f"mistralai/Mistral-Nemo-Instruct-2407-{'x' * size}"} for size in (22, 20, 24)]
    listing = refuses("200 OK", {"data": rows})
    with FaultServer(in_turn(refuses("404 No", {"error": "no such model"}), listing)) as server:
        done = program.run("ask", "--endpoint", "vllm", "--base-url", server.base_url, "Hi")
    assert done.returncode == ExitCode.REFUSED
    assert done.stderr.decode().endswith(f". Did you mean {rows[1]['id']}?\n")


REFUSED = "the endpoint rejected the token (status 401). Set DEEPINFRA_TOKEN to a valid token"
SOURCES = [
    ("ollama", {}, "the endpoint requires a token (status 401). Set NEMOCHAT_TOKEN"),
    ("deepinfra", {"DEEPINFRA_TOKEN": TOKEN}, REFUSED),
    ("deepinfra", {"NEMOCHAT_TOKEN": TOKEN}, f"{REFUSED}; this one came from NEMOCHAT_TOKEN"),
]


@pytest.mark.parametrize(("endpoint", "environment", "said"), SOURCES)
def test_a_hint_names_the_variable_and_where_the_token_came_from(
    program: Program, endpoint: str, environment: dict[str, str], said: str
) -> None:
    with FaultServer(refuses("401 No", b"")) as server:
        line = ("ask", "--endpoint", endpoint, "--base-url", server.base_url, "Hi")
        done = program.run(*line, environment=environment)
    assert done.returncode == ExitCode.UNAUTHORIZED
    assert done.stderr.decode() == f"nemochat: {said}\n"


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
        ({"errors": [{"field": "n", "message": "a"}]}, "n: a"),
        ({"detail": [{"loc": [*"bcdefghij"], "msg": "a"}]}, "b.c.d.e.f.g.h.i: a"),
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
        ("<!doctype html><p>10.0.0.1", "an HTML page"),
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
def test_the_reason_is_found_in_every_shape(serve: Serve, body: Json, why: str) -> None:
    told = f"400: {' '.join(why.split())}" if why else "status 400"
    failure = serve.refuse(400, body).failure
    assert failure.sentence == f"the endpoint refused the request ({told})"


@pytest.mark.parametrize("piece", ["<title>", "<title>x", "<title", "<h1>", "<h1", "<h1><", "&#9"])
def test_the_title_of_a_page_is_searched_in_linear_time(serve: Serve, piece: str) -> None:
    page = "<html>" + piece * (8 * 1024 * 1024 // len(piece))  # would take minutes otherwise
    failure = serve.document({"error": page}).failure
    assert failure.sentence == "the endpoint failed (an HTML page)"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: (
        st.lists(inner)
        | st.dictionaries(
            st.sampled_from(["error", "message", "detail", "loc", "param", "code", "choices", "x"]),
            inner,
        )
    ),
    max_leaves=15,
)


@given(st.integers(200, 999).filter(lambda status: status // 100 != 2), JSON)
def test_any_body_of_any_status_becomes_a_sentence(serve: Serve, status: int, body: Json) -> None:
    failure = serve.refuse(status, body).failure
    assert isinstance(failure, EndpointError)
    assert 0 < len(failure.sentence) <= 200
    assert failure.sentence.isprintable()


@given(JSON)
def test_any_json_with_status_200_is_an_answer_or_a_failure(serve: Serve, body: Json) -> None:
    answer = serve.document(body)
    assert answer.deltas or isinstance(answer.failure, EndpointError)
    failing = serve(b"event: error\ndata: " + json.dumps(body).encode() + b"\n\n").failure
    assert isinstance(failing, EndpointFailed | RequestRefused)


@pytest.mark.parametrize(
    "said",
    [
        f"no such key {TOKEN}!",
        f"{TOKEN} {TOKEN}",
        "x" * 140 + TOKEN,
        "x" * 195 + TOKEN,
        "y" * 9_990 + TOKEN,
        json.dumps({"message": f"Bearer {TOKEN}"}),
        {"detail": [{"loc": [TOKEN], "msg": TOKEN}]},
    ],
)
@pytest.mark.parametrize("status", [400, 404, 500])
def test_the_token_is_never_repeated(serve: Serve, status: int, said: Json) -> None:
    answer = serve.refuse(status, said, [f"nemo-{TOKEN}"])
    told = [answer.failure.sentence, answer.failure.hint, *answer.logged]
    assert not any(TOKEN[:6] in each for each in told)


def test_a_new_address_never_tells_the_token(serve: Serve) -> None:
    failure = serve.refuse(308, Location=f"https://h.example/?key={TOKEN}").failure
    assert failure.sentence.endswith(" to https://h.example/?key=[token]")


def test_a_token_that_is_a_word_leaves_sentences_alone() -> None:
    with FaultServer(refuses("400 No", "no such key x")) as server:
        for token in ("x", ""):
            with asking(server.base_url, token=token) as asked:
                assert asked.failure().sentence.endswith("(400: no such key x)")


def test_a_sentence_is_one_line_of_printable_characters(serve: Serve) -> None:
    foreign = "a\x1b]0;t\x07b\r\nc\x9bd\u202ee\u2028f\x00\ud83dg\t h"
    failure = serve.refuse(400, {"error": foreign}).failure
    assert failure.sentence.endswith("(400: a ]0;t b c d e f g h)")


@pytest.mark.parametrize("length", [171, 172, 173, 400, 10**6])
def test_a_sentence_has_200_characters_at_most_and_closes_its_bracket(
    serve: Serve, length: int
) -> None:
    sentence = serve.refuse(500, "x" * length).failure.sentence
    whole = f"the endpoint failed (500: {'x' * length})"
    assert sentence == (whole if len(whole) <= 200 else f"{whole[:198]}…)")


@pytest.mark.parametrize(
    ("body", "why"), [(b"no \xff", "no \ufffd"), (b'"x', '"x'), (b'{"error": "\xff"}', "\ufffd")]
)
def test_bytes_that_are_no_text_are_replaced(body: bytes, why: str) -> None:
    with FaultServer(refuses("400 No", body)) as server, asking(server.base_url) as asked:
        assert asked.failure().sentence.endswith(f"(400: {why})")
