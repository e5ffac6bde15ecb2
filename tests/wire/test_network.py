"""The network that a person has: TLS, certificates, proxies, names."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from nemochat.core.messages import Ending
from nemochat.errors import ConfigurationError, NemochatError, Unreachable
from tests.wire.asking import PROMPT, asking
from tests.wire.fault_server.scripts import (
    FOREVER,
    HELLO,
    Step,
    answer,
    at_once,
    chunk,
    event,
    head,
    plays,
    refuses,
)
from tests.wire.fault_server.server import Behaviour, FaultServer, Peer

CERTIFICATES = Path(__file__).parent / "certificates"
AUTHORITY = str(CERTIFICATES / "authority.pem")
GOOD = plays(head(), answer())


@contextmanager
def secured(name: str, behave: Behaviour = GOOD) -> Iterator[FaultServer]:
    """A server with the certificate of this name."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATES / f"{name}.pem")
    with FaultServer(behave, context) as server:
        yield server


def unused_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port


def outcome(base_url: str, proxy: str | None = None) -> NemochatError:
    with asking(base_url, proxy=proxy) as asked:
        return asked.failure()


def test_nothing_that_answers_is_said_and_tried_again() -> None:
    port = unused_port()
    with asking(f"http://127.0.0.1:{port}/v1") as asked:
        error = asked.failure()
    assert isinstance(error, Unreachable)
    assert error.sentence == f"nothing answers at 127.0.0.1:{port} (connection refused)"
    assert len(asked.waits) == 2


def test_a_name_that_is_not_found_is_said() -> None:
    error = outcome("http://nemo.invalid/v1")
    assert (type(error), error.sentence) == (
        Unreachable,
        "the name of nemo.invalid is not found",
    )


def test_a_host_that_swallows_packets_is_left_in_time() -> None:
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        address = full.getsockname()
        crowd = [socket.socket() for _ in range(4)]
        for one in crowd:
            one.settimeout(0)
            one.connect_ex(address)
        error = outcome(f"http://127.0.0.1:{address[1]}/v1")
        for one in crowd:
            one.close()
    assert isinstance(error, Unreachable)
    assert "did not answer in time" in error.sentence


def test_a_private_authority_is_trusted_through_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", AUTHORITY)
    with secured("good") as server, asking(server.base_url) as asked:
        assert asked.text() == HELLO


def test_a_private_authority_is_trusted_through_an_option() -> None:
    with secured("good") as server, asking(server.base_url, ca_bundle=AUTHORITY) as asked:
        assert asked.text() == HELLO


def test_a_stop_ends_a_read_through_tls() -> None:
    begun = plays(head(), event(chunk("Hi")), FOREVER)
    with (
        secured("good", begun) as server,
        asking(server.base_url, ca_bundle=AUTHORITY) as asked,
    ):
        stream = asked.client.stream(PROMPT)
        next(stream)
        asked.client.stop()
        assert list(stream)[-1].ending is Ending.INTERRUPTED


def test_a_stall_through_tls_is_left_in_time() -> None:
    with (
        secured("good", plays(head(), FOREVER)) as server,
        asking(server.base_url, ca_bundle=AUTHORITY) as asked,
    ):
        assert asked.failure().sentence.endswith("fell silent")


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("good", "unable to get local issuer certificate"),
        ("alone", "self-signed certificate"),
    ],
)
def test_a_certificate_that_nobody_vouches_for_is_refused(name: str, reason: str) -> None:
    with secured(name) as server:
        error = outcome(server.base_url)
    assert isinstance(error, Unreachable)
    assert reason in error.sentence
    assert "SSL_CERT_FILE" in error.hint
    assert server.requests == []


@pytest.mark.parametrize(
    ("name", "reason"),
    [("expired", "certificate has expired"), ("elsewhere", "IP address mismatch")],
)
def test_a_certificate_of_another_time_or_place_is_refused(name: str, reason: str) -> None:
    with secured(name) as server, asking(server.base_url, ca_bundle=AUTHORITY) as asked:
        error = asked.failure()
    assert isinstance(error, Unreachable)
    assert reason in error.sentence
    assert (server.requests, asked.waits) == ([], [])


def test_tls_to_a_server_without_is_said() -> None:
    with FaultServer(plays(b"HTTP/1.1 400 Bad Request\r\n\r\n")) as server:
        error = outcome(server.base_url.replace("http:", "https:"))
    assert isinstance(error, Unreachable)


def test_a_server_that_speaks_first_is_no_tls() -> None:
    with FaultServer(at_once(b"HTTP/1.1 400 Bad Request\r\n\r\n", 0.5)) as server:
        error = outcome(server.base_url.replace("http:", "https:"))
    assert (type(error), error.hint) == (Unreachable, "Is it an http:// address?")


def test_a_server_with_tls_asked_without_is_said() -> None:
    with secured("good") as server:
        error = outcome(server.base_url.replace("https:", "http:"))
    assert isinstance(error, Unreachable)


def test_a_stalled_handshake_is_left_in_time() -> None:
    with FaultServer(at_once(FOREVER)) as server:
        error = outcome(server.base_url.replace("http:", "https:"))
    assert isinstance(error, Unreachable)
    assert "did not answer in time" in error.sentence


