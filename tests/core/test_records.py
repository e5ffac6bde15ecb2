"""Messages as JSON values and back."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from nemochat.core import records
from nemochat.core.messages import Continuation, Ending, Message, Provenance, Role, ToolCall, Usage

words = st.text(max_size=5)
numbers = st.none() | st.integers(0, 9)
values = st.none() | st.integers(0, 9) | words | st.lists(words, max_size=2).map(tuple)
provenances = st.builds(
    Provenance,
    model=words,
    asked_model=words,
    endpoint=words,
    parameters=st.dictionaries(words, values, max_size=2),
    ending=st.none() | st.sampled_from(Ending),
    reason=words,
    usage=st.none() | st.builds(Usage, numbers, numbers, numbers, numbers, numbers),
    first_token=numbers,
    seconds=numbers,
    continued=st.lists(st.builds(Continuation), max_size=2).map(tuple),
)
messages = st.builds(
    Message,
    st.sampled_from(Role),
    words,
    reasoning=words,
    tool_calls=st.lists(st.builds(ToolCall, words, words, words), max_size=2).map(tuple),
    tool_call_id=words,
    provenance=st.none() | provenances,
)


@given(messages)
def test_what_is_kept_of_a_message_comes_back_through_json(message: Message) -> None:
    kept = json.loads(json.dumps(records.details_to_json(message)))
    assert records.message_from_json(message.role.value, message.content, kept) == message


@given(st.lists(messages, max_size=3))
def test_roles_and_contents_alone_come_back_too(several: list[Message]) -> None:
    again = records.from_plain(json.loads(json.dumps(records.to_plain(several))))
    assert again == tuple(Message(each.role, each.content) for each in several)


def test_nothing_is_kept_of_what_is_not_known() -> None:
    assert records.details_to_json(Message(Role.USER, "x")) == {}
    known = Provenance(model="m", seconds=0, usage=Usage(prompt_tokens=0))
    assert records.details_to_json(Message(Role.ASSISTANT, "x", provenance=known)) == {
        "provenance": {"model": "m", "seconds": 0, "usage": {"prompt_tokens": 0}}
    }


def test_members_that_a_later_version_wrote_are_passed_over() -> None:
    told = {"model": "m", "mood": "good", "usage": {"prompt_tokens": 1, "watts": 5}}
    assert records.provenance_from_json(told) == Provenance(
        "m", parameters={}, usage=Usage(prompt_tokens=1)
    )


def test_a_message_is_sent_as_the_protocol_writes_it() -> None:
    calls = (ToolCall("abc", "read", "{}"),)
    assert records.to_request(
        Message(Role.ASSISTANT, "", "Hm", calls, provenance=Provenance("m"))
    ) == {
        "role": "assistant",
        "content": "",
        "tool_calls": [
            {"id": "abc", "type": "function", "function": {"name": "read", "arguments": "{}"}}
        ],
    }
    assert records.to_request(Message(Role.TOOL, "rain", tool_call_id="abc")) == {
        "role": "tool",
        "content": "rain",
        "tool_call_id": "abc",
    }
    assert records.to_request(Message(Role.USER, "x")) == {"role": "user", "content": "x"}


def test_what_an_error_of_ours_says_of_an_ending_is_said_once() -> None:
    def told(reason: str) -> str:
        provenance = Provenance(ending=Ending.FAILED, reason=reason)
        return Message(Role.ASSISTANT, "x", provenance=provenance).outcome

    assert told("the endpoint failed (overloaded)") == "the endpoint failed (overloaded)"
    assert told("overloaded") == "the endpoint failed (overloaded)"
    assert told("") == "the endpoint failed"
