"""Tool calls in pieces, and two candidates."""

from __future__ import annotations

import pytest

from nemochat.core.delta import ToolCallPiece
from nemochat.core.messages import Ending, Message, ToolCall
from nemochat.errors import Unreachable
from tests.api.asking import PROMPT
from tests.api.fault_server.scripts import Json, chunk, document, events
from tests.api.served import Serve, choice, delta


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
            [[call("sun", '{"c": 1}', id="a")], [call(None, '{"c"', id="b")],
             [call("rain", ": 2}")]],
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
def test_tool_calls_are_put_together(
    serve: Serve, pieces: list[list[Json]], calls: list[ToolCall]
) -> None:
    chunks = [delta(tool_calls=piece) for piece in pieces]
    assert list(serve.stream(*chunks, chunk(finish="tool_calls")).message().tool_calls) == calls


def test_calls_without_ids_and_indexes_are_separated_by_their_names(serve: Serve) -> None:
    calls = [call("sun", "{}"), call("rain", "{}")]
    answer = serve.stream(delta(tool_calls=calls), chunk(finish="tool_calls"))
    assert [piece for delta in answer.deltas for piece in delta.tool_calls] == [
        ToolCallPiece(0, "", "sun", "{}"),
        ToolCallPiece(1, "", "rain", "{}"),
    ]
    assert [made.id for made in answer.message().tool_calls] == ["call00000", "call00001"]


def test_a_call_of_the_older_form_is_a_call(serve: Serve) -> None:
    message = serve.stream(
        delta(function_call={"name": "sun", "arguments": "{"}),
        delta(function_call={"arguments": "}"}),
        chunk(finish="function_call"),
    ).message()
    assert [(made.name, made.arguments) for made in message.tool_calls] == [("sun", "{}")]


def test_a_pair_split_over_the_arguments_of_a_call_is_joined(serve: Serve) -> None:
    message = serve.stream(
        delta(tool_calls=[call("sun", '{"c": "\ud83d', index=0)]),
        delta(tool_calls=[call(None, '\udc4b"}', index=0)]),
        chunk(finish="tool_calls"),
    ).message()
    assert message.tool_calls[0].arguments == '{"c": "👋"}'


def test_calls_that_end_with_stop_end_as_calls(serve: Serve) -> None:
    answer = serve.stream(delta(tool_calls=[call("sun", "{}", index=0)]), chunk(finish="stop"))
    assert answer.ending is Ending.TOOL_CALLS


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
def test_two_candidates_are_kept_apart(serve: Serve, chunks: list[Json]) -> None:
    answer = serve.stream(*chunks, "[DONE]")
    first, second = answer.message(0), answer.message(1)
    assert (first.content, _ending(first)) == ("Aa", Ending.COMPLETE)
    assert (second.content, _ending(second)) == ("Bb", Ending.LENGTH)


@pytest.mark.parametrize("last", [[], ["[DONE]"]])
def test_a_candidate_without_a_finish_reason_has_an_ending_too(
    serve: Serve, last: list[Json]
) -> None:
    answer = serve.stream({"choices": [choice(0, "A", "stop"), choice(1, "B")]}, *last)
    assert _ending(answer.message(1)) is Ending.COMPLETE


def test_every_candidate_that_was_begun_and_did_not_end_is_broken_off(serve: Serve) -> None:
    call_of_1 = {"index": 1, "delta": {"tool_calls": [call("sun", "{", index=0)]}}
    rows: list[tuple[list[Json], list[int]]] = [
        ([choice(0, "a"), choice(1, "b")], [0, 1]),
        ([choice(0, "a", "stop"), choice(1, "b")], [1]),
        ([choice(0, "a", "stop"), call_of_1], [1]),
        ([choice(0, "a"), choice(1, "b", "stop")], [0]),
    ]
    for choices, broken in rows:
        said = serve(events({"choices": choices}), cut=True).deltas
        assert [
            (each.candidate, each.reason.partition(" ")[2])
            for each in said
            if each.ending is Ending.CONNECTION_LOST
        ] == [
            (candidate, "closed the connection in the middle of the response")
            for candidate in broken
        ]


def test_thoughts_alone_are_no_answer_but_are_not_asked_for_again(serve: Serve) -> None:
    answer = serve(events(delta(reasoning="Hm")), cut=True)
    assert isinstance(answer.failure, Unreachable)
    assert (len(answer.requests), answer.waits) == (1, [])


def test_a_choice_may_be_a_text(serve: Serve) -> None:
    assert serve.stream({"choices": [{"text": "Hi", "finish_reason": "stop"}]}).text == "Hi"


def test_a_server_that_answers_once_to_two_has_one_candidate(serve: Serve) -> None:
    two = PROMPT._replace(parameters={"n": 2})
    assert {each.candidate for each in serve.document(document("Hi"), two).deltas} == {0}


@pytest.mark.parametrize("index", [None, "1", -1, 10**9, 1.5])
def test_an_index_of_nonsense_is_the_first(serve: Serve, index: Json) -> None:
    assert serve.stream({"choices": [choice(index, "Hi", "stop")]}).text == "Hi"


def _ending(message: Message) -> Ending | None:
    return message.provenance.ending if message.provenance else None
