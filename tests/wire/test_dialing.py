"""A connection that is opened before its request is there."""

from __future__ import annotations

import gc
import signal
import socket
import ssl
import struct
import sys
import threading
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from nemochat.core.deltas import Delta
from nemochat.core.messages import Ending
from nemochat.errors import Unreachable
from nemochat.wire import dialing, trust
from nemochat.wire.route import Route
from tests.wire.asking import PROMPT, SECONDS_TO_CONNECT, asking, in_a_thread
from tests.wire.fault_server.scripts import FOREVER, HELLO, at_once
from tests.wire.fault_server.server import FaultServer, Peer
from tests.wire.secured import AUTHORITY, GOOD, secured, until, unused_port


def way(base_url: str, ca_bundle: str = AUTHORITY) -> Route:
    """The way that `asking` takes with the same arguments."""
    return Route(base_url, ca_bundle, None, SECONDS_TO_CONNECT)


@contextmanager
def left_open() -> Iterator[list[str]]:
    """What Python says of connections that were lost while they were open."""
    said: list[str] = []
    gc.collect()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        yield said
        gc.collect()
        said += [str(warning.message) for warning in caught]


def test_the_first_question_goes_over_the_connection_that_was_begun() -> None:
    with secured("good") as server:
        dialing.begin(way(server.base_url))
        until(lambda: server.connections == 1)
        with asking(server.base_url, ca_bundle=AUTHORITY) as asked:
            assert asked.text() == HELLO
        assert server.connections == 1


def test_another_way_leaves_the_connection_that_was_begun_alone() -> None:
    with secured("good") as server, secured("good") as other:
        dialing.begin(way(other.base_url))
        until(lambda: other.connections == 1)
        with asking(server.base_url, ca_bundle=AUTHORITY) as asked:
            assert asked.text() == HELLO
        assert (server.connections, other.connections, other.requests) == (1, 1, [])
        dialing.dialler(way(other.base_url)).close()  # nobody took it up


def test_a_connection_that_was_closed_meanwhile_is_replaced_without_a_word() -> None:
    closed: list[int] = []

    def closes_the_first(peer: Peer, number: int) -> None:
        if number:
            GOOD(peer, number)
        else:
            peer.connection.close()
            closed.append(number)

    with secured("good", closes_the_first) as server:
        dialing.begin(way(server.base_url))
        until(lambda: bool(closed))
        with asking(server.base_url, ca_bundle=AUTHORITY) as asked:
            assert asked.text() == HELLO
        assert (asked.waits, server.connections) == ([], 2)


def test_a_failure_beforehand_is_told_as_any_other_and_tried_again() -> None:
    base_url = f"https://127.0.0.1:{unused_port()}/v1"
    dialing.begin(way(base_url))
    with asking(base_url, ca_bundle=AUTHORITY) as asked:
        error = asked.failure()
    assert isinstance(error, Unreachable)
    assert "connection refused" in error.sentence
    assert len(asked.waits) == 2


def test_a_certificate_that_is_refused_beforehand_is_refused() -> None:
    with secured("expired") as server:
        dialing.begin(way(server.base_url))
        with asking(server.base_url, ca_bundle=AUTHORITY) as asked:
            error = asked.failure()
        assert "certificate has expired" in error.sentence
        assert (server.requests, asked.waits) == ([], [])


def test_a_handshake_that_hangs_beforehand_is_left_in_time() -> None:
    def stalls(peer: Peer, _: int) -> None:
        peer.hold(20)

    with FaultServer(stalls) as server:
        base_url = server.base_url.replace("http:", "https:")
        dialing.begin(way(base_url))
        with asking(base_url, ca_bundle=AUTHORITY, retries=0) as asked:
            error = asked.failure()
        assert isinstance(error, Unreachable)
        assert "did not answer in time" in error.sentence


def test_a_stop_while_it_is_under_way_ends_the_question() -> None:
    def stalls(peer: Peer, _: int) -> None:
        peer.hold(20)

    with FaultServer(stalls) as server:
        base_url = server.base_url.replace("http:", "https:")
        dialing.begin(way(base_url))
        with asking(base_url, ca_bundle=AUTHORITY) as asked:
            stream = asked.client.stream(PROMPT)
            asked.client.stop()
            assert [delta.ending for delta in stream] == [Ending.INTERRUPTED]


