"""Names, TLS and certificates."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from nemochat.errors import Cancelled, ConfigurationError, Unreachable
from tests.api.asking import PROMPT, asking
from tests.api.fault_server.scripts import FOREVER, HELLO, at_once, chunk, event, head, plays
from tests.api.fault_server.server import FaultServer
from tests.api.network import resolve_names, write_names
from tests.api.secured import AUTHORITY, CERTIFICATES, GOOD, outcome, secured, tunnels, unused_port
from tests.conftest import Program


def test_a_refused_connection_is_reported_and_retried() -> None:
    port = unused_port()
    with asking(f"http://127.0.0.1:{port}/v1") as asked:
        error = asked.failure()
    assert isinstance(error, Unreachable)
    assert error.sentence == f"nothing answers at 127.0.0.1:{port} (connection refused)"
    assert len(asked.waits) == 2


def test_a_name_that_is_not_found_is_reported() -> None:
    error = outcome("http://nemo.invalid/v1")
    assert (type(error), error.sentence) == (
        Unreachable,
        "could not resolve nemo.invalid",
    )


def test_a_name_outside_ascii_needs_no_proxy() -> None:
    error = outcome("http://nicht-dä.invalid/v1")
    assert error.sentence == "could not resolve nicht-dä.invalid"


@pytest.mark.parametrize("through", [False, True])
def test_a_name_outside_ascii_is_asked_for_as_the_network_knows_it(
    monkeypatch: pytest.MonkeyPatch, *, through: bool
) -> None:
    resolve_names(monkeypatch, {"xn--strae-oqa.example": "127.0.0.1"})
    with FaultServer(GOOD) as server:
        base_url = f"http://straße.example:{server.port}/ö%20"
        proxy = f"http://127.0.0.1:{server.port}" if through else ""
        with asking(base_url, proxy=proxy) as asked:
            assert asked.text() == HELLO
        host = f"host: xn--strae-oqa.example:{server.port}".encode()
        first, *fields = server.requests[0].lower().split(b"\r\n")
    assert first.split(b" ")[1].endswith(b"/%c3%b6%20/chat/completions")
    assert host in fields


def test_the_doctor_asks_for_a_name_as_the_network_knows_it(
    program: Program, tmp_path: Path
) -> None:
    names = write_names(tmp_path, {"xn--strae-oqa.example": "127.0.0.1"})
    with FaultServer(GOOD) as server:
        base_url = f"http://straße.example:{server.port}/ö%20"
        settings = {"NEMOCHAT_BASE_URL": base_url, "NEMOCHAT_TOKEN": "sk-test", **names}
        done = program.run("doctor", environment=settings)
        host = f"host: xn--strae-oqa.example:{server.port}".encode()
        asked = [request.lower().split(b"\r\n") for request in server.requests]
    assert asked[0][0] == b"get /%c3%b6%20/models http/1.1", done.stdout
    for first, *fields in asked:
        assert first.startswith(b"get /%c3%b6%20/models")
        assert host in fields


def test_a_certificate_names_its_host_without_the_dot_of_an_absolute_name(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    resolve_names(monkeypatch, {"localhost.": "127.0.0.1"})
    with secured("good") as server, FaultServer(tunnels) as proxy:
        for through in ("", f"http://127.0.0.1:{proxy.port}"):
            base_url = f"https://localhost.:{server.port}/v1"
            with asking(base_url, ca_bundle=AUTHORITY, proxy=through) as asked:
                assert asked.text() == HELLO
        assert [r.startswith(b"CONNECT localhost.:") for r in proxy.requests] == [True]


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
        with pytest.raises(Cancelled):
            list(stream)


def test_a_stall_through_tls_is_left_in_time() -> None:
    with (
        secured("good", plays(head(), FOREVER)) as server,
        asking(server.base_url, ca_bundle=AUTHORITY) as asked,
    ):
        error = asked.failure()
        assert error.sentence.endswith("sent no answer in time")
        assert "--first-byte-timeout" in error.hint


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
    assert "--ca-bundle or SSL_CERT_FILE" in error.hint
    assert server.requests == []


@pytest.mark.parametrize(
    ("name", "reason", "hint"),
    [
        ("expired", "certificate has expired", "Is this machine's clock right?"),
        ("elsewhere", "IP address mismatch", "Is that another server, or does the network"),
    ],
)
def test_a_certificate_of_another_time_or_place_is_refused(
    name: str, reason: str, hint: str
) -> None:
    with secured(name) as server, asking(server.base_url, ca_bundle=AUTHORITY) as asked:
        error = asked.failure()
    assert isinstance(error, Unreachable)
    assert reason in error.sentence
    assert error.hint.startswith(hint)
    assert (server.requests, asked.waits) == ([], [])


def test_tls_to_a_server_without_is_reported() -> None:
    with FaultServer(plays(b"HTTP/1.1 400 Bad Request\r\n\r\n")) as server:
        error = outcome(server.base_url.replace("http:", "https:"))
    assert isinstance(error, Unreachable)


def test_a_server_that_speaks_first_is_not_tls() -> None:
    with FaultServer(at_once(b"HTTP/1.1 400 Bad Request\r\n\r\n", 0.5)) as server:
        error = outcome(server.base_url.replace("http:", "https:"))
    assert (type(error), error.hint) == (Unreachable, "Is it an http:// address?")


def test_a_server_with_tls_asked_without_is_reported() -> None:
    with secured("good") as server:
        error = outcome(server.base_url.replace("https:", "http:"))
    assert isinstance(error, Unreachable)


@pytest.mark.parametrize("variable", ["", "SSL_CERT_FILE"])
def test_a_bundle_may_be_in_the_home_directory(
    variable: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "authority.pem").write_bytes(Path(AUTHORITY).read_bytes())
    monkeypatch.setenv("HOME", str(tmp_path))
    if variable:
        monkeypatch.setenv(variable, "~/authority.pem")
    bundle = "" if variable else "~/authority.pem"
    with secured("good") as server, asking(server.base_url, ca_bundle=bundle) as asked:
        assert asked.text() == HELLO


def test_the_setting_wins_over_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATES / "alone.pem"))
    with secured("good") as server, asking(server.base_url, ca_bundle=AUTHORITY) as asked:
        assert asked.text() == HELLO


def test_a_certificate_needs_its_host_in_the_subject_alternative_name() -> None:
    bundle = str(CERTIFICATES / "unnamed.pem")  # its common name is localhost
    with secured("unnamed") as server:
        base_url = server.base_url.replace("127.0.0.1", "localhost")
        with asking(base_url, ca_bundle=bundle) as asked:
            error = asked.failure()
    assert error.sentence.startswith("the certificate of localhost:")
    assert "Hostname mismatch" in error.sentence
    assert server.requests == []


@pytest.mark.parametrize("name", ["SSL_CERT_FILE", "SSL_CERT_DIR"])
def test_certificates_that_cannot_be_read_are_reported(
    name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv(name, str(tmp_path / "none"))
    error = outcome("https://127.0.0.1:9/v1")
    assert isinstance(error, ConfigurationError)
    assert error.sentence.endswith("in SSL_CERT_FILE or SSL_CERT_DIR cannot be read")


def test_a_bundle_that_cannot_be_read_is_reported(tmp_path: Path) -> None:
    with asking("https://127.0.0.1:9/v1", ca_bundle=str(tmp_path / "none")) as asked:
        error = asked.failure()
    assert isinstance(error, ConfigurationError)
    assert "cannot be read" in error.sentence
