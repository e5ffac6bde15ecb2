from __future__ import annotations

import string

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from nemochat.core.messages import Message, Role, ToolCall
from nemochat.core.prompt import build_messages, shorten_id

USER, ASSISTANT, TOOL, SYSTEM = Role.USER, Role.ASSISTANT, Role.TOOL, Role.SYSTEM


def refusal(messages: tuple[Message, ...]) -> str:
    """What Nemo's chat template says against these messages, or "": its rules, written anew."""
    spoken = messages[1:] if messages and messages[0].role is SYSTEM else messages
    turns = [m for m in spoken if m.role is not TOOL and not m.tool_calls]
    for place, message in enumerate(turns):
        if message.role is not (ASSISTANT if place % 2 else USER):
            return "roles must alternate"
    if not spoken or spoken[-1].role not in {USER, TOOL}:
        return "the last message is not the user's or a tool's"
    ids = [call.id for m in spoken for call in m.tool_calls]
    ids += [m.tool_call_id for m in spoken if m.role is TOOL]
    if any(len(i) != 9 or not set(i) <= set(string.ascii_letters + string.digits) for i in ids):
        return "a tool call's id is not 9 alphanumerics"
    if any(not m.content and not m.tool_calls and m.role is not TOOL for m in spoken):
        return "a message is empty"
    return ""


def said(*roles: Role) -> list[Message]:
    return [Message(role, f"{role.value} {place}") for place, role in enumerate(roles)]


def test_a_plain_conversation_is_sent_as_it_is() -> None:
    path = said(USER, ASSISTANT, USER)
    assert build_messages("", path) == tuple(path)


def test_the_system_prompt_stands_first_and_once() -> None:
    sent = build_messages("Be brief.", said(SYSTEM, USER))
    assert sent == (Message(SYSTEM, "Be brief."), Message(USER, "user 1"))
    assert build_messages("", said(SYSTEM, USER))[0] == Message(SYSTEM, "system 0")
    assert build_messages("  ", said(USER))[0].role is USER
    assert build_messages("", said(SYSTEM, USER, SYSTEM, USER))[0] == Message(
        SYSTEM, "system 0\n\nsystem 2"
    )


def test_questions_in_a_row_are_sent_as_one() -> None:
    assert build_messages("", said(USER, USER)) == (Message(USER, "user 0\n\nuser 1"),)


def test_an_empty_answer_is_left_out() -> None:
    path = [Message(USER, "a"), Message(ASSISTANT, " "), Message(USER, "b")]
    assert build_messages("", path) == (Message(USER, "a\n\nb"),)


def test_an_answer_to_nothing_and_a_last_answer_are_left_out() -> None:
    assert build_messages("", said(ASSISTANT, USER, ASSISTANT)) == (Message(USER, "user 1"),)


def test_an_exchange_with_a_tool_is_sent_with_short_ids() -> None:
    path = [
        Message(USER, "weather?"),
        Message(
            ASSISTANT,
            "",
            tool_calls=(ToolCall("call_123456789", "weather", "{}"), ToolCall("b" * 9, "time", "")),
        ),
        Message(TOOL, "rain", tool_call_id="call_123456789"),
        Message(TOOL, "noon", tool_call_id="b" * 9),
    ]
    sent = build_messages("", path)
    assert refusal(sent) == ""
    short = shorten_id("call_123456789")
    assert sent == (
        Message(USER, "weather?"),
        Message(
            ASSISTANT,
            "",
            tool_calls=(ToolCall(short, "weather", "{}"), ToolCall("b" * 9, "time", "")),
        ),
        Message(TOOL, "rain", tool_call_id=short),
        Message(TOOL, "noon", tool_call_id="b" * 9),
    )


def test_tool_calls_that_nobody_answered_are_left_out() -> None:
    path = [
        Message(USER, "weather?"),
        Message(ASSISTANT, "Let me see.", tool_calls=(ToolCall("a" * 9, "weather", "{}"),)),
        Message(USER, "never mind"),
    ]
    assert [m.content for m in build_messages("", path)] == [
        "weather?",
        "Let me see.",
        "never mind",
    ]
    assert refusal(build_messages("", path)) == ""


def test_the_path_is_never_changed() -> None:
    path = said(USER, USER, ASSISTANT, USER)
    before = list(path)
    build_messages("x", path)
    assert path == before


@pytest.mark.parametrize("id_", ["", "call_1", "é" * 9, "\ud800", "x" * 300])
def test_a_short_id_is_nine_alphanumerics_and_the_same_each_time(id_: str) -> None:
    assert shorten_id(id_) == shorten_id(id_)
    assert refusal((Message(USER, "x"), Message(TOOL, "y", tool_call_id=shorten_id(id_)))) == ""


calls = st.lists(st.sampled_from(["call_a", "b" * 9]), max_size=2, unique=True).map(
    lambda ids: tuple(ToolCall(i, "f", "{}") for i in ids)
)
anything = st.one_of(
    st.tuples(st.sampled_from([USER, ASSISTANT, SYSTEM]), st.sampled_from(["", " ", "x"])).map(
        lambda said: Message(*said)
    ),
    st.builds(
        lambda text, called: Message(ASSISTANT, text, tool_calls=called),
        st.sampled_from(["", "x"]),
        calls,
    ),
    st.sampled_from(["call_a", "b" * 9]).map(lambda id_: Message(TOOL, "r", tool_call_id=id_)),
)


CALL = Message(ASSISTANT, "", tool_calls=(ToolCall("call_a", "f", "{}"),))
RESULT = Message(TOOL, "r", tool_call_id="call_a")


@example([Message(USER, "x"), Message(ASSISTANT, "x"), CALL, RESULT, Message(ASSISTANT, "x")], "")
@example([Message(USER, "x"), CALL, RESULT, CALL], "")
@example([Message(USER, "x"), CALL, RESULT, CALL, RESULT], "")
@given(st.lists(anything, max_size=12), st.sampled_from(["", "Be brief."]))
def test_no_history_is_refused_by_the_template(path: list[Message], system: str) -> None:
    question = Message(USER, "and now?")
    sent = build_messages(system, [*path, question])
    assert refusal(sent) == ""
    assert sent[-1].content.endswith("and now?")
