"""Connections to an endpoint: kept, closed, and lost before an answer."""

from __future__ import annotations

import signal
import threading
import time

import pytest

from nemochat.api.timeouts import Timeouts
from nemochat.core.delta import Delta
from nemochat.core.messages import Ending, Message, Role
from nemochat.errors import Cancelled, Unreachable
from tests.api.asking import PROMPT, asking, in_a_thread
from tests.api.fault_server.lines import CODED, HI
from tests.api.fault_server.scripts import (
    HELLO,
    Step,
    answer,
    at_once,
    chunked,
    head,
    keeps,
    plays,
    reset,
    with_length,
)
from tests.api.fault_server.server import FaultServer, Peer
from tests.api.network import collect_open_sockets, resolve_names
from tests.api.secured import AUTHORITY, GOOD, secured, until, unused_port

TEXT = answer()
STALLS = at_once(20.0)
LARGE = PROMPT._replace(messages=(Message(Role.USER, "x" * 8_000_000),))
LONG = Timeouts(first_byte=60, idle=60)  # longer than a test waits


def encrypted(server: FaultServer) -> str:
    """Return the address of a server without TLS, but with https."""
    return server.base_url.replace("http:", "https:")


def test_text_before_damaged_chunks_is_kept() -> None:
    body = chunked(HI)[: -len(b"0\r\n\r\n")]
    behave = plays(CODED + body + body + b"nonsense\r\n")
    with FaultServer(behave) as server, asking(server.base_url) as asked:
        said = asked.deltas()
    assert "".join(delta.text for delta in said) == "HiHi"
    assert said[-1].ending is Ending.FAILED


def test_a_connection_that_the_server_means_to_close_is_not_used_again() -> None:
    closes = head(Transfer_Encoding="chunked", Connection="close")
    with FaultServer(keeps(closes, chunked(TEXT))) as server, asking(server.base_url) as asked:
        assert asked.text() == asked.text() == HELLO
        assert server.connections == 2


FOREIGN = CODED + chunked(answer("foreign"))
ENDS = chunked(TEXT)[: -len(b"0\r\n\r\n")]
WHOLE = {
    "chunked": CODED + chunked(TEXT),
    "chunked, with a line that begins with 0": CODED + chunked(b": \n0\r\n\r\n" + TEXT),
    "with an extension": CODED + ENDS + b"000;last=yes\r\n\r\n",
    "with a trailer": CODED + ENDS + b"0\r\nX-Sum: 0\r\n\r\n",
    "with a length": head(Content_Length=str(len(TEXT))) + TEXT,
}


@pytest.mark.parametrize("more", [b"\r\n", FOREIGN, FOREIGN[:40], b"nonsense"])
@pytest.mark.parametrize("whole", WHOLE.values(), ids=WHOLE)
@pytest.mark.parametrize("pause", [[], [0.02]], ids=["at once", "in two reads"])
def test_data_after_a_response_does_not_answer_the_next_question(
    whole: bytes, more: bytes, pause: list[float]
) -> None:
    steps: list[Step] = [whole[:-3], *pause, whole[-3:] + more]
    with FaultServer(keeps(*steps)) as server, asking(server.base_url, retries=0) as asked:
        assert [asked.text() for _ in range(2)] == [HELLO] * 2
        assert server.connections == 2


def test_data_after_a_response_over_tls_does_not_answer_either() -> None:
    behave = keeps(CODED + chunked(TEXT) + FOREIGN)
    with secured("good", behave) as server:
        with asking(server.base_url, ca_bundle=AUTHORITY, retries=0) as asked:
            assert [asked.text() for _ in range(2)] == [HELLO] * 2
        assert server.connections == 2


@pytest.mark.parametrize("whole", WHOLE.values(), ids=WHOLE)
def test_a_complete_response_leaves_its_connection_for_the_next(whole: bytes) -> None:
    with FaultServer(keeps(whole)) as server, asking(server.base_url) as asked:
        assert [asked.text() for _ in range(3)] == [HELLO] * 3
        assert server.connections == 1


@pytest.mark.parametrize("resets", [True, False])
def test_a_kept_connection_that_is_lost_before_any_byte_is_replaced_once(*, resets: bool) -> None:
    def behave(peer: Peer, number: int) -> None:
        if number < 2 and peer.request():
            peer.send(CODED + chunked(TEXT))
        if peer.request() and resets:
            peer.reset()

    with FaultServer(behave) as server, asking(server.base_url, retries=0) as asked:
        assert asked.text() == asked.text() == HELLO
        assert (server.connections, asked.waits) == (2, [])
        assert isinstance(asked.failure(), Unreachable)  # the new one is not replaced
        assert server.connections == 3


def test_a_closed_client_connects_again_and_can_be_stopped() -> None:
    with FaultServer(keeps(CODED, chunked(TEXT))) as server, asking(server.base_url) as asked:
        for connections in (1, 2):
            assert asked.text() == HELLO
            assert server.connections == connections
            asked.client.close()
        asked.client.stop()
        asked.client.close()
        assert asked.text() == HELLO


