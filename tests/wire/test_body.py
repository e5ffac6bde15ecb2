"""Prompts into request bodies: only what someone chose, as the endpoint documents it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from nemochat.core.messages import (
    Message,
    Role,
    ToolCall,
)
from nemochat.core.prompt import Prompt
from nemochat.core.values import Values
from nemochat.wire.dialect import Dialect
from nemochat.wire.lenient import Json
from nemochat.wire.protocol import body

NEMO = "mistralai/Mistral-Nemo-Instruct-2407"


CHEF = (
    "Bonjour! Let me tell you, my friend, cooking lamb is an art form, and I'm more than happy to "
    "share with you not two, but three of my favorite techniques to coax out the rich, unctuous "
    'flavors and tender textures of this majestic protein. First, we have the classic "Sous Vide" '
    'method. Next, we have the ancient art of "Sous le Sable". And finally, we have the more '
    'modern technique of "Hot Smoking."'
)


def prompt(*messages: Message, stream: bool = False, parameters: Values | None = None) -> Prompt:
    return Prompt(NEMO, messages, parameters or {}, stream=stream)


HELLO = Message(Role.USER, "Hello!")


def test_the_first_example_is_sent_as_documented() -> None:
    assert body(prompt(HELLO)) == {
        "model": "mistralai/Mistral-Nemo-Instruct-2407",
        "messages": [{"role": "user", "content": "Hello!"}],
    }


def test_the_longer_example_is_sent_as_documented() -> None:
    sent = body(
        prompt(
            Message(Role.SYSTEM, "Respond like a michelin starred chef."),
            Message(Role.USER, "Can you name at least two different techniques to cook lamb?"),
            Message(Role.ASSISTANT, CHEF),
            Message(Role.USER, "Tell me more about the second method."),
        )
    )
    assert sent == {
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


def test_the_streaming_example_is_sent_as_documented_with_usage_asked_for() -> None:
    assert body(prompt(HELLO, stream=True)) == {
        "model": "mistralai/Mistral-Nemo-Instruct-2407",
        "stream": True,
        "stream_options": {"include_usage": True},
        "messages": [{"role": "user", "content": "Hello!"}],
    }


@pytest.mark.parametrize(
    ("parameters", "sent"),
    [
        ({}, {}),
        ({"temperature": 0.3, "top_k": 0}, {"temperature": 0.3, "top_k": 0}),
        ({"max_tokens": None}, {"max_tokens": None}),
        ({"stop": ("a", "b")}, {"stop": ["a", "b"]}),
        ({"n": 2, "repetition_penalty": 1.1}, {"n": 2, "repetition_penalty": 1.1}),
        ({"tool_choice": "none", "seed": 7}, {"tool_choice": "none", "seed": 7}),
    ],
)
def test_only_what_someone_chose_is_sent(parameters: Values, sent: dict[str, Json]) -> None:
    made = body(prompt(HELLO, parameters=parameters))
    del made["model"], made["messages"]
    assert made == sent
    assert json.loads(json.dumps(made)) == sent


@pytest.mark.parametrize(("n", "streamed"), [(1, True), (2, False)])
def test_more_than_one_candidate_is_not_streamed(n: int, *, streamed: bool) -> None:
    made = body(prompt(HELLO, stream=True, parameters={"n": n}))
    assert ("stream" in made, "stream_options" in made) == (streamed, streamed)


def test_the_shape_that_an_answer_is_to_have_is_sent() -> None:
    made = body(prompt(HELLO)._replace(response_format={"type": "json_object"}))
    assert made["response_format"] == {"type": "json_object"}


def test_further_members_are_sent_as_they_are() -> None:
    extra = {"reasoning_effort": "low", "stream_options": {}}
    made = body(prompt(HELLO, stream=True), Dialect(body=extra))
    assert (made["reasoning_effort"], made["stream_options"]) == ("low", {})


def test_tool_calls_and_results_are_sent() -> None:
    call = ToolCall("abcdefghi", "weather", '{"city": "Rome"}')
    made = body(
        prompt(
            Message(Role.ASSISTANT, "", tool_calls=(call,)),
            Message(Role.TOOL, "sunny", tool_call_id="abcdefghi"),
        )
    )
    assert made["messages"] == [
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


def test_no_word_of_the_request_names_the_members_that_servers_refuse() -> None:
    source = Path(__file__).parents[2] / "src" / "nemochat" / "wire" / "protocol.py"
    assert "max_completion_tokens" not in source.read_text()
