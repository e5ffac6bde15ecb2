"""Response of the Chat Completions protocol: from a body, streamed or whole, to deltas.

Every member of a chunk may be missing, null or of another type, as real servers were seen to do.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain

from nemochat.api import refusals
from nemochat.api.choice import Choice, ChunkTemplate
from nemochat.api.json_values import parse, parse_document, to_amount, to_count
from nemochat.api.network_errors import ConnectionLost
from nemochat.api.refusals import PAGE, find_reason
from nemochat.api.sse import Decoder, Event
from nemochat.api.timeouts import ReadTimer
from nemochat.core.delta import Delta
from nemochat.core.messages import Ending, Usage
from nemochat.core.records import Json
from nemochat.errors import NemochatError, NotAnAnswer

_LONGEST_DONE = 32  # characters of [DONE] with blanks around it
_MOST_CANDIDATES = 16  # 2 can be asked for; an index beyond this is nonsense
LARGEST_DOCUMENT = 32 * 1024 * 1024  # bytes of an answer that is no stream
LONGEST_JOINED = 512  # characters of one delta: far less than repeat themselves in a loop
_SHOWN = 2000  # characters of something else, out of which a reason is looked for
_BLANK = b"\xef\xbb\xbf\r\n\t "  # a byte order mark counts as one


class ResponseReader:
    """Deltas out of the events, or the one document, of one answer.

    Attributes:
        events: How many events with data came.
        unreadable: How many of them were no JSON.
        understood: Whether anything of an answer was recognised.
        done: Whether the endpoint said that nothing follows.
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
        self._alike = ChunkTemplate()
        self._speaker = Choice(0, limit_chosen=False)  # whose chunks are alike

    @property
    def ended(self) -> bool:
        """Whether every candidate that came has its ending."""
        candidates = self._candidates.values()
        return bool(candidates) and all(candidate.ending for candidate in candidates)

    def text(self, event: Event) -> str | None:
        """The text of an event that holds nothing else, as most do, for `more`; None for others."""
        text = self._alike.text(event.data)
        if text is None or event.name == "error":
            return None
        self.events += 1
        return text

    def more(self, text: str) -> Iterator[Delta]:
        """The deltas of such a text, or of several that follow one another."""
        if text and (delta := self._speaker.more(text)) is not None:
            yield delta

    def event(self, event: Event) -> Iterator[Delta]:
        """The deltas of any event.

        Raises:
            EndpointError: the event tells of a failure.
        """
        self.events += 1
        self._alike.forget()
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
        if isinstance(chunk, dict):
            self._alike.learn(event.data, chunk)

    def document(self, chunk: Json) -> Iterator[Delta]:
        """The deltas of a chunk, or of a whole answer, read as JSON.

        Raises:
            EndpointError: it tells of a failure.
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
                candidate = self._speaker = self._candidate(choice)
                if (delta := candidate.read(choice)) is not None:
                    yield delta
                if candidate.failed and not failure:
                    failure = refusals.stream_error(choice)
        if failure:
            raise failure

    def flush(self) -> Iterator[Delta]:
        """What was held back and turned out to belong to the answer."""
        for candidate in self._candidates.values():
            yield from candidate.flush()

    def end(self) -> Iterator[Delta]:
        """The last deltas of an answer whose body came to its end: each candidate has an ending.

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
        """What a chunk says of the whole answer, if it is news."""
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
    pieces: Iterator[bytes], reader: ResponseReader, patience: ReadTimer
) -> Iterator[Delta]:
    """The deltas of one response's body, up to its end or [DONE].

    Args:
        pieces: The body's bytes in the clear.
        reader: What makes deltas of its events.
        patience: Is told what came.

    Raises:
        EndpointError: the body tells of a failure, or is no answer.
    """
    head = _head(pieces, patience)
    start = head.lstrip(_BLANK)[:1]
    if not start:
        return
    if start in (b"{", b"[", b"<"):
        yield from _read_document(head, pieces, reader)
    else:
        yield from _stream(chain((head,), pieces), reader, patience)


def _head(pieces: Iterator[bytes], patience: ReadTimer) -> bytes:
    """The body up to its first byte that is no blank; of the blanks only some are kept."""
    head = b""
    for piece in pieces:
        patience.add_read(len(piece))
        head = head[-len(_BLANK) :] + piece
        if piece.strip(_BLANK):
            break
    return head


