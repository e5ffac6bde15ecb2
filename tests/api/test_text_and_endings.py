"""Text, endings, usage and reasoning from events, with quirks of servers as literals."""

from __future__ import annotations

import json
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nemochat.core.messages import Ending, Usage
from nemochat.errors import NotAnAnswer
from tests.api.asking import PROMPT
from tests.api.fault_server.scripts import Json, chunk, document
from tests.api.served import LIMITED, STOP, Serve, choice, delta

NEMO = "mistralai/Mistral-Nemo-Instruct-2407"
MOST_HELD = 4096  # maximum number of characters of end marks that are held back


def documented_stream() -> list[str]:
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


def test_the_documented_stream_reads_without_its_end_mark(serve: Serve) -> None:
    answer = serve.stream(*documented_stream())
    assert answer.text == "  Hi!"
    assert answer.ending is Ending.COMPLETE
    assert answer.provenance.model == NEMO


def test_the_text_comes_before_its_ending_and_the_ending_once(serve: Serve) -> None:
    said = serve.stream(chunk("Hi</s"), STOP, "[DONE]").deltas
    assert "".join(delta.text for delta in said) == "Hi</s"
    assert [delta.ending for delta in said] == [*([None] * (len(said) - 1)), Ending.COMPLETE]


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
    serve: Serve, finish: Json, ending: Ending, *, limit_chosen: bool
) -> None:
    asked = LIMITED if limit_chosen else PROMPT
    said = serve.stream(chunk("Hi"), chunk(finish=finish), prompt=asked).deltas
    assert [delta.ending for delta in said if delta.ending] == [ending]


