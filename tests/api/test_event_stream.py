"""Parsing of server-sent events, by the HTML standard, at every split of the reads.

The vectors of the grammar go to the parser itself, as they are split about 20,000 times and most of
them hold nothing that a client would show. The end of a stream, and a stream that is too large, are
tested through a client.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nemochat.api.sse import Decoder, Event
from tests.api.asking import asking
from tests.api.fault_server.scripts import HELLO, answer, chunk, events, head, plays
from tests.api.fault_server.server import FaultServer
from tests.api.served import Serve

MARK = "\ufeff"


def read(pieces: Iterable[bytes]) -> list[Event]:
    decoder = Decoder()
    return [event for piece in pieces for event in decoder.feed(piece)]


def said(*data: str) -> list[Event]:
    return [Event(each) for each in data]


# Each row follows a sentence of "Interpreting an event stream" or "Parsing an event stream".
GRAMMAR: list[tuple[str, str | bytes, list[Event]]] = [
    ("one event", "data: a\n\n", said("a")),
    ("two events", "data: a\n\ndata: b\n\n", said("a", "b")),
    ("lines end at CR", "data: a\r\rdata: b\r\r", said("a", "b")),
    ("lines end at CRLF", "data: a\r\n\r\ndata: b\r\n\r\n", said("a", "b")),
    ("line ends may be mixed", "data: a\r\ndata: b\rdata: c\n\r\ndata: d\r\r\n",
     said("a\nb\nc", "d")),
    ("LF CR is two ends", "data: a\n\rdata: b\n\n", said("a", "b")),
    ("CR CR LF is two ends", "data: a\r\r\ndata: b\n\n", said("a", "b")),
    ("a CR at the end is an end", "data: a\r\r", said("a")),
    ("a mark of byte order at the start is dropped", f"{MARK}data: a\n\n", said("a")),
    ("only one mark is dropped", f"{MARK}{MARK}data: a\n\ndata: b\n\n", said("b")),
    ("a mark on a later line is part of a name", f"data: a\n{MARK}data: b\n\n", said("a")),
    ("a mark within data stays", f"data: {MARK}a\n\n", said(f"{MARK}a")),
    ("a mark before a comment", f"{MARK}: x\ndata: a\n\n", said("a")),
    ("a mark alone is no field", f"{MARK}\ndata: a\n\n", said("a")),
    ("comments are dropped", ": x\ndata: a\n:data: b\n:\n\n", said("a")),
    ("comments do not end an event", "data: a\n: x\ndata: b\n\n", said("a\nb")),
    ("one space after the colon is dropped", "data: a\n\n", said("a")),
    ("no space is needed", "data:a\n\n", said("a")),
    ("only one space is dropped", "data:  a \n\n", said(" a ")),
    ("a tab is no space", "data:\ta\n\n", said("\ta")),
    ("a space before the colon is part of the name", "data : a\ndata: b\n\n", said("b")),
    ("a space before the name is part of it", " data: a\ndata: b\n\n", said("b")),
    ("more colons are data", "data: a: b:c\n\n", said("a: b:c")),
    ("several data lines are joined", "data: a\ndata: b\ndata:\ndata: c\n\n", said("a\nb\n\nc")),
    ("a name without a colon has no value", "data\n\n", said("")),
    ("two names without colons", "data\ndata\n\n", said("\n")),
    ("empty data is data", "data:\n\n", said("")),
    ("empty data and a space", "data: \n\n", said("")),
    ("data ends with an empty line", "data: a\ndata:\n\n", said("a\n")),
    ("without data there is no event", "event: x\nid: 1\n\nretry: 1\n\n\n", []),
    ("a type without data is forgotten", "event: x\n\ndata: a\n\n", said("a")),
    ("a type", "event: x\ndata: a\n\n", [Event("a", "x")]),
    ("a type after the data", "data: a\nevent: x\n\n", [Event("a", "x")]),
    ("the last type counts", "event: x\nevent: y\ndata: a\n\n", [Event("a", "y")]),
    ("an empty type is none", "event: x\nevent:\ndata: a\n\n", said("a")),
    ("a type holds for one event", "event: x\ndata: a\n\ndata: b\n\n",
     [Event("a", "x"), *said("b")]),
    ("unknown fields are dropped", "foo: x\ndata: a\nDATA: b\ndatas: c\ndat: d\n\n", said("a")),
    ("ids and retries are dropped", "id: 1\nretry: 10\ndata: a\nid\nretry: x\n\n", said("a")),
    ("what no blank line ends is dropped", "data: a\n\ndata: b\n", said("a")),
    ("half a line is dropped", "data: a\n\ndata: b", said("a")),
    ("nothing", "", []),
    ("blank lines", "\n\n\r\n\r", []),
    ("NUL in data", "data: a\0b\n\n", said("a\0b")),
    ("NUL in a name", "data\0: a\ndata: b\n\n", said("b")),
    ("other line ends are data", "data: a\u2028b\u2029c\x85d\x0be\x0cf\x1cg\n\n",
     said("a\u2028b\u2029c\x85d\x0be\x0cf\x1cg")),
    ("characters of all lengths", "data: é€👋\n\n", said("é€👋")),
    ("broken UTF-8", b"data: a\xffb\xc3\n\ndata: \xe2\x82\n\n", said("a\ufffdb\ufffd", "\ufffd")),
    ("an encoded surrogate is broken", b"data: \xed\xa0\x80\n\n", said("\ufffd" * 3)),
]  # fmt: skip
IDS = [name for name, _, _ in GRAMMAR]


def in_bytes(stream: str | bytes) -> bytes:
    return stream if isinstance(stream, bytes) else stream.encode()


@pytest.mark.parametrize(("_", "stream", "events"), GRAMMAR, ids=IDS)
def test_the_grammar_holds_at_once_and_byte_by_byte(
    _: str, stream: str | bytes, events: list[Event]
) -> None:
    raw = in_bytes(stream)
    assert read([raw]) == events
    assert read(raw[place : place + 1] for place in range(len(raw))) == events


@pytest.mark.parametrize(("_", "stream", "events"), GRAMMAR, ids=IDS)
def test_the_grammar_holds_at_every_split_in_two_with_empty_reads(
    _: str, stream: str | bytes, events: list[Event]
) -> None:
    raw = in_bytes(stream)
    for place in range(len(raw) + 1):
        assert read([b"", raw[:place], b"", raw[place:], b""]) == events


@pytest.mark.parametrize("end", ["", "\n", "\r", "\r\n"])
@pytest.mark.parametrize(
    "last",
    [
        'data: {"choices": [{"delta": {"content": "b"}}]}',
        'data: {"choices":\ndata: [{"delta": {"content": "b"}}]}',
        f'{MARK}data: {{"choices": [{{"delta": {{"content": "b"}}}}]}}',
    ],
)
def test_an_event_that_the_end_of_the_stream_cut_off_is_read(
    serve: Serve, last: str, end: str
) -> None:
    before = b"" if last.startswith(MARK) else events(chunk("a"))
    said = serve(before + (last + end).encode(), chunks=[len(before) + 9])
    assert said.text == ("ab" if before else "b")


def test_an_event_of_a_type_that_the_end_of_the_stream_cut_off_is_read(serve: Serve) -> None:
    said = serve(events(chunk("a")) + b"event: error\ndata: boom")
    assert said.provenance.reason == "the endpoint failed (boom)"


def test_a_byte_order_mark_may_come_in_pieces() -> None:
    mark = MARK.encode()
    pieces = plays(head(), mark[:1], 0.02, mark[1:2], 0.02, mark[2:] + answer())
    with FaultServer(pieces) as server, asking(server.base_url) as asked:
        assert asked.text() == HELLO


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n"])
def test_a_stream_is_read_alike_in_reads_of_any_size(serve: Serve, end: str) -> None:
    body = MARK.encode() + b": ping\n\n" + answer(end=end)
    assert [serve(body, chunks=range(0, len(body), size)).text for size in (23, 57, 1000)] == [
        HELLO
    ] * 3


ENDS = st.sampled_from(["\n", "\r\n", "\r"])
BLANKS = st.sampled_from(["\r\n", "\r"])  # a LF after a CR would be no blank line
TEXT = st.text(st.characters(exclude_characters="\r\n", exclude_categories=["Cs"]), max_size=12)
LINE = st.tuples(st.sampled_from(["data", "data", "event", "id", "", "x"]), TEXT)


@st.composite
def streams(draw: st.DrawFn) -> tuple[bytes, list[Event]]:
    """Return a valid stream and its events."""
    stream = draw(st.sampled_from(["", MARK]))
    events = []
    for lines in draw(st.lists(st.lists(LINE, min_size=1, max_size=5), max_size=5)):
        stream += "".join(f"{field}: {value}{draw(ENDS)}" for field, value in lines) + draw(BLANKS)
        names = [value for field, value in lines if field == "event"]
        if data := [value for field, value in lines if field == "data"]:
            events.append(Event("\n".join(data), names[-1] or "message" if names else "message"))
    return stream.encode(), events


@given(streams(), st.lists(st.integers(0, 400), max_size=12))
def test_any_stream_gives_its_events_at_any_split(
    made: tuple[bytes, list[Event]], cuts: list[int]
) -> None:
    stream, events = made
    places = sorted({0, len(stream), *(cut for cut in cuts if cut < len(stream))})
    assert read(stream[a:b] for a, b in pairwise(places)) == events


@given(st.binary(max_size=200), st.integers(1, 7))
def test_any_bytes_give_the_same_events_at_any_size_of_reads(stream: bytes, size: int) -> None:
    pieces = [stream[place : place + size] for place in range(0, len(stream), size)]
    assert read(pieces) == read([stream])


def test_an_event_of_10_mb_is_joined_from_small_reads() -> None:
    data = b"x" * 10_000_000
    stream = b"data: " + data + b"\n\n"
    pieces = [stream[place : place + 1000] for place in range(0, len(stream), 1000)]
    assert [len(event.data) for event in read(pieces)] == [10_000_000]


def test_100_000_events_come_out_of_one_read() -> None:
    assert len(read([b"data: x\n\n" * 100_000])) == 100_000
