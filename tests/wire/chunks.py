"""Chunks, and the deltas that a reader makes of them."""

from __future__ import annotations

import json

from nemochat.core.deltas import Delta, Growing
from nemochat.core.messages import Provenance
from nemochat.wire.lenient import Json
from nemochat.wire.protocol import Reader
from nemochat.wire.sse import Event
from tests.wire.fault_server.scripts import chunk

STOP = chunk(finish="stop")


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


def said_so(**delta: Json) -> dict[str, Json]:
    return {"choices": [{"delta": delta}]}


def choice(index: Json, text: str | None, finish: str | None = None) -> dict[str, Json]:
    return {"index": index, "delta": {"content": text}, "finish_reason": finish}
