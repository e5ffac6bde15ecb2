"""Request bodies: only what was set, in the form that the endpoint documents."""

from __future__ import annotations

import json

import pytest

from nemochat.core.messages import Message, Role, ToolCall
from nemochat.core.parameters import Values
from nemochat.core.prompt import Prompt
from tests.api.asking import adapter, asking
from tests.api.fault_server.scripts import Json, answer, head, plays
from tests.api.fault_server.server import FaultServer
from tests.api.served import Serve

NEMO = "mistralai/Mistral-Nemo-Instruct-2407"
CHEF = (
    "Bonjour! Let me tell you, my friend, cooking lamb is an art form, and I'm more than happy to "
    "share with you not two, but three of my favorite techniques to coax out the rich, unctuous "
    'flavors and tender textures of this majestic protein. First, we have the classic "Sous Vide" '
    'method. Next, we have the ancient art of "Sous le Sable". And finally, we have the more '
    'modern technique of "Hot Smoking."'
)
HELLO = Message(Role.USER, "Hello!")
SENT_HELLO = {"role": "user", "content": "Hello!"}


def prompt(*messages: Message, stream: bool = False, parameters: Values | None = None) -> Prompt:
    return Prompt(NEMO, messages, parameters or {}, stream=stream)


def sent(serve: Serve, asked: Prompt) -> dict[str, Json]:
    """Return the body that arrives when a prompt is sent."""
    return serve(answer(), prompt=asked).body


def test_the_first_example_is_sent_as_documented(serve: Serve) -> None:
    assert sent(serve, prompt(HELLO)) == {
        "model": "mistralai/Mistral-Nemo-Instruct-2407",
        "messages": [{"role": "user", "content": "Hello!"}],
    }


def test_the_longer_example_is_sent_as_documented(serve: Serve) -> None:
    asked = prompt(
        Message(Role.SYSTEM, "Respond like a michelin starred chef."),
        Message(Role.USER, "Can you name at least two different techniques to cook lamb?"),
        Message(Role.ASSISTANT, CHEF),
        Message(Role.USER, "Tell me more about the second method."),
    )
    assert sent(serve, asked) == {
        "model": "mistralai/Mistral-Nemo-Instruct-2407",
        "messages": [
            {"role": "system", "content": "Respond like a michelin starred chef."},
            {
                "role": "user",
                "content": "Can you name at least two different techniques to cook lamb?",
            },
            {"role": "assistant", "content": CHEF},
            {"role": "user", "content": "Tell me more about the second method."},
        ],
    }


def test_the_streaming_example_is_sent_as_documented_with_usage_asked_for(serve: Serve) -> None:
    assert sent(serve, prompt(HELLO, stream=True)) == {
        "model": "mistralai/Mistral-Nemo-Instruct-2407",
        "stream": True,
        "stream_options": {"include_usage": True},
        "messages": [{"role": "user", "content": "Hello!"}],
    }


@pytest.mark.parametrize(
    ("parameters", "members"),
    [
        ({}, {}),
        ({"temperature": 0.3, "top_k": 0}, {"temperature": 0.3, "top_k": 0}),
        ({"max_tokens": None}, {"max_tokens": None}),
        ({"max_tokens": 5}, {"max_tokens": 5}),
        ({"stop": ("a", "b")}, {"stop": ["a", "b"]}),
        ({"n": 2, "repetition_penalty": 1.1}, {"n": 2, "repetition_penalty": 1.1}),
        ({"tool_choice": "none", "seed": 7}, {"tool_choice": "none", "seed": 7}),
    ],
)
def test_only_what_someone_chose_is_sent(
    serve: Serve, parameters: Values, members: dict[str, Json]
) -> None:
    body = sent(serve, prompt(HELLO, parameters=parameters))
    assert body == {"model": NEMO, "messages": [SENT_HELLO], **members}


