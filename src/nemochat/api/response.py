"""Response of the Chat Completions protocol: from a body, streamed or whole, to deltas.

Every member of a chunk may be missing, null or of another type, as real servers were seen to do.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from nemochat.api import refusals
from nemochat.api.choice import Choice
from nemochat.api.json_values import parse, parse_document, to_amount, to_count
from nemochat.api.network_errors import ConnectionLost
from nemochat.api.refusals import PAGE, find_reason
from nemochat.api.sse import Decoder, Event
from nemochat.api.timeouts import ReadTimer
from nemochat.core.delta import Delta
from nemochat.core.messages import Ending, Usage
from nemochat.core.records import Json
from nemochat.errors import NotAnAnswer

_LONGEST_DONE = 32  # characters of [DONE] with blanks around it
_MOST_CANDIDATES = 16  # 2 can be asked for; an index beyond this is nonsense
LARGEST_DOCUMENT = 32 * 1024 * 1024  # bytes of an answer that is no stream
_SHOWN = 2000  # characters of something else, out of which a reason is looked for
_BLANK = b"\xef\xbb\xbf\r\n\t "  # a byte order mark counts as one


class ResponseReader:
    """Deltas out of the events, or the one document, of one answer.

    Attributes:
        events: How many events with data came.
        unreadable: How many of them were no JSON.
        understood: Whether anything of an answer was recognised.
        done: Whether the endpoint sent [DONE], after which nothing follows.
    """

    def __init__(self, *, limit_chosen: bool) -> None:
        """Begin an answer; `limit_chosen` says that max_tokens was sent."""
        self.events = 0
        self.unreadable = 0
        self.understood = False
        self.done = False
        self._limit_chosen = limit_chosen
        self._candidates: dict[int, Choice] = {}
        self._model = ""
        self._usage: Usage | None = None

    @property
    def ended(self) -> bool:
        """Whether every candidate has its ending."""
        candidates = self._candidates.values()
        return bool(candidates) and all(candidate.ending for candidate in candidates)

    @property
    def pieces(self) -> int:
        """Number of choices that held more of the answer."""
        return sum(candidate.pieces for candidate in self._candidates.values())

    def event(self, event: Event) -> Iterator[Delta]:
        """Yield the deltas of an event.

        Raises:
            EndpointError: the event reports a failure.
        """
        self.events += 1
        if len(event.data) < _LONGEST_DONE and event.data.strip() == "[DONE]":
            self.done = True
            return
        try:
            chunk = parse(event.data)
        except ValueError:
            self.unreadable += 1
            chunk = None
        if event.name == "error":
            raise refusals.stream_error(chunk if chunk is not None else event.data)
        yield from self.document(chunk)

    def document(self, chunk: Json) -> Iterator[Delta]:
        """Yield the deltas of a chunk, or of a whole answer, read as JSON.

        Raises:
            EndpointError: it reports a failure.
        """
        if not isinstance(chunk, dict):
            return
        failure = refusals.find_error(chunk)
        choices = chunk.get("choices")
        if not isinstance(choices, list):
            choices = [chunk] if isinstance(chunk.get("message"), dict) and not failure else []
        if (news := self._about(chunk)) is not None:
            yield news
        for choice in choices[:_MOST_CANDIDATES]:
            if isinstance(choice, dict):
                self.understood = True
                candidate = self._candidate(choice)
                if (delta := candidate.read(choice)) is not None:
                    yield delta
                if candidate.failed and not failure:
                    failure = refusals.stream_error(choice)
        if failure:
            raise failure

    def flush(self) -> Iterator[Delta]:
        """Yield what was held back and turns out to belong to the answer."""
        for candidate in self._candidates.values():
            yield from candidate.flush()

    def end(self) -> Iterator[Delta]:
        """Yield the last deltas of an answer whose body is at its end: endings for all.

        Raises:
            NotAnAnswer: nothing came, not even an ending.
        """
        yield from self.flush()
        candidates = self._candidates or {0: Choice(0, limit_chosen=False)}
        if not self.done and not any(c.spoken or c.ending for c in candidates.values()):
            raise NotAnAnswer("the endpoint hung up without an answer")
        whole = self.done or any(candidate.ending for candidate in candidates.values())
        for candidate in candidates.values():
            yield from candidate.end(Ending.COMPLETE if whole else Ending.UNFINISHED)

    def _about(self, chunk: dict[str, Json]) -> Delta | None:
        """Return what a chunk says of the whole answer, if it is news."""
        model, counted = chunk.get("model"), chunk.get("usage")
        if model == self._model and counted is None:
            return None
        model = model if isinstance(model, str) and model.isprintable() else ""
        usage = _usage(counted)
        if (model and model != self._model) or (usage and usage != self._usage):
            self._model = model or self._model
            self._usage = usage or self._usage
            return Delta(model=model, usage=usage)
        return None

    def _candidate(self, choice: dict[str, Json]) -> Choice:
        index = choice.get("index")
        if not isinstance(index, int) or not 0 <= index < _MOST_CANDIDATES:
            index = 0
        if index not in self._candidates:
            self._candidates[index] = Choice(index, limit_chosen=self._limit_chosen)
        return self._candidates[index]


def _usage(usage: Json) -> Usage | None:
    if not isinstance(usage, dict):
        return None
    details = usage.get("prompt_tokens_details")
    counted = Usage(
        prompt_tokens=to_count(usage.get("prompt_tokens")),
        completion_tokens=to_count(usage.get("completion_tokens")),
        total_tokens=to_count(usage.get("total_tokens")),
        cached_tokens=to_count(details.get("cached_tokens")) if isinstance(details, dict) else None,
        estimated_cost=to_amount(usage.get("estimated_cost")),
    )
    return counted if counted != Usage() else None


def read_deltas(
    chunks: Iterator[bytes], reader: ResponseReader, timer: ReadTimer
) -> Iterator[Delta]:
    """Yield the deltas of one response's body, up to its end or [DONE].

    Args:
        chunks: The body's bytes, decompressed.
        reader: Parser of its events.
        timer: Counts the bytes without an answer.

    Raises:
        EndpointError: the body reports a failure, or is no answer.
    """
    head = _read_head(chunks, timer)
    start = head.lstrip(_BLANK)[:1]
    if not start:
        return
    if start in (b"{", b"[", b"<"):
        timer.restart(ended=False)
        yield from _read_document(head, chunks, reader)
    else:
        yield from _read_stream(chain((head,), chunks), reader, timer)


def _read_head(chunks: Iterator[bytes], timer: ReadTimer) -> bytes:
    """Return the body up to its first byte that is no blank; of the blanks only some are kept."""
    head = b""
    for chunk in chunks:
        timer.add_noise(len(chunk), 0)
        head = head[-len(_BLANK) :] + chunk
        if chunk.strip(_BLANK):
            break
    return head


def _read_stream(
    chunks: Iterator[bytes], reader: ResponseReader, timer: ReadTimer
) -> Iterator[Delta]:
    decoder = Decoder()
    start = b""
    for chunk in chunks:
        events, pieces = reader.events, reader.pieces
        for event in decoder.feed(chunk):
            yield from reader.event(event)
            if reader.done:
                return
        if reader.pieces > pieces:
            timer.restart(ended=reader.ended)
        else:  # an event under way has its own limit
            timer.add_noise(0 if decoder.within else len(chunk), reader.events - events)
        if not reader.events and len(start) < _SHOWN:
            start += chunk[:_SHOWN]
    if (last := decoder.flush()) is not None:
        yield from reader.event(last)
    if decoder.stray and not reader.ended:
        yield from reader.event(Event(decoder.stray.decode("utf-8", "replace")))
    if not reader.events and not start.lstrip(_BLANK).startswith(
        (b":", b"data", b"event", b"id", b"retry")
    ):
        raise _not_an_answer(start.decode("utf-8", "replace"))


def _read_document(head: bytes, chunks: Iterator[bytes], reader: ResponseReader) -> Iterator[Delta]:
    body = bytearray(head)
    lost: ConnectionLost | None = None
    try:
        for chunk in chunks:
            body += chunk
            if len(body) > LARGEST_DOCUMENT:
                raise NotAnAnswer("the endpoint sent an answer without end")
    except ConnectionLost as error:  # all may have come: a wrong Content-Length looks like a cut
        lost = error
    try:
        values = parse_document(bytes(body.strip(_BLANK)))
    except ValueError:
        if lost:
            raise lost from None
        page = body[:_SHOWN].decode("utf-8", "replace") if body[:1] == b"<" else "broken JSON"
        raise _not_an_answer(page) from None
    for value in values[0] if isinstance(values[0], list) else values:
        yield from reader.document(value)
    if not reader.understood:
        raise _not_an_answer(values[0])
    reader.done = reader.done or len(values) == 1


def _not_an_answer(content: Json) -> NotAnAnswer:
    why = find_reason(content) or "other JSON"
    if not isinstance(content, str) or not content.lstrip().startswith("<"):
        return NotAnAnswer(f"the endpoint sent no answer but {why}")
    page = why if why == PAGE else f'the page "{why}"'
    hint = "Is the address right, or does the network want a login first?"
    return NotAnAnswer(f"the endpoint sent no answer but {page}", hint)
