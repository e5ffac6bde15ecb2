"""Answers that grow out of pieces."""

from __future__ import annotations

from nemochat.core.delta import Delta, PartialAnswer, ToolCallPiece
from nemochat.core.messages import Ending, Message, Provenance, Role, ToolCall, Usage

ASKED = Provenance(asked_model="m", endpoint="guide")


def grown(*deltas: Delta, text: str = "") -> Message:
    growing = PartialAnswer(ASKED, text)
    for delta in deltas:
        growing.add(delta)
    return growing.message()


def test_an_answer_is_its_pieces_after_what_it_had() -> None:
    pieces = [Delta(reasoning="Let "), Delta(reasoning="me."), Delta("B"), Delta("C", "!")]
    assert grown(*pieces, text="A") == Message(
        Role.ASSISTANT, "ABC", reasoning="Let me.!", provenance=ASKED
    )


def test_an_answer_is_begun_by_text_or_a_call_and_by_nothing_else() -> None:
    growing = PartialAnswer(ASKED)
    growing.add(Delta(reasoning="Hm", usage=Usage(1), model="m"))
    assert not growing.has_content
    growing.add(Delta(tool_calls=(ToolCallPiece(0, "id"),)))
    assert growing.has_content
    assert PartialAnswer(ASKED, "x").has_content


def test_tool_calls_are_put_together_and_stand_in_the_order_of_their_numbers() -> None:
    message = grown(
        Delta(tool_calls=(ToolCallPiece(1, "", "search", '{"a"'),)),
        Delta(tool_calls=(ToolCallPiece(0, "abc", "read", "{"), ToolCallPiece(1, "", "", ": 1}"))),
        Delta(tool_calls=(ToolCallPiece(0, "later", "other", "}"),)),
    )
    assert message.tool_calls == (
        ToolCall("abc", "read", "{}"),
        ToolCall("call00001", "search", '{"a": 1}'),
    )


def test_what_the_last_pieces_tell_of_an_answer_stands_at_it_and_the_rest_is_kept() -> None:
    message = grown(
        Delta("x", model="served"),
        Delta(ending=Ending.FAILED, reason="overloaded"),
        Delta(usage=Usage(3, 4)),
    )
    assert message.provenance == ASKED._replace(
        model="served", ending=Ending.FAILED, reason="overloaded", usage=Usage(3, 4)
    )
