"""Chunks that differ in their text alone say what they say when each is parsed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from nemochat.core.deltas import Delta
from nemochat.errors import NemochatError
from nemochat.wire.alike import MOST_UNSAVED, Alike
from nemochat.wire.patience import Patience, Timeouts
from nemochat.wire.protocol import Reader
from nemochat.wire.reading import deltas
from nemochat.wire.sse import Event
from tests.wire.chunks import grown

CHUNK = '{"id": "x", "choices": [{"index": 0, "delta": {"content": %s}, "finish_reason": null}]}'


def learnt(source: str) -> Alike:
    alike = Alike()
    alike.learn(source, json.loads(source))
    return alike


@pytest.mark.parametrize(
    ("before", "after", "text"),
    [
        (CHUNK % '"a"', CHUNK % '"b"', "b"),
        (CHUNK % '"a"', CHUNK % '"b\\n\\"c\\u00e9\\ud83d"', 'b\n"cé\ud83d'),
        (CHUNK % '"a"', CHUNK % '"{\\"content\\": \\"b\\"}"', '{"content": "b"}'),
        (CHUNK.replace(" ", "") % '"a"', CHUNK.replace(" ", "") % '"b"', "b"),
        ('{"content": "a", ' + CHUNK[1:] % '"a"', '{"content": "a", ' + CHUNK[1:] % '"b"', "b"),
        (CHUNK % '"a"', CHUNK % '""', None),
        (CHUNK % '"a"', CHUNK % "null", None),
        (CHUNK % '"a"', CHUNK % '"b', None),
        (CHUNK % '"a"', CHUNK % '"b", "role": "assistant"', None),
        (CHUNK % '"a"', CHUNK.replace("null", '"stop"') % '"b"', None),
        (CHUNK % '"a"', CHUNK.replace("0", "1") % '"b"', None),
        (CHUNK % '"a", "content": "b"', CHUNK % '"c", "content": "b"', None),
        (CHUNK % '"a", "content": "a"', CHUNK % '"c", "content": "a"', None),
        (CHUNK.replace("null", '"stop"') % '"a"', CHUNK.replace("null", '"stop"') % '"b"', None),
        ('{"usage": {}, ' + CHUNK[1:] % '"a"', '{"usage": {}, ' + CHUNK[1:] % '"b"', None),
        ('{"id": "\\"content\\": \\"a\\""}', '{"id": "\\"content\\": \\"b\\""}', None),
    ],
)
def test_a_chunk_is_like_the_one_before_if_its_text_alone_is_another(
    before: str, after: str, text: str | None
) -> None:
    assert learnt(before).text(after) == text


@pytest.mark.parametrize(("run", "worth"), [(1, False), (2, False), (3, True), (9, True)])
def test_a_server_whose_chunks_differ_too_often_is_given_up(run: int, *, worth: bool) -> None:
    alike = Alike()
    for number in range(2 * MOST_UNSAVED):
        source = CHUNK.replace("x", str(number)) % '"a"'
        alike.learn(source, json.loads(source))
        found = [alike.text(source) for _ in range(run - 1)]
    assert found == ["a" if worth else None] * (run - 1)
    assert alike.text(source) == ("a" if worth else None)


OF_A_MODEL, OF_ANOTHER = '{"model": "m", ' + CHUNK[1:], '{"model": "other", ' + CHUNK[1:]
SHAPES = [
    CHUNK,
    CHUNK.replace(" ", ""),
    CHUNK.replace("0", "1"),
    CHUNK.replace("null", '"stop"'),
    CHUNK.replace("null", '"error"'),
    CHUNK.replace('"x"', '"\\"content\\": \\"a\\""'),
    OF_A_MODEL,
    OF_ANOTHER,
    '{"usage": null, ' + CHUNK[1:],
    '{"usage": {"total_tokens": 5}, ' + CHUNK[1:],
    '{"error": "boom", ' + CHUNK[1:],
    '{"choices": [{"delta": {"content": "a", "content": %s}}]}',
    '{"choices": [{"delta": {"content": %s, "content": "a"}}]}',
    '{"choices": [{"delta": {"content": %s, "reasoning": "hm"}}]}',
    '{"choices": [{"delta": {"content": %s}}, {"index": 1, "delta": {"content": "a"}}]}',
]
TEXTS = ['"a"', '"b "', '"\\ud83d"', '"\\udc4b"', '"</s>"', '"\\"é"', '""', "null", '"a', "["]
# Runs of one shape, as a server sends them, and now and then one of another kind.
RUNS = st.lists(
    st.tuples(st.sampled_from(SHAPES), st.lists(st.sampled_from(TEXTS), min_size=1, max_size=4)),
    max_size=6,
)


def outcome(reader: Reader, said: Iterator[Delta]) -> object:
    """All that is told of a stream: the answers, the counts, and the failure if it fails."""
    taken: list[Delta] = []
    failed = ""
    try:
        taken.extend(said)
        taken += reader.end()
    except NemochatError as error:
        failed = str(error)
        taken += reader.flush()
    messages = [grown(taken, candidate).message() for candidate in (0, 1)]
    return messages, failed, reader.events, reader.unreadable, reader.understood, reader.ended


def each_parsed(reader: Reader, events: Iterable[Event]) -> Iterator[Delta]:
    for event in events:
        yield from reader.event(event)


def test_an_event_by_the_name_of_an_error_is_one_whatever_it_holds() -> None:
    reader = Reader(limit_chosen=False)
    list(reader.event(Event(CHUNK % '"a"')))
    assert reader.text(Event(CHUNK % '"b"', "error")) is None


@example([(OF_A_MODEL, ['"a"']), (OF_ANOTHER, ["null"]), (OF_A_MODEL, ['"b"'])], [])
@given(RUNS, st.lists(st.integers(0, 2000), max_size=8))
def test_any_chunks_in_any_reads_say_what_they_say_one_by_one(
    runs: list[tuple[str, list[str]]], cuts: list[int]
) -> None:
    sources = [shape % text for shape, texts in runs for text in texts]
    stream = "".join(f"data: {source}\n\n" for source in [*sources, "[DONE]"]).encode()
    places = sorted({0, len(stream), *(cut for cut in cuts if cut < len(stream))})
    reads = (stream[a:b] for a, b in pairwise(places))
    plain, quick = Reader(limit_chosen=False), Reader(limit_chosen=False)
    wanted = outcome(plain, each_parsed(plain, [*map(Event, sources), Event("[DONE]")]))
    assert outcome(quick, deltas(reads, quick, Patience(Timeouts()))) == wanted
