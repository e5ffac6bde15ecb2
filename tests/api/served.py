"""Answers of a real server, as `Client` reads them.

A test uses the fixture `serve` to specify what the server sends; the answer holds what the client
yielded, raised and sent:

    def test_...(serve: Serve) -> None:
        answer = serve(events(chunk("Hi"), STOP))          # these bytes, with status 200
        assert (answer.text, answer.ending) == ("Hi", Ending.COMPLETE)

        serve.stream(chunk("Hi"), STOP)                    # the same
        serve.document(document("Hi"))                     # one JSON document
        serve.refuse(404, {"error": "no"}).failure.hint    # another status
        serve(body, chunks=(3, 8))                         # cut after 3 and 8 bytes
        serve(body, cut=True)                              # cut off after them

All tests of a process share one server, one client and one kept connection, so a test may send
thousands of requests. Tests of connections, pauses or settings of the client use `asking` and a
`FaultServer` of their own.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, Self

from nemochat.core.delta import Delta, PartialAnswer
from nemochat.core.messages import Ending, Message, Provenance
from nemochat.core.prompt import Prompt
from nemochat.errors import NemochatError
from tests.api.asking import PROMPT, asking, timeouts
from tests.api.fault_server.scripts import Json, chunk, chunked, events, head
from tests.api.fault_server.server import FaultServer, Peer

STOP = chunk(finish="stop")
LIMITED = PROMPT._replace(parameters={"max_tokens": 12})
SECONDS_BETWEEN_CHUNKS = 0.00005  # so that each is usually read separately
LAST = b"0\r\n\r\n"  # the last chunk
_WITHOUT_BODY = {204, 304}


def delta(**members: Json) -> dict[str, Json]:
    """Return a minimal chunk with this delta."""
    return {"choices": [{"delta": members}]}


def choice(index: Json, text: str | None, finish: str | None = None) -> dict[str, Json]:
    """Return a choice of a chunk."""
    return {"index": index, "delta": {"content": text}, "finish_reason": finish}


@dataclass
class Answer:
    """Result of a response.

    Attributes:
        deltas: Deltas yielded.
        error: Error raised, or None.
        requests: Requests sent.
        waits: Seconds to wait before each retry.
        logged: Lines of the log.
    """

    deltas: list[Delta] = field(default_factory=list)
    error: NemochatError | None = None
    requests: list[bytes] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)
    logged: list[str] = field(default_factory=list)

    @property
    def failure(self) -> NemochatError:
        """The error, which must exist."""
        assert self.error is not None, self.deltas
        return self.error

    def message(self, candidate: int = 0) -> Message:
        """Return a candidate, or raise what the client raised."""
        if self.error is not None:
            raise self.error
        growing = PartialAnswer(Provenance())
        for delta in self.deltas:
            if delta.candidate == candidate:
                growing.add(delta)
        return growing.message()

    @property
    def text(self) -> str:
        return self.message().content

    @property
    def provenance(self) -> Provenance:
        provenance = self.message().provenance
        assert provenance is not None
        return provenance

    @property
    def ending(self) -> Ending | None:
        return self.provenance.ending

    @property
    def body(self) -> dict[str, Any]:
        """The JSON of the first request."""
        sent: dict[str, Any] = json.loads(self.requests[0].partition(b"\r\n\r\n")[2])
        return sent


class Serve:
    """Server that sends what a test specifies, with a client."""

    def __init__(self) -> None:
        self._server = FaultServer(self._behave)
        self._pieces: list[bytes] = []
        self._models = b""
        self._hangs_up = False

    @contextmanager
    def running(self) -> Iterator[Self]:
        """Run until the context ends, with long timeouts for busy machines."""
        with self._server, asking(self._server.base_url, timeouts=timeouts(20, 20)) as self._asked:
            yield self

    def __call__(
        self,
        body: bytes,
        *,
        kind: str = "text/event-stream",
        chunks: Iterable[int] = (),
        cut: bool = False,
        prompt: Prompt = PROMPT,
    ) -> Answer:
        """Answer each request for a prompt with these bytes and status 200.

        Args:
            body: Body.
            kind: Content-Type.
            chunks: Positions at which to split the body into chunks, which are sent separately.
            cut: Whether to close the connection after the body, without the last chunk.
            prompt: Prompt to send.
        """
        places = sorted({0, len(body), *(place for place in chunks if place < len(body))})
        start = head(kind=kind, Transfer_Encoding="chunked")
        pieces = [start, *(chunked(body[a:b])[: -len(LAST)] for a, b in pairwise(places))]
        pieces += [] if cut else [LAST]
        self._pieces = pieces if chunks else [b"".join(pieces)]
        self._hangs_up = cut
        return self._answer(prompt)

    def stream(self, *data: Json, prompt: Prompt = PROMPT) -> Answer:
        """Answer with a stream of these events and a clean end."""
        return self(events(*data), prompt=prompt)

    def document(self, value: Json, prompt: Prompt = PROMPT) -> Answer:
        """Answer with one JSON document."""
        return self(json.dumps(value).encode(), kind="application/json", prompt=prompt)

    def refuse(self, status: int, body: Json = "", models: Json = None, **headers: str) -> Answer:
        """Answer with another status.

        Args:
            status: Status code.
            body: A string, or a value to send as JSON.
            models: Body of the model list; None lists none.
            headers: Further headers, with underscores for hyphens.
        """
        content = (body if isinstance(body, str) else json.dumps(body)).encode("utf-8", "replace")
        if status not in _WITHOUT_BODY:
            headers["Content_Length"] = str(len(content))
        self._pieces = [head(f"{status} Status", "", **headers), content]
        self._hangs_up = status in _WITHOUT_BODY
        self._models = json.dumps(models).encode()
        return self._answer(PROMPT)

    def _behave(self, peer: Peer, _: int) -> None:
        """Answer the requests of one connection."""
        while request := peer.request():
            if request.startswith(b"GET"):
                peer.send(head(Content_Length=str(len(self._models))) + self._models)
                continue
            for piece in self._pieces:
                peer.send(piece)
                time.sleep(SECONDS_BETWEEN_CHUNKS)
            if self._hangs_up:
                return

    def _answer(self, prompt: Prompt) -> Answer:
        for kept in (self._server.requests, self._asked.waits, self._asked.logged):
            kept.clear()
        answer = Answer()
        try:
            for delta in self._asked.client.stream(prompt):
                answer.deltas.append(delta)
        except NemochatError as error:
            answer.error = error
        answer.requests = list(self._server.requests)
        answer.waits = list(self._asked.waits)
        answer.logged = list(self._asked.logged)
        return answer
