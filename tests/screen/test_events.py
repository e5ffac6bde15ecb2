"""Answers as JSON, line by line."""

from __future__ import annotations

import io
import json

from nemochat.core.conversation import Conversation, Settings
from nemochat.core.delta import Delta
from nemochat.core.messages import Ending, Message, Provenance, Role, ToolCall, Usage
from nemochat.errors import ConfigurationError, Unreachable
from nemochat.screen.json_events import (
    Collector,
    JsonEvents,
    conversation_id,
    error_to_object,
    to_line,
    to_object,
)

CALL = ToolCall("abc", "clock", '{"zone": "UTC"}')
ENDED = Provenance("served", ending=Ending.COMPLETE, usage=Usage(3, 2))


def list_events(out: io.BytesIO) -> list[object]:
    return [json.loads(each) for each in out.getvalue().splitlines()]


def test_each_event_of_a_turn_is_a_line() -> None:
    out = io.BytesIO()
    view = JsonEvents(out, None)
    view.conversation = Conversation(Settings("nemo", "guide"), id=7)
    for _ in range(2):  # a rest is asked for: the turn is the same
        for delta in view.follow(
            iter([Delta("Größe", "Hm"), Delta("B", candidate=1), Delta(model="served")]),
            lambda: None,
            candidates=2,
        ):
            view.write(delta)
    view.settle(
        [
            Message(Role.ASSISTANT, "Größe", "Hm", (CALL,), provenance=ENDED),
            Message(Role.ASSISTANT, "B", provenance=Provenance(ending=Ending.FAILED)),
        ]
    )
    pieces = [
        {"event": "delta", "candidate": 0, "reasoning": "Hm"},
        {"event": "delta", "candidate": 0, "text": "Größe"},
        {"event": "delta", "candidate": 1, "text": "B"},
    ]
    assert list_events(out) == [
        {"event": "start", "conversation": 7, "model": "nemo", "endpoint": "guide"},
        *pieces,
        *pieces,
        {"event": "tool_call", "candidate": 0, **CALL._asdict()},
        {
            "event": "end",
            "candidate": 0,
            "model": "served",
            "ending": "complete",
            "usage": {"prompt_tokens": 3, "completion_tokens": 2},
            "exit_code": 0,
        },
        {"event": "end", "candidate": 1, "ending": "failed", "exit_code": 9},
    ]
    assert "Größe".encode() in out.getvalue()


def test_every_turn_has_its_start() -> None:
    out = io.BytesIO()
    view = JsonEvents(out, None)
    list(view.follow(iter([]), lambda: None, candidates=1))
    view.conversation = Conversation(Settings("nemo", "guide"))
    for _ in range(2):
        list(view.follow(iter([]), lambda: None, candidates=1))
        view.settle([])
    assert list_events(out) == [{"event": "start", "model": "nemo", "endpoint": "guide"}] * 2


def test_an_answer_is_one_object_and_held_back_until_it_is_whole() -> None:
    out = io.BytesIO()
    view = Collector(out, None)
    view.write(Delta("x"))
    view.settle([])
    assert out.getvalue() == b""
    made = to_object(Message(Role.ASSISTANT, "x", "Hm", provenance=ENDED))
    assert list(made) == ["content", "model", "ending", "usage", "reasoning", "exit_code"]
    assert (made["reasoning"], made["exit_code"]) == ("Hm", 0)
    assert to_object(Message(Role.ASSISTANT, "x")) == {"content": "x", "exit_code": 0}


def test_an_error_is_told_with_what_helps_and_its_exit_code() -> None:
    assert error_to_object(ConfigurationError("it is wrong", "Mend it")) == {
        "message": "it is wrong",
        "hint": "Mend it",
        "exit_code": 3,
    }
    assert "hint" not in error_to_object(Unreachable("nothing answers"))
    assert conversation_id(Conversation(Settings("m", "guide"), id=0)) == {"conversation": 0}
    assert to_line({"a": "é\n"}) == '{"a": "é\\n"}'
