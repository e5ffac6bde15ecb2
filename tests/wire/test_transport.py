"""Requests over a connection of our own: how long it is kept, and what its bodies come in."""

from __future__ import annotations

import pytest

from nemochat.core.messages import Ending, Message, Role
from nemochat.wire import transport
from nemochat.wire.dialing import dialler
from nemochat.wire.route import Route
from tests.wire.asking import PROMPT, asking
from tests.wire.fault_server.lines import CODED, HI
from tests.wire.fault_server.scripts import (
    HELLO,
    answer,
    chunked,
    head,
    plays,
    with_length,
)
from tests.wire.fault_server.server import FaultServer, Peer
from tests.wire.test_client import keeps

TEXT = answer()


def pieces(server: FaultServer) -> list[bytes]:
    """What the body of one response comes in."""
    route = Route(server.base_url, proxy="")
    way = transport.Direct(route, dialler(route), {}, lambda _: None)
    response = way.send("GET", "/models", b"", 1.0, 1.0)
    came = list(response.pieces)
    response.close()
    way.close()
    return came


@pytest.mark.parametrize("size", [1, 7, 0])
def test_what_comes_at_one_go_is_one_piece_however_it_is_cut_into_chunks(size: int) -> None:
    with FaultServer(plays(CODED + chunked(TEXT, size))) as server:
        assert pieces(server) == [TEXT]


def test_what_came_before_damaged_chunks_is_kept() -> None:
    body = chunked(HI)[: -len(b"0\r\n\r\n")]
    behave = plays(CODED + body + body + b"nonsense\r\n")
    with FaultServer(behave) as server, asking(server.base_url) as asked:
        said = asked.deltas()
    assert "".join(delta.text for delta in said) == "HiHi"
    assert said[-1].ending is Ending.FAILED


def test_a_connection_that_was_idle_for_long_is_not_used_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(transport, "SECONDS_KEPT", -1.0)
    with FaultServer(keeps(CODED, chunked(TEXT))) as server, asking(server.base_url) as asked:
        assert asked.text() == asked.text() == HELLO
        assert server.connections == 2


def test_a_connection_that_the_server_means_to_close_is_not_used_again() -> None:
    closes = head(Transfer_Encoding="chunked", Connection="close")
    with FaultServer(keeps(closes, chunked(TEXT))) as server, asking(server.base_url) as asked:
        assert asked.text() == asked.text() == HELLO
        assert server.connections == 2


def test_a_refusal_is_read_where_the_request_is_not_taken_whole() -> None:
    refusal = with_length("413 Too Large", b'{"error": "much!"}')
    large = Message(Role.USER, "x" * 8_000_000)

    def behave(peer: Peer, _: int) -> None:
        peer.send(refusal)
        peer.reset()

    with FaultServer(behave) as server, asking(server.base_url) as asked:
        assert "much!" in asked.failure(PROMPT._replace(messages=(large,))).sentence
