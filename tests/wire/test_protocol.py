"""Prompts into request bodies, events into deltas: each quirk of the wire as a literal."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from nemochat.core.messages import (
    Delta,
    Ending,
    Growing,
    Message,
    Provenance,
    Role,
    ToolCall,
    ToolCallPiece,
    Usage,
)
from nemochat.core.prompt import Prompt
from nemochat.core.values import Values
from nemochat.errors import EndpointError, EndpointFailed, ExitCode, NotAnAnswer, RequestRefused
from nemochat.wire.lenient import Json
from nemochat.wire.protocol import Reader, body
from nemochat.wire.sse import Event
from tests.wire.fault_server.scripts import chunk, document

NEMO = "mistralai/Mistral-Nemo-Instruct-2407"
CHEF = (
    "Bonjour! Let me tell you, my friend, cooking lamb is an art form, and I'm more than happy to "
    "share with you not two, but three of my favorite techniques to coax out the rich, unctuous "
    'flavors and tender textures of this majestic protein. First, we have the classic "Sous Vide" '
    'method. Next, we have the ancient art of "Sous le Sable". And finally, we have the more '
    'modern technique of "Hot Smoking."'
)
STOP = chunk(finish="stop")


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


def test_further_members_are_sent_as_they_are() -> None:
    extra = {"reasoning_effort": "low", "stream_options": {}}
    made = body(prompt(HELLO, stream=True), extra)
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


def read(*chunks: Json, limit_chosen: bool = False) -> list[Delta]:
    """The deltas of a stream of these chunks that ends cleanly."""
    reader = Reader(limit_chosen=limit_chosen)
    said = []
    for each in chunks:
        data = each if isinstance(each, str) else json.dumps(each)
        said += list(reader.event(Event(data)))
    return [*said, *reader.end()]


def grown(said: list[Delta], candidate: int = 0) -> Growing:
    growing = Growing(Provenance())
    for delta in said:
        if delta.candidate == candidate:
            growing.add(delta)
    return growing


def seeds_stream() -> list[str]:
    contents = [" ", " Hi", "!", "", "</s>"]
    deltas = [{"role": "assistant", "content": content} for content in contents]
    chunks = [
        {
            "id": "Rc5hsIPHOSfMP3rNSFUw9tfR",
            "object": "chat.completion.chunk",
            "created": 1694623354,
            "model": NEMO,
            "choices": [{"index": 0, "delta": delta, "finish_reason": finish}],
        }
        for delta, finish in [*((delta, None) for delta in deltas), ({}, "stop")]
    ]
    return [*map(json.dumps, chunks), "[DONE]"]


def test_the_documented_stream_reads_without_its_end_mark() -> None:
    growing = grown(read(*seeds_stream()))
    assert growing.text == "  Hi!"
    assert growing.provenance.ending is Ending.COMPLETE
    assert growing.provenance.model == NEMO


def test_the_text_comes_before_its_ending_and_the_ending_once() -> None:
    said = read(chunk("Hi</s"), STOP, "[DONE]")
    assert [(delta.text, delta.ending) for delta in said] == [
        ("Hi", None),
        ("</s", Ending.COMPLETE),
    ]


@pytest.mark.parametrize(
    ("finish", "limit_chosen", "ending"),
    [
        ("stop", False, Ending.COMPLETE),
        ("length", False, Ending.LENGTH),
        ("length", True, Ending.MAX_TOKENS),
        ("tool_calls", False, Ending.TOOL_CALLS),
        ("function_call", False, Ending.TOOL_CALLS),
        ("content_filter", False, Ending.CONTENT_FILTER),
        ("eos_token", False, Ending.COMPLETE),
        ("end_turn", True, Ending.COMPLETE),
        ("", False, Ending.UNFINISHED),
        (None, False, Ending.UNFINISHED),
        (3, False, Ending.UNFINISHED),
        (["stop"], False, Ending.UNFINISHED),
    ],
)
def test_a_finish_reason_becomes_an_ending(
    finish: Json, ending: Ending, *, limit_chosen: bool
) -> None:
    said = read(chunk("Hi"), chunk(finish=finish), limit_chosen=limit_chosen)
    assert [delta.ending for delta in said if delta.ending] == [ending]


def test_done_alone_ends_an_answer() -> None:
    assert read(chunk("Hi"), "[DONE]")[-1].ending is Ending.COMPLETE


@pytest.mark.parametrize(
    ("chunks", "ending"),
    [
        ([STOP], Ending.EMPTY),
        (["[DONE]"], Ending.EMPTY),
        ([chunk("</s>"), STOP], Ending.EMPTY),
        ([chunk("", "tool_calls")], Ending.EMPTY),
        ([chunk("", "length")], Ending.LENGTH),
        ([chunk("", "content_filter")], Ending.CONTENT_FILTER),
        ([document("")], Ending.EMPTY),
        ([document(None)], Ending.EMPTY),
    ],
)
def test_an_ending_without_a_text_is_empty_or_tells_why(chunks: list[Json], ending: Ending) -> None:
    assert grown(read(*chunks)).provenance.ending is ending


@pytest.mark.parametrize("chunks", [[], ["null"], [{"choices": []}], [chunk("")], [chunk(None)]])
def test_a_stream_that_ends_without_text_and_ending_is_no_answer(chunks: list[Json]) -> None:
    with pytest.raises(NotAnAnswer):
        read(*chunks)


SMALL = {"prompt_tokens": 5, "completion_tokens": 1, "total_tokens": 6}
LARGE = {
    "prompt_tokens": 5,
    "completion_tokens": 9,
    "total_tokens": 14,
    "estimated_cost": 0.0000268,
    "prompt_tokens_details": {"cached_tokens": 4},
}
COUNTED = Usage(5, 9, 14, 4, 0.0000268)


@pytest.mark.parametrize(
    "chunks",
    [
        [chunk("Hi"), chunk(finish="stop", usage=LARGE)],
        [chunk("Hi"), STOP, {"choices": [], "usage": LARGE}],
        [chunk("Hi"), chunk(finish="stop", usage=LARGE), {"choices": [], "usage": LARGE}],
        [chunk("H", usage=SMALL), chunk("i", usage=SMALL), STOP, {"usage": LARGE}],
        [chunk("Hi", usage=None), chunk(finish="stop", usage=LARGE), {"usage": {}}],
        [chunk("Hi"), STOP, {"choices": None, "usage": LARGE}, {"choices": [], "usage": None}],
        [{**document("Hi"), "usage": LARGE}],
    ],
)
def test_the_last_usage_wins_wherever_it_stands(chunks: list[Json]) -> None:
    assert grown(read(*chunks)).provenance.usage == COUNTED


@pytest.mark.parametrize(
    ("usage", "counted"),
    [
        ({"prompt_tokens": "5"}, Usage(prompt_tokens=5)),
        ({"total_tokens": 6, "completion_tokens": None}, Usage(total_tokens=6)),
        ({"estimated_cost": "0.5", "prompt_tokens": [1]}, Usage(estimated_cost=0.5)),
        ({"estimated_cost": 0}, Usage(estimated_cost=0)),
        ({"prompt_tokens_details": None, "prompt_tokens": 5.0}, Usage(prompt_tokens=5)),
        ({"prompt_tokens_details": {"cached_tokens": None}}, None),
        ({"total_tokens": -1}, None),
        ({}, None),
        (None, None),
        ([1], None),
    ],
)
def test_a_usage_is_read_as_far_as_it_goes(usage: Json, counted: Usage | None) -> None:
    assert grown(read(chunk("Hi", usage=usage), STOP)).provenance.usage == counted


def test_what_is_said_of_the_whole_is_said_once() -> None:
    said = read(*(chunk("x", model="m", usage=SMALL) for _ in range(5)), STOP)
    assert [(delta.model, bool(delta.usage)) for delta in said if delta.model or delta.usage] == [
        ("m", True)
    ]


def said_so(**delta: Json) -> dict[str, Json]:
    return {"choices": [{"delta": delta}]}


@pytest.mark.parametrize(
    ("chunks", "thought"),
    [
        ([said_so(reasoning_content="hm"), said_so(reasoning_content=" so")], "hm so"),
        ([said_so(reasoning="hm", content="")], "hm"),
        ([said_so(reasoning="hm", reasoning_content="hm")], "hm"),
        ([said_so(reasoning="a" * 30), *(said_so(reasoning="a" * 10) for _ in range(3))], "a" * 30),
        ([said_so(reasoning="hm"), said_so(reasoning="h")], "hmh"),
        ([said_so(reasoning="x\ud83d"), said_so(reasoning="\udc4b")], "x👋"),
        ([said_so(reasoning="x\ud83d")], "x\ufffd"),
        ([said_so(reasoning=None)], ""),
    ],
)
def test_reasoning_is_kept_apart(chunks: list[Json], thought: str) -> None:
    message = grown(read(*chunks, chunk("Hi"), STOP)).message()
    assert (message.reasoning, message.content) == (thought, "Hi")


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


def choice(index: Json, text: str | None, finish: str | None = None) -> dict[str, Json]:
    return {"index": index, "delta": {"content": text}, "finish_reason": finish}


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


def test_a_server_that_answers_once_to_two_has_one_candidate() -> None:
    assert {delta.candidate for delta in read(document("Hi"))} == {0}


@pytest.mark.parametrize("index", [None, "1", -1, 10**9, 1.5])
def test_an_index_of_nonsense_is_the_first(index: Json) -> None:
    assert read({"choices": [choice(index, "Hi", "stop")]})[0].candidate == 0


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


def test_no_word_of_the_request_names_the_members_that_servers_refuse() -> None:
    source = Path(__file__).parents[2] / "src" / "nemochat" / "wire" / "protocol.py"
    assert "max_completion_tokens" not in source.read_text()
