"""Response of the Chat Completions protocol: from a stream or a document to deltas.

Any member of a chunk may be missing, null or of another type, as real servers do that.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain

from nemochat.api import refusals
from nemochat.api.choice import Choice
from nemochat.api.gzip import DamagedBody
from nemochat.api.json_values import parse, to_amount, to_count
from nemochat.api.network_errors import ConnectionLost
from nemochat.api.refusals import PAGE, find_reason
from nemochat.api.sse import Decoder, Event
from nemochat.api.timeouts import ReadTimer
from nemochat.core.delta import Delta
from nemochat.core.messages import Ending, Usage
from nemochat.core.records import Json
from nemochat.errors import EndpointError, NotAnAnswer

LARGEST_DOCUMENT = 32 * 1024 * 1024  # bytes of an answer that is not a stream
_LONGEST_DONE = 32  # characters of [DONE] and the spaces around it
_WITHOUT_CHUNK = {"", "[DONE]"}
_WITHOUT_ANSWER = {"error", "ping", "heartbeat", "keepalive", "keep-alive"}  # names of events
_MOST_CANDIDATES = 16  # at most 2 are requested; higher indexes are nonsense
_PREFIX = 2000  # bytes of an invalid response in which to look for a reason
_BLANK = b"\xef\xbb\xbf\r\n\t "  # including the byte order mark
_LINE = rb"(?:\A|\n)\s*\{"  # the start of a JSON object, perhaps
_LINES = rb"[\xef\xbb\xbf\s]*\{[^\n]*\}[ \t\r]*\n\s*\{"  # one JSON object on each line


class ResponseReader:
    """Parser from the events, or the document, of one answer to deltas.

    Attributes:
        events: Number of events with data.
        damaged: Number of events that could not be read, or only in part.
        understood: Whether any part of an answer was recognized.
        done: Whether the endpoint sent [DONE], after which nothing follows.
    """

    def __init__(self, *, limit_chosen: bool) -> None:
        """Begin an answer; `limit_chosen` means that max_tokens was sent."""
        self.events = 0
        self.damaged = 0
        self.understood = False
        self.done = False
        self._limit_chosen = limit_chosen
        self._candidates: dict[int, Choice] = {}
        self._model = ""
        self._usage: Usage | None = None

    @property
    def ended(self) -> bool:
        """Whether all candidates have an ending."""
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
        if len(event.data) < _LONGEST_DONE and event.data.strip() in _WITHOUT_CHUNK:
            self.done = self.done or bool(event.data.strip())
            return
        try:
            chunk = parse(event.data)
        except ValueError:
            self.damaged += event.name not in _WITHOUT_ANSWER
            chunk = None
        if event.name == "error":
            raise refusals.stream_error(chunk if chunk is not None else event.data)
        yield from self.document(chunk)

    def document(self, chunk: Json) -> Iterator[Delta]:
        """Yield the deltas of a chunk, or of a complete answer.

        Raises:
            EndpointError: it reports a failure.
        """
        for each in chunk if isinstance(chunk, list) else [chunk]:
            if isinstance(each, dict):
                yield from self._read_chunk(each)

    def _read_chunk(self, chunk: dict[str, Json]) -> Iterator[Delta]:
        failure = _find_error(chunk)
        choices = chunk.get("choices")
        is_answer = isinstance(chunk.get("message"), dict) or chunk.get("done") is True  # Ollama
        if not choices and not failure and is_answer:
            choices = [chunk]
        if (metadata := self._read_metadata(chunk)) is not None:
            yield metadata
        is_damaged = not isinstance(choices, list | None)
        for choice in choices[:_MOST_CANDIDATES] if isinstance(choices, list) else ():
            if isinstance(choice, dict):
                self.understood = True
                candidate = self._candidate(choice)
                if (delta := candidate.read(choice)) is not None:
                    yield delta
                if candidate.failure and not failure:
                    reason = find_reason(choice) or candidate.failure
                    failure = refusals.stream_error(reason)
                is_damaged, candidate.is_damaged = is_damaged or candidate.is_damaged, False
            elif choice:
                is_damaged = True
        self.damaged += is_damaged
        if failure:
            raise failure

    def flush(self) -> Iterator[Delta]:
        """Yield text that was held back."""
        for candidate in self._candidates.values():
            yield from candidate.flush()

    def end(self) -> Iterator[Delta]:
        """Yield the last deltas at the end of the body, with the missing endings.

        Raises:
            NotAnAnswer: nothing was received, not even an ending, or a part was damaged.
        """
        yield from self.flush()
        candidates = self._candidates or {0: Choice(0, limit_chosen=False)}
        is_complete = self.done or any(candidate.ending for candidate in candidates.values())
        if not is_complete and not any(candidate.has_content for candidate in candidates.values()):
            raise NotAnAnswer("the endpoint closed the connection without an answer")
        if self.damaged:
            raise NotAnAnswer("part of the answer could not be read")
        for candidate in candidates.values():
            yield from candidate.end(Ending.COMPLETE if is_complete else Ending.UNFINISHED)

    def _read_metadata(self, chunk: dict[str, Json]) -> Delta | None:
        """Return the model and the usage in a chunk if they are new."""
        model, usage_value = chunk.get("model"), chunk.get("usage")
        if model == self._model and usage_value is None:
            return None
        model = model if isinstance(model, str) and model.isprintable() else ""
        usage = _parse_usage(usage_value)
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


def _find_error(chunk: dict[str, Json]) -> EndpointError | None:
    """Return the error that a chunk or document reports, or None."""
    if failure := chunk.get("error"):
        return refusals.stream_error(failure)
    is_error = chunk.get("error_type") or chunk.get("error_message")
    if not is_error and "choices" not in chunk:
        message = chunk.get("message")
        is_error = (
            "error" in (chunk.get("object"), chunk.get("type"))
            or chunk.get("detail")
            or chunk.get("errors")
            or (isinstance(message, str) and message)
        )
    return refusals.stream_error(chunk) if is_error else None


def _parse_usage(value: Json) -> Usage | None:
    if not isinstance(value, dict):
        return None
    details = value.get("prompt_tokens_details")
    usage = Usage(
        prompt_tokens=to_count(value.get("prompt_tokens")),
        completion_tokens=to_count(value.get("completion_tokens")),
        total_tokens=to_count(value.get("total_tokens")),
        cached_tokens=to_count(details.get("cached_tokens")) if isinstance(details, dict) else None,
        estimated_cost=to_amount(value.get("estimated_cost")),
    )
    return usage if usage != Usage() else None


def read_deltas(
    chunks: Iterator[bytes], reader: ResponseReader, timer: ReadTimer
) -> Iterator[Delta]:
    """Yield the deltas of a response, up to its end or [DONE].

    Args:
        chunks: Body, decompressed.
        reader: Parser of the events.
        timer: Timer of the reads.

    Raises:
        EndpointError: the body reports a failure, or is not an answer.
    """
    head = _read_head(chunks, timer)
    start = head.lstrip(_BLANK)[:1]
    if not start:
        return
    if start in (b"{", b"[", b"<"):
        timer.restart(ended=False)
        yield from _read_document(head, chunks, reader, timer)
    else:
        yield from _read_stream(chain((head,), chunks), reader, timer)


def _read_head(chunks: Iterator[bytes], timer: ReadTimer) -> bytes:
    """Return the body up to the first chunk that is not blank, without most of the white space."""
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
        else:  # incomplete events have a limit of their own
            timer.add_noise(0 if decoder.is_in_event else len(chunk), reader.events - events)
        if not reader.events and len(start) < _PREFIX:
            start += chunk[:_PREFIX]
    if (last := decoder.flush()) is not None:
        damaged = reader.damaged
        yield from reader.event(last)
        reader.damaged = damaged  # incomplete, which another ending says
    if decoder.stray and not reader.ended:
        yield from reader.event(Event(decoder.stray.decode("utf-8", "replace")))
    if not reader.events and not start.lstrip(_BLANK).startswith(
        (b":", b"data", b"event", b"id", b"retry")
    ):
        raise _wrong_content_error(start.decode("utf-8", "replace"))


def _read_document(
    head: bytes, chunks: Iterator[bytes], reader: ResponseReader, timer: ReadTimer
) -> Iterator[Delta]:
    body = bytearray()
    failure: ConnectionLost | DamagedBody | None = None
    has_lines = False
    try:
        has_lines = _collect_document(body, chain((head,), chunks))
    except (ConnectionLost, DamagedBody) as error:  # the document may be complete
        failure = error
    if has_lines:  # read them as events
        lines = chain((b"data: " + body.lstrip(_BLANK),), chunks)
        events = (line.replace(b"\n", b"\n\ndata: ") for line in lines)
        return (yield from _read_stream(events, reader, timer))
    try:
        value = parse(body.strip(_BLANK).decode("utf-8", "replace"))
    except ValueError:
        if failure:
            raise failure from None
        if body.startswith(b"<"):
            raise _wrong_content_error(body[:_PREFIX].decode("utf-8", "replace")) from None
        raise NotAnAnswer("the endpoint sent invalid JSON instead of an answer") from None
    yield from reader.document(value)
    if not reader.understood:
        raise _wrong_content_error(value)
    if isinstance(failure, DamagedBody):
        raise failure
    reader.done = True


def _collect_document(body: bytearray, chunks: Iterator[bytes]) -> bool:
    """Read a document into `body`; return early and True if it has a JSON object on each line."""
    for chunk in chunks:
        body += chunk
        if len(body) > LARGEST_DOCUMENT:
            raise NotAnAnswer("the endpoint sent an endless answer")
        if re.search(_LINE, chunk) and re.match(_LINES, body):
            return True
    return False


def _wrong_content_error(content: Json) -> NotAnAnswer:
    """Return the error for a response with other content than an answer."""
    reason = find_reason(content)
    if isinstance(content, str) and content.lstrip().startswith("<"):
        page = reason if reason == PAGE else f'the page "{reason}"'
        hint = "Is the address right, or does the network require a login?"
        return NotAnAnswer(f"the endpoint sent {page} instead of an answer", hint)
    what = f'"{reason}"' if reason else "other JSON"
    return NotAnAnswer(f"the endpoint sent {what} instead of an answer")
