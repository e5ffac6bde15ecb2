"""Requests that the guide accepts, and how it refuses others."""

from __future__ import annotations

import json

import pytest

from nemochat.core.messages import Message, Role
from nemochat.guide.request import Request, RequestError, parse_request
from tests.guide.asking import HELLO, NEMO, body

USER = {"role": "user", "content": "Hello!"}
SYSTEM = {"role": "system", "content": "Respond like a chef."}
ASSISTANT = {"role": "assistant", "content": "Bonjour!"}
CALL = {"id": "abcdefghi", "type": "function", "function": {"name": "oven", "arguments": "{}"}}
CALLING = {"role": "assistant", "content": None, "tool_calls": [CALL]}
TOOL = {"role": "tool", "content": "220", "tool_call_id": "abcdefghi"}
ENDING = "the last message must be from the user or a tool"


def refusal(members: object) -> RequestError:
    with pytest.raises(RequestError) as refused:
        parse_request(json.dumps(members).encode())
    return refused.value


def problems(members: object) -> list[tuple[list[str | int], str]]:
    """Return the place and the message of each problem in a request refused with status 422."""
    refused = refusal(members)
    assert refused.status == 422
    assert isinstance(refused.body, dict)
    return [(problem["loc"], problem["msg"]) for problem in refused.body["detail"]]


def conversation(*messages: object) -> dict[str, object]:
    return {"model": NEMO, "messages": list(messages)}


def test_a_request_is_read() -> None:
    members = body("Hello!", stream=True, stream_options={"include_usage": True}, temperature=0.3)
    assert parse_request(json.dumps(members).encode()) == Request(
        NEMO, (Message(Role.USER, "Hello!"),), {"temperature": 0.3}, stream=True, include_usage=True
    )


@pytest.mark.parametrize(
    "messages",
    [
        [USER],
        [SYSTEM, USER],
        [USER, ASSISTANT, SYSTEM, USER],
        [USER, USER],
        [USER, CALLING, TOOL],
        [{"role": "user", "content": [{"type": "text", "text": "Hello!"}]}],
    ],
)
def test_a_conversation_of_the_four_roles_is_accepted(messages: list[object]) -> None:
    request = parse_request(json.dumps(conversation(*messages)).encode())
    assert [message.role.value for message in request.messages] == [
        message["role"] for message in messages if isinstance(message, dict)
    ]


@pytest.mark.parametrize(
    ("messages", "place", "words"),
    [
        ([], ["messages"], "must be a list of messages"),
        ("Hello!", ["messages"], "must be a list of messages"),
        (["Hello!"], ["messages", 0], "must be an object"),
        ([SYSTEM], ["messages"], ENDING),
        ([ASSISTANT], ["messages"], ENDING),
        ([USER, ASSISTANT], ["messages"], ENDING),
        ([SYSTEM, SYSTEM, USER], ["messages"], "there may be only one system message"),
        (
            [USER, {"role": "developer", "content": "x"}],
            ["messages", 1, "role"],
            "must be one of system, user, assistant, tool",
        ),
        ([{"role": "user"}], ["messages", 0, "content"], "must be text"),
        (
            [{"role": "user", "content": ["x"]}],
            ["messages", 0, "content"],
            "must be text",
        ),
        (
            [USER, {**ASSISTANT, "content": None}, USER],
            ["messages", 1, "content"],
            "must be text",
        ),
    ],
)
def test_a_broken_conversation_is_refused(
    messages: object, place: list[str | int], words: str
) -> None:
    assert (["body", *place], words) in problems({"model": NEMO, "messages": messages})


@pytest.mark.parametrize(
    ("members", "words"),
    [
        ({"temperature": 3}, "temperature must be 0 to 2, not 3"),
        ({"temperature": "warm"}, 'temperature must be 0 to 2, not "warm"'),
        ({"temperature": True}, "temperature must be 0 to 2, not true"),
        ({"top_k": 1000}, "top_k must be a whole number from 0 to 999, not 1000"),
        ({"top_p": 0}, "top_p must be above 0 and at most 1, not 0"),
        (
            {"max_tokens": 1_000_001},
            "max_tokens must be a whole number from 0 to 1,000,000, or none, not 1000001",
        ),
        ({"max_tokens": "none"}, "max_tokens must be a whole number"),
        ({"n": 3}, "n must be a whole number from 1 to 2, not 3"),
        ({"presence_penalty": -2.5}, "presence_penalty must be -2 to 2, not -2.5"),
        ({"repetition_penalty": 0}, "repetition_penalty must be 0.01 to 5, not 0"),
        ({"stop": ["a", "b", "c", "d", "e"]}, "stop must be up to 4 texts, not"),
        ({"tool_choice": "required"}, 'tool_choice must be none or auto, not "required"'),
        ({"tool_choice": {"type": "function"}}, "tool_choice must be none or auto, not"),
    ],
)
def test_a_parameter_out_of_range_is_refused_by_name(
    members: dict[str, object], words: str
) -> None:
    [(place, message)] = problems(body(**members))
    assert place == ["body", *members]
    assert message.startswith(words)


def test_two_answers_cannot_be_streamed() -> None:
    assert problems(body(n=2, stream=True)) == [
        (["body", "n"], "n != 1 is incompatible with streaming")
    ]


@pytest.mark.parametrize(
    ("members", "place"),
    [
        ({"messages": HELLO}, ["model"]),
        (body(stream="yes"), ["stream"]),
        (body(stream_options=True), ["stream_options"]),
        (body(tools="oven"), ["tools"]),
        (body(response_format={"type": "json_object"}), ["response_format"]),
        ([], []),
        (None, []),
    ],
)
def test_other_members_of_a_wrong_kind_are_refused(members: object, place: list[str]) -> None:
    assert [where for where, _ in problems(members)] == [["body", *place]]


def test_all_problems_are_named_at_once() -> None:
    places = [place[1] for place, _ in problems({"temperature": 9, "n": 0})]
    assert places == ["model", "messages", "temperature", "n"]


def test_null_is_the_default_and_lifts_max_tokens() -> None:
    members = body(temperature=None, stop=None, max_tokens=None, stream=None, n=None)
    assert parse_request(json.dumps(members).encode()).parameters == {"max_tokens": None}


@pytest.mark.parametrize("raw", [b"", b"{", b"\xff", b"[" * 100_000, b"1" * 5_000])
def test_a_body_that_is_not_json_is_refused_with_400(raw: bytes) -> None:
    with pytest.raises(RequestError) as refused:
        parse_request(raw)
    assert refused.value.status == 400
    assert refused.value.body == {"error": {"message": "the request body is not JSON"}}


def test_another_model_is_not_found() -> None:
    refused = refusal({**body(), "model": "mistralai/Mistral-7B"})
    assert (refused.status, refused.body) == (404, {"error": "Model not found"})
