"""Events into deltas: each quirk of text, endings, usage and reasoning as a literal."""

from __future__ import annotations

import json

import pytest

from nemochat.core.messages import (
    Ending,
    Usage,
)
from nemochat.errors import NotAnAnswer
from nemochat.wire.lenient import Json
from tests.wire.chunks import STOP, grown, read, said_so
from tests.wire.fault_server.scripts import chunk, document

NEMO = "mistralai/Mistral-Nemo-Instruct-2407"


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
