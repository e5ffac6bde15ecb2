"""Errors of the connection to the endpoint, in plain words, and retries after them."""

from __future__ import annotations

import pytest

from nemochat.core.messages import Ending
from nemochat.errors import ConfigurationError, NotAnAnswer, Unreachable
from tests.api.asking import adapter, asking
from tests.api.fault_server.lines import CODED, HI, ROLE
from tests.api.fault_server.scripts import (
    FOREVER,
    HELLO,
    answer,
    at_once,
    chunked,
    head,
    plays,
    reset,
)
from tests.api.fault_server.server import Behaviour, FaultServer, Peer
from tests.api.network import resolve_names
from tests.api.secured import AUTHORITY, secured, unused_port
from tests.conftest import ON_LINUX

LONGER = "Raise --first-byte-timeout or --idle-timeout to wait longer"


def read_and_leave(peer: Peer, _: int) -> None:
    """Read a little, and close the connection."""
    peer.connection.recv(65536)


@pytest.mark.parametrize(
    ("behave", "kind", "sentence", "hint", "requests"),
    [
        (at_once(reset), Unreachable, "HOST reset the connection", "", 3),
        (plays(reset), Unreachable, "HOST reset the connection", "", 3),
        (plays(head(), ROLE, reset), Unreachable, "HOST reset the connection", "", 1),
        (plays(), Unreachable, "HOST closed the connection without answering", "", 3),
        (
            plays(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n"),
            Unreachable,
            "HOST closed the connection in the middle of the response",
            "",
            1,
        ),
        (plays(FOREVER), Unreachable, "HOST sent no answer in time", LONGER, 1),
        (plays(head(), FOREVER), Unreachable, "HOST sent no answer in time", LONGER, 1),
        (
            plays(b"HTTP/1.1 200 OK\r\nX: " + b"y" * 500_000),
            NotAnAnswer,
            "HOST sent endless headers",
            "",
            1,
        ),
    ],
)
def test_a_connection_that_brings_no_answer_is_reported_in_plain_words(
    behave: Behaviour, kind: type[Exception], sentence: str, hint: str, requests: int
) -> None:
    with FaultServer(behave) as server:
        with asking(server.base_url) as asked:
            error = asked.failure()
        told = sentence.replace("HOST", f"127.0.0.1:{server.port}")
        assert server.connections == requests
    assert isinstance(error, kind)
    assert (error.sentence, error.hint, len(asked.waits)) == (told, hint, requests - 1)


@pytest.mark.parametrize(
    "said",
    [b"220 mail.example\r\n\r\n", b"\x15\x03\x01\x00\x02\x02\x46" * 3],
)
def test_another_protocol_is_reported_as_such(said: bytes) -> None:
    with FaultServer(plays(said)) as server, asking(server.base_url) as asked:
        error = asked.failure()
        sentence = f"127.0.0.1:{server.port} does not speak HTTP"
    assert isinstance(error, Unreachable)
    assert error.sentence == sentence
    assert error.hint == "Is it an https:// address?"
    assert asked.waits == []


@pytest.mark.parametrize(
    ("behave", "ending", "reason"),
    [
        (plays(CODED, chunked(HI)[:-5]), Ending.CONNECTION_LOST, "closed the connection in the"),
        (plays(CODED, chunked(HI)[:-5], reset), Ending.CONNECTION_LOST, "reset the connection"),
        (
            plays(CODED, chunked(HI)[:-5], b"zz\r\n"),
            Ending.FAILED,
            "sent an invalid HTTP response: illegal chunk header",
        ),
    ],
)
def test_an_answer_that_is_broken_off_ends_by_what_broke_it(
    behave: Behaviour, ending: Ending, reason: str
) -> None:
    with FaultServer(behave) as server, asking(server.base_url) as asked:
        said = asked.deltas()
        assert server.connections == 1
        start = f"127.0.0.1:{server.port} {reason}"
    assert "".join(delta.text for delta in said) == "Hi"
    assert said[-1].ending is ending
    assert said[-1].reason.startswith(start)


def test_an_answer_that_stalls_says_so_once() -> None:
    with FaultServer(plays(CODED, chunked(HI)[:-5], FOREVER)) as server:
        with asking(server.base_url) as asked:
            said = asked.deltas()
        assert server.connections == 1
    assert "".join(delta.text for delta in said) == "Hi"
    assert (said[-1].ending, said[-1].reason) == (Ending.STALLED, "")


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        *(
            (head(Content_Length=length), "bad Content-Length")
            for length in ("x", "-3", "+5", "1e3", "0x5", "5 5", "9" * 30, "9" * 5000)
        ),
        (head(Content_Length="5, 6"), "conflicting Content-Length headers"),
        (b"HTTP/1.1 abc OK\r\n\r\n", "illegal status line"),
        (b"HTTP/1.1 200 OK\r\nnonsense\r\n\r\n", "illegal header line"),
    ],
)
def test_an_invalid_response_is_not_taken_for_another_protocol(said: bytes, reason: str) -> None:
    with FaultServer(plays(said)) as server, asking(server.base_url) as asked:
        error = asked.failure()
        sentence = f"127.0.0.1:{server.port} sent an invalid HTTP response: {reason}"
    assert isinstance(error, Unreachable)
    assert (error.sentence, error.hint, asked.waits) == (sentence, "", [])