def test_what_is_stopped_while_it_connects_is_not_tried_again_beside_the_next() -> None:
    def stalls(peer: Peer, _: int) -> None:
        peer.hold(0.5)
        peer.reset()

    with FaultServer(stalls) as server:
        base_url = server.base_url.replace("http:", "https:")
        dialing.begin(way(base_url))
        with asking(base_url, ca_bundle=AUTHORITY, retries=1) as asked:
            until(lambda: server.connections == 1)
            said: list[Delta] = []
            thread = in_a_thread(said, asked.client.stream(PROMPT))
            time.sleep(0.1)
            asked.client.stop()
            error = asked.failure()
            thread.join(5)
        assert isinstance(error, Unreachable)
        assert [delta.ending for delta in said] == [Ending.INTERRUPTED]
        assert (len(asked.waits), server.connections) == (1, 3)


def test_a_failure_of_long_ago_is_not_told() -> None:
    port = unused_port()
    base_url = f"https://127.0.0.1:{port}/v1"
    begun = dialing.dialler(way(base_url))
    begun.dial()
    until(lambda: "nemochat-dialling" not in [thread.name for thread in threading.enumerate()])
    with socket.create_server(("127.0.0.1", port)), pytest.raises(TimeoutError):
        begun.connection("127.0.0.1", port, 0.1)


def test_a_connection_that_comes_after_all_is_closed_if_nobody_waits_for_it() -> None:
    with secured("good", at_once(FOREVER)) as server:
        begun = dialing.Dialler(way(server.base_url))
        begun.dial()
        begun.close()
        until(lambda: server.left_at is not None)


def test_what_was_reset_before_a_key_is_agreed_on_is_closed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    reset = threading.Event()
    read = trust.trusted

    def reads_late(route: Route) -> ssl.SSLContext:
        assert reset.wait(10)
        return read(route)

    def resets(peer: Peer, _: int) -> None:
        peer.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        peer.connection.close()
        reset.set()

    monkeypatch.setattr(trust, "trusted", reads_late)
    with FaultServer(resets) as server, left_open() as lost:
        begun = dialing.Dialler(way(server.base_url.replace("http:", "https:")))
        with pytest.raises(ConnectionResetError):
            begun.connection("127.0.0.1", server.port, 2)
    assert lost == []


def test_ctrl_c_while_a_key_is_agreed_on_closes_the_connection() -> None:
    def presses(peer: Peer, _: int) -> None:
        assert peer.connection.recv(1)  # the client has begun to agree on one
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
        peer.hold(20)

    with FaultServer(presses) as server, left_open() as lost:
        begun = dialing.Dialler(way(server.base_url.replace("http:", "https:")))
        with pytest.raises(KeyboardInterrupt):
            begun.connection("127.0.0.1", server.port, 10)
    assert lost == []


def test_threads_take_turns_more_often_until_it_stands_or_failed() -> None:
    usual = sys.getswitchinterval()
    with FaultServer(at_once(FOREVER)) as server:  # no key is agreed on
        secure = way(server.base_url.replace("http:", "https:"))
        dialing.Dialler(secure).dial()
        until(lambda: server.connections == 1)
        assert sys.getswitchinterval() < usual
    until(lambda: sys.getswitchinterval() == usual)


def test_what_takes_no_time_is_not_begun() -> None:
    with FaultServer(GOOD) as server:
        dialing.begin(Route(server.base_url))
        dialing.begin(Route("https://nemo.invalid/v1", proxy="http://127.0.0.1:9"))
        with asking(server.base_url) as asked:
            assert asked.text() == HELLO
        assert server.connections == 1


def test_a_closed_socket_can_be_shut() -> None:
    near, far = socket.socketpair()
    near.close()
    far.close()
    dialing.shut(near)
    dialing.shut(None)
    assert near.fileno() == -1
