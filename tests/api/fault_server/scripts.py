"""Scripts for a server, made of steps: bytes to send, and numbers of seconds to be silent."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Iterable
from typing import Any

from tests.api.fault_server.server import Behaviour, Peer

Json = Any  # what json.dumps takes
Step = bytes | float | Callable[[Peer], None]

FOREVER = 60.0
HELLO = "Hello, wörld — café 👋."


def plays(*steps: Step) -> Behaviour:
    """Read a request, play the steps, hang up."""

    def behave(peer: Peer, _: int) -> None:
        if peer.request():
            play(peer, steps)

    return behave


def keeps(*steps: Step) -> Behaviour:
    """Play the steps for each request of a connection, for as long as the client keeps it."""

    def behave(peer: Peer, _: int) -> None:
        while peer.request():
            play(peer, steps)

    return behave


def at_once(*steps: Step) -> Behaviour:
    """Play the steps without reading anything, hang up."""

    def behave(peer: Peer, _: int) -> None:
        play(peer, steps)

    return behave


def in_turn(*behaviours: Behaviour) -> Behaviour:
    """Use another behaviour for each connection, and the last one for all that follow."""

    def behave(peer: Peer, number: int) -> None:
        behaviours[min(number, len(behaviours) - 1)](peer, number)

    return behave


def play(peer: Peer, steps: Iterable[Step]) -> None:
    for step in steps:
        if isinstance(step, bytes):
            peer.send(step)
        elif isinstance(step, float | int):
            peer.hold(step)
        else:
            step(peer)


def reset(peer: Peer) -> None:
    """End a connection with a RST; this is a step."""
    peer.hold(0.05)  # so that the client reads what was sent
    peer.reset()


def drip(data: bytes, pause: float, size: int = 1) -> Step:
    """Return a step that sends a few bytes at a time."""

    def step(peer: Peer) -> None:
        for place in range(0, len(data), size):
            peer.send(data[place : place + size])
            peer.hold(pause)

    return step


def late(make: Callable[[], bytes]) -> Step:
    """Return a step that sends data too large to create before it is needed."""
    return lambda peer: peer.send(make())


def over_and_over(data: bytes, times: int, pause: float = 0.0) -> Step:
    """Return a step that sends the same bytes many times."""

    def step(peer: Peer) -> None:
        for _ in range(times):
            peer.send(data)
            if pause:
                peer.hold(pause)

    return step


def head(
    status: str = "200 OK", kind: str = "text/event-stream", version: str = "1.1", **fields: str
) -> bytes:
    """Return the head of a response that ends with its connection, unless fields change that."""
    lines = [f"HTTP/{version} {status}"]
    if kind:
        lines.append(f"Content-Type: {kind}")
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in fields.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def with_length(status: str, body: bytes, kind: str = "application/json", **fields: str) -> bytes:
    """Return a response with a Content-Length."""
    fields = {"Content_Length": str(len(body)), "Connection": "close", **fields}
    return head(status, kind, **fields) + body


def chunked(body: bytes, size: int = 0, extension: bytes = b"") -> bytes:
    """Return a body in chunks of this size, or in a single one."""
    size = size or max(len(body), 1)
    pieces = [body[place : place + size] for place in range(0, len(body), size)]
    return b"".join(b"%x%s\r\n%s\r\n" % (len(p), extension, p) for p in pieces) + b"0\r\n\r\n"


def chunk(content: Json = None, finish: Json = None, **members: Json) -> dict[str, Json]:
    """Return a chunk as most servers send it."""
    delta = {} if content is None else {"content": content}
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return {"id": "x", "object": "chat.completion.chunk", "choices": [choice], **members}


def event(data: Json, end: str = "\n") -> bytes:
    """Return an event with this data: bytes and strings unchanged, other values as JSON."""
    if isinstance(data, bytes):
        return b"data: " + data + 2 * end.encode()
    text = data if isinstance(data, str) else json.dumps(data)
    return f"data: {text}{end}{end}".encode()


def events(*data: Json, end: str = "\n") -> bytes:
    return b"".join(event(each, end) for each in data)


def deltas(text: str = HELLO, size: int = 3) -> list[Json]:
    """Return the chunks of an answer, without the ending."""
    return [chunk(text[place : place + size]) for place in range(0, len(text), size)]


def answer(text: str = HELLO, end: str = "\n") -> bytes:
    """Return the events of a complete answer."""
    return events(*deltas(text), chunk(finish="stop"), "[DONE]", end=end)


def document(content: Json = HELLO, finish: Json = "stop", **members: Json) -> dict[str, Json]:
    """Return a complete answer that is not a stream."""
    message = {"role": "assistant", "content": content}
    choice = {"index": 0, "message": message, "finish_reason": finish}
    return {"id": "x", "object": "chat.completion", "choices": [choice], **members}


def zipped(body: bytes, *, whole: bool = True) -> bytes:
    """Return the body as gzip, with or without the end of the gzip stream."""
    made = zlib.compressobj(wbits=16 + zlib.MAX_WBITS)
    return made.compress(body) + made.flush(zlib.Z_FINISH if whole else zlib.Z_SYNC_FLUSH)


def deflated(body: bytes, *, bare: bool = False) -> bytes:
    made = zlib.compressobj(wbits=-zlib.MAX_WBITS if bare else zlib.MAX_WBITS)
    return made.compress(body) + made.flush()


def streams(*data: Json) -> Behaviour:
    """Answer with a stream of these events and a clean end."""
    return plays(head() + events(*data))


def refuses(
    status: str, body: Json = None, kind: str = "application/json", **fields: str
) -> Behaviour:
    """Answer with this status; a body that is not bytes is sent as JSON."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return plays(with_length(status, content, kind, **fields))