PUNYCODE = ["xn--ls8h", "xn--a", "xn--zz--", "xn--mnchen-3ya"]  # IDNA forbids most of them


@pytest.mark.parametrize("name", PUNYCODE)
def test_a_host_in_punycode_fails_for_its_own_reason(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with asking(f"http://{name}.invalid/v1") as asked:
        assert asked.failure().sentence == f"could not resolve {name}.invalid"
    port = unused_port()
    resolve_names(monkeypatch, {f"{name}.example": "127.0.0.1"})
    with asking(f"http://{name}.example:{port}/v1") as asked:
        error = asked.failure()
    assert error.sentence == f"nothing answers at {name}.example:{port} (connection refused)"


@pytest.mark.parametrize("name", PUNYCODE)
def test_a_host_in_punycode_is_reached(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    resolve_names(monkeypatch, {f"{name}.example": "127.0.0.1"})
    with FaultServer(plays(head(), answer())) as server:
        with asking(f"http://{name}.example:{server.port}/v1") as asked:
            assert asked.text() == HELLO
        host = f"host: {name}.example:{server.port}\r\n"
        assert host in server.requests[0].decode().lower()


def test_a_refused_connection_is_retried() -> None:
    port = unused_port()
    with asking(f"http://127.0.0.1:{port}/v1") as asked:
        error = asked.failure()
    assert isinstance(error, Unreachable)
    assert error.sentence == f"nothing answers at 127.0.0.1:{port} (connection refused)"
    assert error.hint == "Is it running?"
    assert len(asked.waits) == 2


def test_a_name_that_is_not_found_is_not_looked_up_again() -> None:
    with asking("http://no.such.host.invalid/v1") as asked:
        error = asked.failure()
    assert isinstance(error, Unreachable)
    assert error.hint == "Is the network up, and the name right?"
    assert asked.waits == []


@ON_LINUX  # others reject this address differently
def test_a_network_that_cannot_be_reached_is_reported_as_such() -> None:
    with asking("http://255.255.255.255:9/v1") as asked:  # the broadcast address
        error = asked.failure()
    assert isinstance(error, Unreachable)
    assert error.sentence == "255.255.255.255:9 cannot be reached (Network is unreachable)"
    assert error.hint == "Is the network up?"
    assert asked.waits == []


def test_tls_that_is_closed_before_it_is_agreed_on_is_retried() -> None:
    with FaultServer(read_and_leave) as server:
        with asking(server.base_url.replace("http:", "https:")) as asked:
            error = asked.failure()
        assert error.sentence == f"127.0.0.1:{server.port} closed the TLS connection"
        assert server.connections == 3
    assert isinstance(error, Unreachable)


def test_a_certificate_that_nobody_vouches_for_is_not_retried() -> None:
    with secured("alone") as server, asking(server.base_url, ca_bundle=AUTHORITY) as asked:
        error = asked.failure()
    assert isinstance(error, Unreachable)
    assert error.sentence.startswith("the certificate of 127.0.0.1:")
    assert error.hint == "To trust another authority, set --ca-bundle or SSL_CERT_FILE"
    assert asked.waits == []


def test_a_server_without_tls_is_reported_as_such() -> None:
    with (
        FaultServer(at_once(b"220 mail.example ESMTP\r\n", 0.2)) as server,
        asking(server.base_url.replace("http:", "https:")) as asked,
    ):
        error = asked.failure()
    assert isinstance(error, Unreachable)
    assert "TLS with 127.0.0.1:" in error.sentence
    assert error.hint == "Is it an http:// address?"


def test_a_header_that_cannot_be_sent_is_reported_without_its_value() -> None:
    own = adapter(headers={"X-Team": "secret\r\nX: y"})
    with FaultServer(plays(head())) as server, asking(server.base_url, adapter=own) as asked:
        error = asked.failure()
        assert server.requests == []
    assert isinstance(error, ConfigurationError)
    assert (error.sentence, error.hint) == (
        "a header contains characters that cannot be sent",
        "Check the token and the headers of the endpoint",
    )
