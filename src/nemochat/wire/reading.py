"""The bytes of a response into deltas: a stream or a document, whatever it claims to be."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain

from nemochat.core.deltas import Delta
from nemochat.errors import NemochatError, NotAnAnswer
from nemochat.wire.faults import Lost
from nemochat.wire.lenient import Json, document
from nemochat.wire.patience import Patience
from nemochat.wire.protocol import Reader
from nemochat.wire.reasons import PAGE, reason
from nemochat.wire.sse import Decoder, Event

LARGEST_DOCUMENT = 32 * 1024 * 1024  # bytes of an answer that is no stream
LONGEST_JOINED = 512  # characters of one delta: far less than repeat themselves in a loop
_SHOWN = 2000  # characters of something else, out of which a reason is looked for
_BLANK = b"\xef\xbb\xbf\r\n\t "  # a byte order mark counts as one


def deltas(pieces: Iterator[bytes], reader: Reader, patience: Patience) -> Iterator[Delta]:
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
        yield from _whole(head, pieces, reader)
    else:
        yield from _stream(chain((head,), pieces), reader, patience)


def _head(pieces: Iterator[bytes], patience: Patience) -> bytes:
    """The body up to its first byte that is no blank; of the blanks only some are kept."""
    head = b""
    for piece in pieces:
        patience.read(len(piece))
        head = head[-len(_BLANK) :] + piece
        if piece.strip(_BLANK):
            break
    return head


def _stream(pieces: Iterator[bytes], reader: Reader, patience: Patience) -> Iterator[Delta]:
    decoder = Decoder()
    shown = b""
    for piece in pieces:
        before = reader.events
        for delta in _joined(_told(decoder.feed(piece), reader)):
            if delta.text or delta.reasoning or delta.tool_calls or delta.ending:
                patience.grew(ended=reader.ended)
            yield delta
        if reader.done:
            return
        patience.read(len(piece), reader.events - before, within=decoder.within)
        if not reader.events and len(shown) < _SHOWN:
            shown += piece[:_SHOWN]
    if (last := decoder.unended()) is not None:
        yield from reader.event(last)
    if decoder.stray and not reader.ended:
        yield from reader.event(Event(decoder.stray.decode("utf-8", "replace")))
    if not reader.events and not shown.lstrip(_BLANK).startswith(
        (b":", b"data", b"event", b"id", b"retry")
    ):
        raise _no_answer(shown.decode("utf-8", "replace"))


def _told(events: Iterable[Event], reader: Reader) -> Iterator[Delta]:
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


def _joined(deltas: Iterator[Delta]) -> Iterator[Delta]:
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
                yield _one(held)
                held, size = [], len(delta.text)
            if delta.ending or delta.reasoning or delta.tool_calls or delta.usage or delta.model:
                yield from (_one(held), delta) if held else (delta,)
                held, size = [], 0
            else:
                held.append(delta)
    except NemochatError:
        if held:
            yield _one(held)
        raise
    if held:
        yield _one(held)


def _one(deltas: list[Delta]) -> Delta:
    if len(deltas) == 1:
        return deltas[0]
    return Delta("".join([delta.text for delta in deltas]), candidate=deltas[0].candidate)


def _whole(head: bytes, pieces: Iterator[bytes], reader: Reader) -> Iterator[Delta]:
    body = bytearray(head)
    lost: Lost | None = None
    try:
        for piece in pieces:
            body += piece
            if len(body) > LARGEST_DOCUMENT:
                raise NotAnAnswer("the endpoint sent an answer without end")
    except Lost as error:  # all may have come: a wrong Content-Length looks like a cut
        lost = error
    try:
        values = document(bytes(body.strip(_BLANK)))
    except ValueError:
        if lost:
            raise lost from None
        said = body[:_SHOWN].decode("utf-8", "replace") if body[:1] == b"<" else "broken JSON"
        raise _no_answer(said) from None
    for value in values[0] if isinstance(values[0], list) else values:
        yield from reader.document(value)
    if not reader.understood:
        raise _no_answer(values[0])
    reader.done = reader.done or len(values) == 1


def _no_answer(said: Json) -> NotAnAnswer:
    why = reason(said) or "other JSON"
    if not isinstance(said, str) or not said.lstrip().startswith("<"):
        return NotAnAnswer(f"the endpoint sent no answer but {why}")
    page = why if why == PAGE else f'the page "{why}"'
    hint = "Is the address right, or does the network want a login first?"
    return NotAnAnswer(f"the endpoint sent no answer but {page}", hint)
