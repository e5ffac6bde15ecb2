"""Failures that are told with status 200, within a stream."""

from __future__ import annotations

import pytest

from nemochat.errors import EndpointError, EndpointFailed, ExitCode, RequestRefused
from nemochat.wire.lenient import Json
from nemochat.wire.protocol import Reader
from nemochat.wire.sse import Event
from tests.wire.chunks import STOP, choice, grown, read
from tests.wire.fault_server.scripts import chunk

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
def test_a_failure_within_a_stream_is_told_with_its_reason(failure: Json, why: str) -> None:
    with pytest.raises(EndpointFailed) as caught:
        read(chunk("Hi"), failure)
    assert caught.value.sentence == f"the endpoint failed ({why})"
    assert caught.value.exit_code is ExitCode.FAILED


def test_text_beside_a_failure_is_given_before_it() -> None:
    made = Reader(limit_chosen=False).document({"error": "boom", "choices": [choice(0, "Hi")]})
    assert next(made).text == "Hi"
    with pytest.raises(EndpointFailed):
        next(made)


def test_words_beside_choices_are_no_failure_and_alone_they_are() -> None:
    beside = {"message": "m", "detail": "d", "choices": [choice(0, "Hi")]}
    assert grown(read(beside, STOP)).text == "Hi"
    with pytest.raises(EndpointFailed, match=r"^the endpoint failed \(boom\)$"):
        read({"message": "boom"})


@pytest.mark.parametrize("nothing", [None, {}, [], "", False, 0])
def test_an_error_of_nothing_is_none(nothing: Json) -> None:
    assert grown(read(chunk("Hi", error=nothing), STOP)).text == "Hi"


@pytest.mark.parametrize(
    ("data", "why"),
    [("boom", "boom"), ('"boom"', "boom"), ('{"message": "boom"}', "boom"), ('{"error": {}}', "")],
)
def test_an_event_called_error_is_one(data: str, why: str) -> None:
    reader = Reader(limit_chosen=False)
    with pytest.raises(EndpointError) as caught:
        list(reader.event(Event(data, "error")))
    assert caught.value.sentence == ("the endpoint failed" + (f" ({why})" if why else ""))


def test_too_long_a_context_within_a_stream_is_a_refusal() -> None:
    with pytest.raises(RequestRefused) as caught:
        read({"error": {"message": "context length exceeded: maximum is 100 tokens, got 150"}})
    assert caught.value.hint.startswith("It is 50 tokens over. ")