@pytest.mark.parametrize("name", ["SSL_CERT_FILE", "SSL_CERT_DIR"])
def test_certificates_that_cannot_be_read_are_said(
    name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv(name, str(tmp_path / "none"))
    error = outcome("https://127.0.0.1:9/v1")
    assert isinstance(error, ConfigurationError | Unreachable)


def test_a_bundle_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    with asking("https://127.0.0.1:9/v1", ca_bundle=str(tmp_path / "none")) as asked:
        error = asked.failure()
    assert isinstance(error, ConfigurationError)
    assert "cannot be read" in error.sentence


def tunnels(peer: Peer, _: int) -> None:
    """A proxy that connects to whatever it is asked for."""
    request = peer.request()
    host, number = request.split(b" ")[1].decode().split(":")
    with socket.create_connection((host, int(number)), 2) as far:
        peer.send(b"HTTP/1.1 200 Connection established\r\n\r\n")
        far.settimeout(0.02)
        peer.connection.settimeout(0.02)
        source: socket.socket
        sink: socket.socket
        while not peer.server.over:
            for source, sink in ((peer.connection, far), (far, peer.connection)):
                try:
                    if not (read := source.recv(65536)):
                        return
                except TimeoutError:
                    continue
                sink.sendall(read)


def test_a_tunnel_through_a_proxy_works_and_a_stall_in_it_is_left() -> None:
    for behave in (GOOD, plays(head(), FOREVER)):
        with secured("good", behave) as server, FaultServer(tunnels) as proxy:
            through = f"http://127.0.0.1:{proxy.port}"
            with asking(server.base_url, ca_bundle=AUTHORITY, proxy=through) as asked:
                if behave is GOOD:
                    assert asked.text() == HELLO
                else:
                    assert asked.failure().sentence.endswith("fell silent")
            assert proxy.requests[0].startswith(b"CONNECT 127.0.0.1:")
            assert b"sk-secret" not in proxy.requests[0]


@pytest.mark.parametrize("name", ["HTTP_PROXY", "http_proxy", "ALL_PROXY"])
def test_a_proxy_of_the_environment_is_used(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with FaultServer(GOOD) as proxy:
        monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        with asking("http://nemo.invalid/v1") as asked:
            assert asked.text() == HELLO
        assert proxy.requests[0].startswith(b"POST http://nemo.invalid/v1/chat/completions")


def test_a_proxy_is_used_for_this_machine_too_unless_told_otherwise(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{unused_port()}")
    with FaultServer(GOOD) as server:
        assert "nothing answers at the proxy 127.0.0.1" in outcome(server.base_url).sentence
        with asking(server.base_url, proxy="") as asked:
            assert asked.text() == HELLO
        for exempt in ["example.com, 127.0.0.1", "127.0.0.0/8", "localhost", "*"]:
            monkeypatch.setenv("NO_PROXY", exempt)
            with asking(server.base_url) as asked:
                assert asked.text() == HELLO


def test_a_name_that_needs_no_proxy_gets_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{unused_port()}")
    monkeypatch.setenv("NO_PROXY", "nemo.invalid")
    assert "the name of nemo.invalid is not found" in outcome("http://nemo.invalid/v1").sentence


PROXIES: list[tuple[list[Step] | None, str]] = [
    (None, "nothing answers at the proxy 127.0.0.1:"),
    ([b"HTTP/1.1 407 Who\r\nContent-Length: 0\r\n\r\n"], "the proxy refused the connection (407"),
    ([b"HTTP/1.1 502 Bad\r\nContent-Length: 0\r\n\r\n"], "the proxy refused the connection (502"),
    ([b"nonsense\r\n\r\n"], "does not speak HTTP as expected"),
    ([], "closed the connection without an answer"),
    ([FOREVER], "the proxy 127.0.0.1:"),
    ([b"HTTP/1.1 200 OK\r\n\r\n"], "the proxy 127.0.0.1:"),
    ([b"HTTP/1.1 200 OK\r\n\r\n", 0.2, b"nonsense" * 9, 0.2], "does not speak TLS as expected"),
]


@pytest.mark.parametrize(("steps", "said"), PROXIES)
def test_a_proxy_that_fails_is_named(steps: list[Step] | None, said: str) -> None:
    with FaultServer(plays(*(steps or []))) as server:
        port = server.port if steps is not None else unused_port()
        error = outcome("https://nemo.example/v1", f"http://127.0.0.1:{port}")
    assert isinstance(error, Unreachable)
    assert said in error.sentence


def test_a_proxy_that_wants_a_password_is_said_without_a_tunnel_too() -> None:
    with FaultServer(refuses("407 Who", b"", "text/plain")) as server:
        error = outcome("http://nemo.example/v1", f"http://127.0.0.1:{server.port}")
    assert isinstance(error, Unreachable)
    assert error.sentence == "the proxy refused the connection (status 407)"


@pytest.mark.parametrize(
    "proxy", ["ftp://127.0.0.1:1", "socks5://127.0.0.1:1", "http://127.0.0.1:x", "nonsense"]
)
def test_an_impossible_proxy_is_said(proxy: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for error in (outcome("http://nemo.example/v1", proxy), _through(proxy, monkeypatch)):
        assert isinstance(error, Unreachable | ConfigurationError)
        assert error.exit_code in {3, 6}


def _through(proxy: str, monkeypatch: pytest.MonkeyPatch) -> NemochatError:
    monkeypatch.setenv("HTTP_PROXY", proxy)
    return outcome("http://nemo.example/v1")
