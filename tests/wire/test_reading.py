"""Bodies that are no stream: an answer at one go, or what came in place of one."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from nemochat.errors import EndpointError, NotAnAnswer
from nemochat.wire import reading
from nemochat.wire.faults import Lost
from nemochat.wire.patience import Patience, Timeouts
from nemochat.wire.protocol import Reader
from tests.wire.fault_server.scripts import HELLO, document

WHOLE = json.dumps(document()).encode()


def read(*pieces: bytes, lost: bool = False) -> str:
    """The text of a body in these pieces, after which the connection may be lost."""

    def body() -> Iterator[bytes]:
        yield from pieces
        if lost:
            raise Lost("it is gone")

    found = reading.deltas(body(), Reader(limit_chosen=False), Patience(Timeouts()))
    return "".join(delta.text for delta in found)


@pytest.mark.parametrize("before", [b"", b"\xef\xbb\xbf", b"\r\n\t ", b" " * 100])
@pytest.mark.parametrize("size", [1, 7, 10_000])
def test_an_answer_at_one_go_is_read_in_any_pieces(before: bytes, size: int) -> None:
    body = before + WHOLE
    assert read(*(body[at : at + size] for at in range(0, len(body), size))) == HELLO
    assert read(body + b"\n", lost=True) == HELLO
    assert read(b"[" + WHOLE + b"]") == HELLO


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b"<html><head><title>Busy</title>", 'the page "Busy"'),
        (b"<p>\xff", 'the page "<p>\ufffd"'),
        (b'{"choices": [', "broken JSON"),
        (b'{"x": 1}', "other JSON"),
        (b'{"title": "Bad"}', "Bad"),
        (b"[]", "other JSON"),
        (b"Service unavailable", "Service unavailable"),
        (b"No \xff\n", "No \ufffd"),
    ],
)
def test_what_came_in_place_of_an_answer_is_told(body: bytes, told: str) -> None:
    with pytest.raises(NotAnAnswer) as caught:
        read(body)
    assert caught.value.sentence == f"the endpoint sent no answer but {told}"


def test_a_part_of_an_answer_at_one_go_is_a_lost_connection() -> None:
    with pytest.raises(EndpointError, match=r"^it is gone$"):
        read(WHOLE[:-1], lost=True)


def test_an_answer_at_one_go_has_a_largest_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "LARGEST_DOCUMENT", len(WHOLE))
    assert read(WHOLE[:5], WHOLE[5:]) == HELLO
    with pytest.raises(NotAnAnswer) as caught:
        read(WHOLE, b"\n")
    assert caught.value.sentence == "the endpoint sent an answer without end"
