"""Choices into deltas: tool calls in pieces, and two answers at once."""

from __future__ import annotations

import pytest

from nemochat.core.deltas import ToolCallPiece
from nemochat.core.messages import Ending, ToolCall
from nemochat.wire.lenient import Json
from tests.wire.chunks import choice, grown, read, said_so
from tests.wire.fault_server.scripts import chunk, document


def call(name: Json = None, arguments: Json = None, **members: Json) -> dict[str, Json]:
    return {**members, "function": {"name": name, "arguments": arguments}}


ROME, OSLO = ToolCall("a", "sun", '{"c": 1}'), ToolCall("b", "rain", '{"c": 2}')


@pytest.mark.parametrize(
    ("pieces", "calls"),
    [
        ([[call("sun", '{"c": 1}', index=0, id="a")]], [ROME]),
        (
            [[call("sun", "", index=0, id="a")], [call(None, '{"c"', index=0, id=None)],
             [{"index": 0, "function": {"arguments": ": 1}"}}]],
            [ROME],
        ),
        (
            [[call("sun", '{"c": 1}', index=0, id="a"), call("rain", '{"c": 2}', index=1, id="b")]],
            [ROME, OSLO],
        ),
        (
            [[call("sun", '{"c"', index=1, id="a")], [call("rain", '{"c": ', index=2, id="b")],
             [call(None, ": 1}", index=1)], [call(None, "2}", index=2)]],
            [ROME, OSLO],
        ),
        (
            [[call("sun", '{"c"', id="a")], [call(None, ": 1}")], [call("rain", '{"c": 2}',
             id="b")]],
            [ROME, OSLO],
        ),
        (
            [[call("sun", '{"c": 1}', id="a"), call("rain", '{"c": 2}', id="b")]],
            [ROME, OSLO],
        ),
        (
            [[call("sun", '{"c"', id="a")], [call(None, ": 1}", id="a")]],
            [ROME],
        ),
        ([[call("sun", {"c": 1}, id="a", index=None)]], [ROME]),
        ([[None, 3, {}, {"function": 1}, call("sun", '{"c": 1}', id="a")]], [ROME]),
    ],
)  # fmt: skip
def test_tool_calls_are_put_together(pieces: list[list[Json]], calls: list[ToolCall]) -> None:
    chunks = [said_so(tool_calls=piece) for piece in pieces]
    message = grown(read(*chunks, chunk(finish="tool_calls"))).message()
    assert list(message.tool_calls) == calls


def test_calls_without_ids_and_indexes_are_told_apart_by_their_names() -> None:
    said = read(
        said_so(tool_calls=[call("sun", "{}"), call("rain", "{}")]), chunk(finish="tool_calls")
    )
    assert [piece for delta in said for piece in delta.tool_calls] == [
        ToolCallPiece(0, "", "sun", "{}"),
        ToolCallPiece(1, "", "rain", "{}"),
    ]
    assert [made.id for made in grown(said).message().tool_calls] == ["call00000", "call00001"]


def test_a_call_of_the_older_form_is_a_call() -> None:
    said = read(
        said_so(function_call={"name": "sun", "arguments": "{"}),
        said_so(function_call={"arguments": "}"}),
        chunk(finish="function_call"),
    )
    assert [(made.name, made.arguments) for made in grown(said).message().tool_calls] == [
        ("sun", "{}")
    ]


def test_a_pair_split_over_the_arguments_of_a_call_is_joined() -> None:
    said = read(
        said_so(tool_calls=[call("sun", '{"c": "\ud83d', index=0)]),
        said_so(tool_calls=[call(None, '\udc4b"}', index=0)]),
        chunk(finish="tool_calls"),
    )
    assert grown(said).message().tool_calls[0].arguments == '{"c": "👋"}'


@pytest.mark.parametrize(
    "chunks",
    [
        [{"choices": [choice(1, "B"), choice(0, "A")]},
         {"choices": [choice(0, "a", "stop"), choice(1, "b", "length")]}],
        [{"choices": [choice(1, "B")]}, {"choices": [choice(0, "A")]},
         {"choices": [choice(1, "b</s>", "length")]}, {"choices": [choice(0, "a</s>", "stop")]}],
        [{"choices": [{"index": i, "message": {"content": text}, "finish_reason": finish}
                      for i, text, finish in [(1, "Bb", "length"), (0, "Aa", "stop")]]}],
    ],
)  # fmt: skip
def test_two_candidates_are_kept_apart(chunks: list[Json]) -> None:
    said = read(*chunks, "[DONE]")
    first, second = grown(said, 0), grown(said, 1)
    assert (first.text, first.provenance.ending) == ("Aa", Ending.COMPLETE)
    assert (second.text, second.provenance.ending) == ("Bb", Ending.LENGTH)


@pytest.mark.parametrize("last", [[], ["[DONE]"]])
def test_a_candidate_without_a_finish_reason_has_an_ending_too(last: list[Json]) -> None:
    said = read({"choices": [choice(0, "A", "stop"), choice(1, "B")]}, *last)
    assert grown(said, 1).provenance.ending is Ending.COMPLETE


def test_a_choice_may_be_a_text() -> None:
    said = read({"choices": [{"text": "Hi", "finish_reason": "stop"}]})
    assert grown(said).text == "Hi"


def test_a_server_that_answers_once_to_two_has_one_candidate() -> None:
    assert {delta.candidate for delta in read(document("Hi"))} == {0}


@pytest.mark.parametrize("index", [None, "1", -1, 10**9, 1.5])
def test_an_index_of_nonsense_is_the_first(index: Json) -> None:
    assert read({"choices": [choice(index, "Hi", "stop")]})[0].candidate == 0