@pytest.mark.parametrize(
    ("chunks", "ending"),
    [
        ([chunk("Hi"), "[DONE]"], Ending.COMPLETE),
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
def test_an_ending_without_a_text_is_empty_or_tells_why(
    serve: Serve, chunks: list[Json], ending: Ending
) -> None:
    assert serve.stream(*chunks).ending is ending


@pytest.mark.parametrize("chunks", [[], ["null"], [{"choices": []}], [chunk("")], [chunk(None)]])
def test_a_stream_that_ends_without_text_and_ending_is_not_an_answer(
    serve: Serve, chunks: list[Json]
) -> None:
    assert isinstance(serve.stream(*chunks).failure, NotAnAnswer)


SMALL = {"prompt_tokens": 5, "completion_tokens": 1, "total_tokens": 6}
LARGE = {
    "prompt_tokens": 5,
    "completion_tokens": 9,
    "total_tokens": 14,
    "estimated_cost": 0.0000268,
    "prompt_tokens_details": {"cached_tokens": 4},
}


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
def test_the_last_usage_wins_wherever_it_is(serve: Serve, chunks: list[Json]) -> None:
    assert serve.stream(*chunks).provenance.usage == Usage(5, 9, 14, 4, 0.0000268)


@pytest.mark.parametrize(
    ("usage", "counted"),
    [
        ({"prompt_tokens": "5"}, Usage(prompt_tokens=5)),
        ({"total_tokens": 6, "completion_tokens": None}, Usage(total_tokens=6)),
        ({"estimated_cost": "0.5", "prompt_tokens": [1]}, Usage(estimated_cost=0.5)),
        ({"estimated_cost": "0.0000268"}, Usage(estimated_cost=0.0000268)),
        ({"estimated_cost": 0}, Usage(estimated_cost=0)),
        ({"prompt_tokens_details": None, "prompt_tokens": 5.0}, Usage(prompt_tokens=5)),
        ({"prompt_tokens_details": {"cached_tokens": None}}, None),
        ({}, None),
        (None, None),
        ([1], None),
    ],
)
def test_a_usage_is_read_as_far_as_it_goes(
    serve: Serve, usage: Json, counted: Usage | None
) -> None:
    assert serve.stream(chunk("Hi", usage=usage), STOP).provenance.usage == counted


NO_COUNTS: list[Json] = [None, True, "x", -1, [], {}, 10**15, 1e300, 10**400]
NO_COUNTS += [float("nan"), float("inf")]
COUNTS = [(5, 5), ("5", 5), (5.9, 5), ("5e2", 500), (10**15 - 1, 10**15 - 1)]


@pytest.mark.parametrize(
    ("count", "expected"), [*COUNTS, *((nonsense, None) for nonsense in NO_COUNTS)]
)
def test_a_count_is_an_integer_of_any_type_or_nothing(
    serve: Serve, count: Json, expected: int | None
) -> None:
    usage = serve.stream(chunk("Hi", usage={"total_tokens": count}), STOP).provenance.usage
    assert (usage.total_tokens if usage else None) == expected


def test_metadata_is_reported_once(serve: Serve) -> None:
    said = serve.stream(*(chunk("x", model="m", usage=SMALL) for _ in range(5)), STOP).deltas
    assert [(delta.model, bool(delta.usage)) for delta in said if delta.model or delta.usage] == [
        ("m", True)
    ]


LONG = "Let me think about this for a while."


@pytest.mark.parametrize(
    ("deltas", "thought"),
    [
        ([{"reasoning_content": "hm"}, {"reasoning_content": " so"}], "hm so"),
        ([{"reasoning": "hm", "content": ""}], "hm"),
        ([{"reasoning": "hm", "reasoning_content": "hm"}], "hm"),
        ([{"reasoning": "hm"}, {"reasoning": "h"}], "hmh"),
        ([{"reasoning": "x\ud83d"}, {"reasoning": "\udc4b"}], "x👋"),
        ([{"reasoning": "x\ud83d"}], "x\ufffd"),
        ([{"reasoning": None}], ""),
    ],
)
def test_reasoning_is_kept_apart(serve: Serve, deltas: list[Json], thought: str) -> None:
    message = serve.stream(*(delta(**each) for each in deltas), chunk("Hi"), STOP).message()
    assert (message.reasoning, message.content) == (thought, "Hi")


@pytest.mark.parametrize(
    ("pieces", "thought"),
    [
        ([LONG, "Let me", " think about", " this for a while.", " Well"], LONG + " Well"),
        (["a" * 30, *["a" * 10] * 3], "a" * 30),
        ([LONG, LONG], LONG),
        ([LONG, LONG, LONG], LONG + LONG),
        ([LONG, "Let me", " go"], LONG + "Let me go"),
        ([LONG, "Let me"], LONG + "Let me"),
        (["ha", "ha", "ha"], "hahaha"),
        (["The", " ", "cat"], "The cat"),
        (["h", "hm", "m"], "hhmm"),
        (["", "a", "", "b"], "ab"),
    ],
)
def test_reasoning_sent_at_once_and_again_in_pieces_counts_once(
    serve: Serve, pieces: list[str], thought: str
) -> None:
    chunks = [delta(reasoning=piece) for piece in pieces]
    assert serve.stream(*chunks, chunk("Hi"), STOP).message().reasoning == thought


@pytest.mark.parametrize(
    ("pieces", "text"),
    [
        (["Hi", "!", "", "</s>"], "Hi!"),
        (["Hi!</s>"], "Hi!"),
        (["Hi!<", "/", "s", ">"], "Hi!"),
        (["Hi!</s></s>", "</s>"], "Hi!"),
        (["a</s>b"], "a</s>b"),
        (["a</s>", "b"], "a</s>b"),
        (["a</", "s>", " b</s>"], "a</s> b"),
        (["a</s"], "a</s"),
        (["a<", "<", "/s>"], "a<"),
        (["</s>"], ""),
        (["</s>\n"], "</s>\n"),
        (["\ud83d\udc4b"], "👋"),
        (["x\ud83d", "\udc4by"], "x👋y"),
        (["x\ud83d", "", "\udc4b"], "x👋"),
        (["x\ud83d", "y"], "x\ufffdy"),
        (["x\ud83d"], "x\ufffd"),
        (["\udc4bx"], "\ufffdx"),
        (["\udc4b\ud83d", "\ud83d\udc4b"], "\ufffd\ufffd👋"),
        (["a", "\ud800", "\udc00", "b"], "a\U00010000b"),
        (["a", "\udbff", "\udfff", "b"], "a\U0010ffffb"),
        (["é👋"], "é👋"),
    ],
)
def test_end_marks_go_at_the_very_end_only_and_halves_of_characters_are_joined(
    serve: Serve, pieces: list[str], text: str
) -> None:
    assert serve.stream(*map(chunk, pieces), STOP).text == text
    assert serve.stream(*map(chunk, pieces), "[DONE]").text == text


def split(text: str, cuts: list[int]) -> list[Json]:
    places = sorted({0, len(text), *(cut for cut in cuts if cut < len(text))})
    return [chunk(text[a:b]) for a, b in pairwise(places)]


@given(
    st.lists(st.sampled_from([*"</s>aé👋", "</s>", "\ud83d", "\udc4b"])).map("".join),
    st.lists(st.integers(0, 30)),
)
def test_a_text_is_the_same_at_any_split(serve: Serve, text: str, cuts: list[int]) -> None:
    expected = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    while expected.endswith("</s>"):
        expected = expected.removesuffix("</s>")
    assert serve.stream(*split(text, cuts), STOP).text == expected


def test_text_that_cannot_be_an_end_mark_is_given_at_once(serve: Serve) -> None:
    pieces = ["Hello", " <", "b> ", "</s", "x"]
    # A choice of another candidate between them keeps them from being joined.
    between = {"choices": [choice(1, "-")]}
    said = serve.stream(*(each for piece in pieces for each in (chunk(piece), between))).deltas
    assert [delta.text for delta in said if delta.text and not delta.candidate] == [
        "Hello",
        " ",
        "<b> ",
        "</sx",
    ]


def test_a_flood_of_end_marks_is_not_held_forever(serve: Serve) -> None:
    said = serve.stream(*[chunk("</s>" * 10)] * 1000, chunk("x"), STOP).deltas
    assert "".join(delta.text for delta in said) == "</s>" * 10_000 + "x"
    assert all(len(delta.text) <= 2 * MOST_HELD for delta in said)


@given(st.lists(st.integers(0, 3 * MOST_HELD), max_size=20))
def test_a_flood_of_end_marks_ends_alike_at_any_split(serve: Serve, cuts: list[int]) -> None:
    flood = "a" + "</s>" * (MOST_HELD // 2)
    assert serve.stream(*split(flood, cuts), STOP).text == serve.stream(chunk(flood), STOP).text