@pytest.mark.parametrize("encrypts", [False, True])
@pytest.mark.parametrize("resets", [True, False])
def test_a_refusal_before_the_end_of_the_request_is_reported(
    *, resets: bool, encrypts: bool
) -> None:
    refusal = with_length("413 Too Large", b'{"error": "much!"}')
    over = threading.Event()

    def behave(peer: Peer, _: int) -> None:
        peer.send(refusal)
        over.wait(0.1 if resets else 10)  # the connection is open, and nothing is read from it
        if resets:
            peer.reset()

    serves = secured("good", behave) if encrypts else FaultServer(behave)
    with serves as server:
        with asking(server.base_url, ca_bundle=AUTHORITY, timeouts=LONG) as asked:
            assert "much!" in asked.failure(LARGE).sentence
        over.set()


@pytest.mark.parametrize("encrypts", [False, True])
def test_an_answer_is_read_that_arrives_while_the_question_is_being_sent(*, encrypts: bool) -> None:
    over = threading.Event()

    def behave(peer: Peer, _: int) -> None:
        peer.send(CODED + chunked(TEXT))
        over.wait(20)

    serves = secured("good", behave) if encrypts else FaultServer(behave)
    with serves as server:
        with asking(server.base_url, ca_bundle=AUTHORITY, timeouts=LONG) as asked:
            assert asked.text(LARGE) == HELLO
        over.set()


def test_a_question_is_sent_completely_after_its_answer_has_begun() -> None:
    def behave(peer: Peer, _: int) -> None:
        peer.send(CODED)
        time.sleep(0.3)  # the client is waiting for the socket to become writable
        peer.request()
        peer.send(chunked(TEXT))

    with FaultServer(behave) as server, asking(server.base_url, timeouts=LONG) as asked:
        assert asked.text(LARGE) == HELLO
        until(lambda: bool(server.requests))
        assert server.requests[0].endswith(b"}")


def test_every_address_of_a_name_is_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    resolve_names(monkeypatch, {"two.example": "::1 127.0.0.1"})  # nothing listens at the first
    with FaultServer(GOOD) as server:
        with asking(f"http://two.example:{server.port}/v1", retries=0) as asked:
            assert asked.text() == HELLO
        assert server.connections == 1


def test_a_first_question_takes_one_connection_though_it_was_prepared() -> None:
    with secured("good") as server:
        with asking(server.base_url, ca_bundle=AUTHORITY) as asked:
            asked.client.prepare()
            assert asked.text() == HELLO
        assert (server.connections, len(server.requests)) == (1, 1)


def test_a_failure_before_the_question_is_reported_as_any_other_and_retried() -> None:
    with asking(f"https://127.0.0.1:{unused_port()}/v1", ca_bundle=AUTHORITY) as asked:
        asked.client.prepare()
        error = asked.failure()
    assert isinstance(error, Unreachable)
    assert "connection refused" in error.sentence
    assert len(asked.waits) == 2


def test_a_certificate_is_refused_before_the_question_too() -> None:
    with secured("expired") as server:
        with asking(server.base_url, ca_bundle=AUTHORITY) as asked:
            asked.client.prepare()
            error = asked.failure()
        assert "certificate has expired" in error.sentence
        assert (server.requests, asked.waits) == ([], [])


@pytest.mark.parametrize("prepared", [False, True])
def test_a_handshake_that_hangs_is_left_in_time(*, prepared: bool) -> None:
    with FaultServer(STALLS) as server:
        with asking(encrypted(server), ca_bundle=AUTHORITY, retries=0) as asked:
            if prepared:
                asked.client.prepare()
            error = asked.failure()
        assert isinstance(error, Unreachable)
        assert "did not answer in time" in error.sentence


@pytest.mark.parametrize("prepared", [False, True])
def test_a_stop_without_a_connection_ends_the_question(*, prepared: bool) -> None:
    with FaultServer(STALLS) as server, asking(encrypted(server), ca_bundle=AUTHORITY) as asked:
        if prepared:
            asked.client.prepare()
        stream = asked.client.stream(PROMPT)
        asked.client.stop()
        with pytest.raises(Cancelled):
            next(stream)


def test_a_request_stopped_while_connecting_is_not_retried_next_to_another() -> None:
    with FaultServer(at_once(0.5, reset)) as server:
        with asking(encrypted(server), ca_bundle=AUTHORITY, retries=1) as asked:
            said: list[Delta] = []
            thread = in_a_thread(said, asked.client.stream(PROMPT))
            until(lambda: server.connections == 1)
            asked.client.stop()
            error = asked.failure()
            thread.join(5)
        assert isinstance(error, Unreachable)
        assert said == []
        assert (len(asked.waits), server.connections) == (1, 3)


def test_a_connection_that_is_reset_before_tls_begins_is_closed() -> None:
    with (
        FaultServer(lambda peer, _: peer.reset()) as server,
        collect_open_sockets() as lost,
        asking(encrypted(server), ca_bundle=AUTHORITY, retries=0) as asked,
    ):
        assert isinstance(asked.failure(), Unreachable)
    assert lost == []


def test_ctrl_c_during_the_handshake_closes_the_connection() -> None:
    def presses(peer: Peer, _: int) -> None:
        assert peer.connection.recv(1)  # the handshake has begun
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
        peer.hold(20)

    with (
        FaultServer(presses) as server,
        collect_open_sockets() as lost,
        asking(encrypted(server), ca_bundle=AUTHORITY) as asked,
    ):
        with pytest.raises(KeyboardInterrupt):
            asked.deltas()
        until(lambda: server.left_at is not None)
    assert lost == []