@pytest.mark.parametrize(("n", "streamed"), [(1, True), (2, False)])
def test_more_than_one_candidate_is_not_streamed(serve: Serve, n: int, *, streamed: bool) -> None:
    body = sent(serve, prompt(HELLO, stream=True, parameters={"n": n}))
    assert ("stream" in body, "stream_options" in body) == (streamed, streamed)


def test_the_shape_that_an_answer_is_to_have_is_sent(serve: Serve) -> None:
    body = sent(serve, prompt(HELLO)._replace(response_format={"type": "json_object"}))
    assert body["response_format"] == {"type": "json_object"}


def test_half_a_character_is_sent_as_a_question_mark(serve: Serve) -> None:
    body = sent(serve, prompt(Message(Role.USER, "Grüße \ud83d")))
    assert body["messages"] == [{"role": "user", "content": "Grüße ?"}]


def test_tool_calls_and_results_are_sent(serve: Serve) -> None:
    call = ToolCall("abcdefghi", "weather", '{"city": "Rome"}')
    asked = prompt(
        Message(Role.ASSISTANT, "", tool_calls=(call,)),
        Message(Role.TOOL, "sunny", tool_call_id="abcdefghi"),
    )
    assert sent(serve, asked)["messages"] == [
        {
            "role": "assistant",
            "content": "",
            "tool_calls": [
                {
                    "id": "abcdefghi",
                    "type": "function",
                    "function": {"name": "weather", "arguments": '{"city": "Rome"}'},
                }
            ],
        },
        {"role": "tool", "content": "sunny", "tool_call_id": "abcdefghi"},
    ]


def sent_with(asked: Prompt, **differences: Json) -> tuple[list[str], dict[str, Json]]:
    """Return the headers, in lower case, and the body sent in a dialect with these fields."""
    with (
        FaultServer(plays(head(), answer())) as server,
        asking(server.base_url, adapter=adapter(**differences)) as asker,
    ):
        asker.text(asker.client.adapt(asked))
        first, _, body = server.requests[0].partition(b"\r\n\r\n")
    return first.decode().lower().split("\r\n"), json.loads(body)


@pytest.mark.parametrize(
    ("differences", "members"),
    [
        ({}, {"top_k": 4, "seed": 7, "stream_options": {"include_usage": True}}),
        ({"without": ("top_k", "stream_options")}, {"seed": 7}),
        (
            {"without": ("top_k", "stream_options"), "called": {"seed": "random_seed"}},
            {"random_seed": 7},
        ),
        (
            {"body": {"user": "me", "seed": 8, "stream_options": {}}},
            {"top_k": 4, "seed": 8, "user": "me", "stream_options": {}},
        ),
    ],
)
def test_what_an_endpoint_wants_otherwise_is_sent_so(
    differences: Json, members: dict[str, Json]
) -> None:
    _, body = sent_with(
        prompt(HELLO, stream=True, parameters={"top_k": 4, "seed": 7}), **differences
    )
    assert body == {"model": NEMO, "messages": [SENT_HELLO], "stream": True, **members}


def test_further_headers_are_sent() -> None:
    fields, _ = sent_with(prompt(HELLO), headers={"X-Team": "Search"})
    assert "x-team: search" in fields


def test_an_unsupported_parameter_is_reported_once() -> None:
    told: list[str] = []
    fits = adapter(told.append, without=("top_k", "min_p", "n"))
    asked = prompt(HELLO, parameters={"temperature": 0.3, "top_k": 40, "n": 2, "seed": 7})
    taken = prompt(HELLO, parameters={"seed": 7})
    with asking("http://127.0.0.1:9/v1", adapter=fits) as asker:
        fitted = asker.client.adapt(asked)
        assert fitted == asked._replace(parameters={"temperature": 0.3, "seed": 7})
        asker.client.adapt(asked)
        assert told == ["top_k and n are not sent: not supported by this endpoint"]
        asker.client.adapt(asked._replace(parameters={"n": 2, "min_p": 0.1}))
        assert told[1:] == ["min_p is not sent: not supported by this endpoint"]
        assert asker.client.adapt(taken) == taken
    assert len(told) == 2
