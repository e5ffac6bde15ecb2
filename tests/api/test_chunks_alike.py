"""Chunks that differ in little from those before them say what they say on their own."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from nemochat.core.messages import Ending
from tests.api.fault_server.scripts import events
from tests.api.served import Answer, Serve

CHUNK = '{"id": "x", "choices": [{"index": 0, "delta": {"content": %s}, "finish_reason": null}]}'
OF_A_MODEL, OF_ANOTHER = '{"model": "m", ' + CHUNK[1:], '{"model": "other", ' + CHUNK[1:]


@pytest.mark.parametrize(
    ("before", "after", "text"),
    [
        (CHUNK % '"a"', CHUNK % '"b"', "ab"),
        (CHUNK % '"a"', CHUNK % '"b\\n\\"c\\u00e9\\ud83d"', 'ab\n"cé\ufffd'),
        (CHUNK % '"a"', CHUNK % '"{\\"content\\": \\"b\\"}"', 'a{"content": "b"}'),
        (CHUNK.replace(" ", "") % '"a"', CHUNK.replace(" ", "") % '"b"', "ab"),
        ('{"content": "a", ' + CHUNK[1:] % '"a"', '{"content": "a", ' + CHUNK[1:] % '"b"', "ab"),
        (CHUNK % '"a"', CHUNK % '""', "a"),
        (CHUNK % '"a"', CHUNK % "null", "a"),
        (CHUNK % '"a"', CHUNK % '"b', "a"),
        (CHUNK % '"a"', CHUNK % '"b", "role": "assistant"', "ab"),
        (CHUNK % '"a"', CHUNK.replace("0", "1") % '"b"', "a"),
        (CHUNK % '"a", "content": "b"', CHUNK % '"c", "content": "b"', "bb"),
        (CHUNK % '"a", "content": "a"', CHUNK % '"c", "content": "a"', "aa"),
        ('{"id": "\\"content\\": \\"a\\""}', '{"id": "\\"content\\": \\"b\\""}', ""),
    ],
)
def test_the_text_of_two_chunks_is_that_of_both(
    serve: Serve, before: str, after: str, text: str
) -> None:
    assert serve.stream(before, after, "[DONE]").text == text


def test_a_finish_reason_in_each_chunk_counts(serve: Serve) -> None:
    ended = CHUNK.replace("null", '"length"')
    answer = serve.stream(CHUNK % '"a"', ended % '"b"', ended % '"c"')
    assert (answer.text, answer.ending) == ("abc", Ending.LENGTH)


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


def outcome(answer: Answer) -> object:
    """All that is told of a stream: the answers, and the failure if it fails."""
    if answer.error is not None:
        return str(answer.error)
    return answer.message(0), answer.message(1)


def apart(sources: Sequence[str]) -> list[str]:
    """The same chunks, with an event of nothing after each, so that none follows one like it."""
    return [each for source in sources for each in (source, "null")]


@example([(OF_A_MODEL, ['"a"']), (OF_ANOTHER, ["null"]), (OF_A_MODEL, ['"b"'])], [])
@given(RUNS, st.lists(st.integers(0, 2000), max_size=8))
def test_any_chunks_in_any_reads_say_what_they_say_one_by_one(
    serve: Serve, runs: list[tuple[str, list[str]]], cuts: list[int]
) -> None:
    sources = [shape % text for shape, texts in runs for text in texts]
    alone = serve.stream(*apart(sources), "[DONE]")
    assert outcome(serve(events(*sources, "[DONE]"), chunks=cuts)) == outcome(alone)
