"""Failures reported in a stream, with status 200."""

from __future__ import annotations

import pytest

from nemochat.core.messages import Ending
from nemochat.errors import EndpointFailed, ExitCode, RequestRefused
from tests.api.fault_server.scripts import Json, chunk, events
from tests.api.served import STOP, Serve, choice, delta

FAILURES: list[tuple[Json, str]] = [
    ({"error": {"message": "boom"}}, "boom"),
    ({"error": "boom"}, "boom"),
    ({"error": {"code": 500, "type": "server_error"}}, "server_error"),
    ({"error_type": "x", "error_message": '{"detail": "boom"}'}, "boom"),
    ({"error": {"message": "boom"}, "choices": [choice(0, "Hi")]}, "boom"),
    ({"choices": [{"delta": {}, "finish_reason": "error", "error": {"message": "boom"}}]}, "boom"),
    ({"object": "error", "message": "boom"}, "boom"),
    ({"detail": "boom"}, "boom"),
]


@pytest.mark.parametrize(("failure", "why"), FAILURES)
def test_a_failure_within_a_stream_is_reported_with_its_reason(
    serve: Serve, failure: Json, why: str
) -> None:
    told = f"the endpoint failed ({why})"
    after = serve.stream(chunk("Hi"), failure)
    text = "HiHi" if "Hi" in str(failure) else "Hi"
    assert (after.text, after.ending, after.provenance.reason) == (text, Ending.FAILED, told)
    if text == "Hi":
        alone = serve.stream(failure).failure
        assert (type(alone), alone.sentence) == (EndpointFailed, told)
        assert alone.exit_code is ExitCode.FAILED


def test_text_next_to_a_failure_comes_before_it(serve: Serve) -> None:
    said = serve.stream({"error": "boom", "choices": [choice(0, "Hi")]}).deltas
    assert [(each.text, each.ending) for each in said] == [("Hi", None), ("", Ending.FAILED)]


def test_a_message_is_a_failure_only_without_choices(serve: Serve) -> None:
    beside = {"message": "m", "detail": "d", "choices": [choice(0, "Hi")]}
    assert serve.stream(beside, STOP).ending is Ending.COMPLETE
    assert serve.stream({"message": "boom"}).failure.sentence == "the endpoint failed (boom)"


@pytest.mark.parametrize("nothing", [None, {}, [], "", False, 0])
def test_an_empty_error_is_not_an_error(serve: Serve, nothing: Json) -> None:
    answer = serve.stream(chunk("Hi", error=nothing), STOP)
    assert (answer.text, answer.ending) == ("Hi", Ending.COMPLETE)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        ("boom", "boom"),
        ('"boom"', "boom"),
        ('{"message": "boom"}', "boom"),
        ('{"error": {}}', ""),
        ('{"choices": [{"delta": {"content": "b"}}]}', ""),
    ],
)
def test_an_event_called_error_is_one_whatever_it_holds(serve: Serve, data: str, why: str) -> None:
    told = "the endpoint failed" + (f" ({why})" if why else "")
    failing = b"event: error\ndata: " + data.encode() + b"\n\n"
    assert serve(failing).failure.sentence == told
    after = serve(events(delta(content="a"), delta(content="a")) + failing)
    assert (after.text, after.ending, after.provenance.reason) == ("aa", Ending.FAILED, told)


def test_of_objects_where_fields_should_stand_the_last_is_read(serve: Serve) -> None:
    bare = b'{"error": "first"}\n{"error": "boom"}\n'
    assert serve(b": x\n" + bare).failure.sentence == "the endpoint failed (boom)"
    after = serve(events(chunk("Hi")) + bare)
    assert (after.text, after.provenance.reason) == ("Hi", "the endpoint failed (boom)")


def test_too_long_a_context_within_a_stream_is_a_refusal(serve: Serve) -> None:
    why = "context length exceeded: maximum is 100 tokens, got 150"
    failure = serve.stream({"error": {"message": why}}).failure
    assert isinstance(failure, RequestRefused)
    assert failure.hint.startswith("It is 50 tokens too long. ")
