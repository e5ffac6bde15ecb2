"""What was given of an answer that is broken off, and how it ends then."""

from __future__ import annotations

import pytest

from nemochat.core.deltas import Delta, ToolCallPiece
from nemochat.core.messages import Ending
from nemochat.wire.given import Given

CALL = (ToolCallPiece(0, "id"),)


@pytest.mark.parametrize(
    ("deltas", "broken"),
    [
        ([], [0]),
        ([Delta("a"), Delta("b", candidate=1)], [0, 1]),
        ([Delta("a", ending=Ending.COMPLETE), Delta(tool_calls=CALL, candidate=1)], [1]),
        ([Delta("b", candidate=1, ending=Ending.COMPLETE)], [1]),
    ],
)
def test_every_candidate_that_was_begun_and_did_not_end_ends_with_the_reason(
    deltas: list[Delta], broken: list[int]
) -> None:
    given = Given()
    for delta in deltas:
        given.add(delta)
    assert given.begun is bool(deltas)
    assert list(given.broken_off(Ending.STALLED, "HOST fell silent")) == [
        Delta(ending=Ending.STALLED, candidate=candidate, reason="HOST fell silent")
        for candidate in broken
    ]


def test_thoughts_begin_no_answer() -> None:
    given = Given()
    assert not given.thought
    given.add(Delta(reasoning="Hm"))
    given.add(Delta(ending=Ending.COMPLETE))
    assert given.thought
    assert not given.begun