def _stream(
    pieces: Iterator[bytes], reader: ResponseReader, patience: ReadTimer
) -> Iterator[Delta]:
    decoder = Decoder()
    shown = b""
    for piece in pieces:
        before = reader.events
        for delta in _join_deltas(_event_deltas(decoder.feed(piece), reader)):
            if delta.text or delta.reasoning or delta.tool_calls or delta.ending:
                patience.restart(ended=reader.ended)
            yield delta
        if reader.done:
            return
        patience.add_read(len(piece), reader.events - before, within=decoder.within)
        if not reader.events and len(shown) < _SHOWN:
            shown += piece[:_SHOWN]
    if (last := decoder.unended()) is not None:
        yield from reader.event(last)
    if decoder.stray and not reader.ended:
        yield from reader.event(Event(decoder.stray.decode("utf-8", "replace")))
    if not reader.events and not shown.lstrip(_BLANK).startswith(
        (b":", b"data", b"event", b"id", b"retry")
    ):
        raise _not_an_answer(shown.decode("utf-8", "replace"))


def _event_deltas(events: Iterable[Event], reader: ResponseReader) -> Iterator[Delta]:
    """The deltas of events that came at one go, up to the one after which nothing follows."""
    texts: list[str] = []
    size = 0
    try:
        for event in events:
            text = reader.text(event)
            size += LONGEST_JOINED if text is None else len(text)
            if texts and size > LONGEST_JOINED:
                yield from reader.more("".join(texts))
                texts, size = [], len(text or "")
            if text is not None:
                texts.append(text)
                continue
            size = 0
            yield from reader.event(event)
            if reader.done:
                return
    except NemochatError:
        yield from reader.more("".join(texts))
        raise
    yield from reader.more("".join(texts))


def _join_deltas(deltas: Iterator[Delta]) -> Iterator[Delta]:
    """Deltas that came at one go, those of nothing but text joined to longer ones.

    What a delta costs from here to the screen and the disk is paid once for a read, not once for
    each token of it.
    """
    held: list[Delta] = []
    size = 0
    try:
        for delta in deltas:
            size += len(delta.text)
            if held and (delta.candidate != held[0].candidate or size > LONGEST_JOINED):
                yield _merge_deltas(held)
                held, size = [], len(delta.text)
            if delta.ending or delta.reasoning or delta.tool_calls or delta.usage or delta.model:
                yield from (_merge_deltas(held), delta) if held else (delta,)
                held, size = [], 0
            else:
                held.append(delta)
    except NemochatError:
        if held:
            yield _merge_deltas(held)
        raise
    if held:
        yield _merge_deltas(held)


def _merge_deltas(deltas: list[Delta]) -> Delta:
    if len(deltas) == 1:
        return deltas[0]
    return Delta("".join([delta.text for delta in deltas]), candidate=deltas[0].candidate)


def _read_document(head: bytes, pieces: Iterator[bytes], reader: ResponseReader) -> Iterator[Delta]:
    body = bytearray(head)
    lost: ConnectionLost | None = None
    try:
        for piece in pieces:
            body += piece
            if len(body) > LARGEST_DOCUMENT:
                raise NotAnAnswer("the endpoint sent an answer without end")
    except ConnectionLost as error:  # all may have come: a wrong Content-Length looks like a cut
        lost = error
    try:
        values = parse_document(bytes(body.strip(_BLANK)))
    except ValueError:
        if lost:
            raise lost from None
        said = body[:_SHOWN].decode("utf-8", "replace") if body[:1] == b"<" else "broken JSON"
        raise _not_an_answer(said) from None
    for value in values[0] if isinstance(values[0], list) else values:
        yield from reader.document(value)
    if not reader.understood:
        raise _not_an_answer(values[0])
    reader.done = reader.done or len(values) == 1


def _not_an_answer(said: Json) -> NotAnAnswer:
    why = find_reason(said) or "other JSON"
    if not isinstance(said, str) or not said.lstrip().startswith("<"):
        return NotAnAnswer(f"the endpoint sent no answer but {why}")
    page = why if why == PAGE else f'the page "{why}"'
    hint = "Is the address right, or does the network want a login first?"
    return NotAnAnswer(f"the endpoint sent no answer but {page}", hint)
