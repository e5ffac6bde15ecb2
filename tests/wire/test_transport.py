"""Requests over a connection of our own: how long it is kept, and what its bodies come in."""

from __future__ import annotations

import _socket
import threading
import time

import pytest

from nemochat.core.messages import Ending, Message, Role
from nemochat.wire import transport
from nemochat.wire.attempt import connected
from nemochat.wire.dialing import dialler
from nemochat.wire.route import Route
from tests.wire.asking import PROMPT, asking
from tests.wire.fault_server.lines import CODED, HI
from tests.wire.fault_server.scripts import (
    HELLO,
    answer,
    chunked,
    head,
    keeps,
    plays,
    with_length,
)
from tests.wire.fault_server.server import FaultServer, Peer

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
        time.sleep(0.1)  # the connection stands by then, and no more of it is read
        peer.reset()

    with FaultServer(behave) as server, asking(server.base_url) as asked:
        assert "much!" in asked.failure(PROMPT._replace(messages=(large,))).sentence


@pytest.mark.parametrize("more", [b"\r\n", CODED + chunked(answer("foreign")), b"nonsense"])
def test_what_stands_after_a_response_is_no_answer_to_the_next_question(more: bytes) -> None:
    behave = keeps(CODED + chunked(TEXT) + more)
    with FaultServer(behave) as server, asking(server.base_url) as asked:
        assert [asked.text() for _ in range(3)] == [HELLO] * 3
        assert asked.waits == []
        assert server.connections == 3


def test_a_refusal_that_came_before_a_request_was_taken_is_told_though_the_rest_never_is() -> None:
    refusal = with_length("413 Too Large", b'{"error": "much!"}')
    large = Message(Role.USER, "x" * 8_000_000)
    over = threading.Event()

    def behave(peer: Peer, _: int) -> None:
        peer.send(refusal)
        over.wait(10)  # reading nothing

    with FaultServer(behave) as server, asking(server.base_url) as asked:
        assert "much!" in asked.failure(PROMPT._replace(messages=(large,))).sentence
        over.set()


def test_what_was_closed_opens_another_connection() -> None:
    with FaultServer(keeps(CODED, chunked(TEXT))) as server:
        route = Route(server.base_url, proxy="")
        way = transport.Direct(route, dialler(route), {}, lambda _: None)
        for _ in range(2):
            response = way.send("GET", "/models", b"", 1.0, 1.0)
            assert b"".join(response.pieces) == TEXT
            response.close()
            way.close()
        assert server.connections == 2


def test_an_address_of_a_family_that_is_switched_off_leaves_the_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    nowhere = (9999, 1, 6, "", ("::1", 0))  # no such family
    resolve = _socket.getaddrinfo
    monkeypatch.setattr(_socket, "getaddrinfo", lambda *a, **k: [nowhere, *resolve(*a, **k)])
    with FaultServer(plays(CODED + chunked(TEXT))) as server:
        connected("127.0.0.1", server.port, 1.0).close()
        monkeypatch.setattr(_socket, "getaddrinfo", lambda *_, **__: [nowhere])
        with pytest.raises(OSError, match="not supported"):
            connected("127.0.0.1", server.port, 1.0)
