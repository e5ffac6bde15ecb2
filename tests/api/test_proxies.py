"""Proxies: from the environment, from an option, and failing ones."""

from __future__ import annotations

import pytest

from nemochat.api.route import Route
from nemochat.errors import NemochatError, Unreachable
from tests.api.asking import asking
from tests.api.fault_server.scripts import FOREVER, HELLO, Step, head, plays, refuses
from tests.api.fault_server.server import FaultServer
from tests.api.secured import AUTHORITY, GOOD, outcome, secured, tunnels, unused_port


def test_a_tunnel_through_a_proxy_works_and_a_stall_in_it_is_left() -> None:
    for behave in (GOOD, plays(head(), FOREVER)):
        with secured("good", behave) as server, FaultServer(tunnels) as proxy:
            through = f"http://127.0.0.1:{proxy.port}"
            with asking(server.base_url, ca_bundle=AUTHORITY, proxy=through) as asked:
                if behave is GOOD:
                    assert asked.text() == HELLO
                else:
                    assert asked.failure().sentence.endswith("sent no answer in time")
            assert proxy.requests[0].startswith(b"CONNECT 127.0.0.1:")
            assert b"sk-secret" not in proxy.requests[0]


@pytest.mark.parametrize("name", ["HTTP_PROXY", "http_proxy", "ALL_PROXY"])
def test_a_proxy_of_the_environment_is_used(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with FaultServer(GOOD) as proxy:
        monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        with asking("http://nemo.invalid/v1") as asked:
            assert asked.text() == HELLO
        assert proxy.requests[0].startswith(b"POST http://nemo.invalid/v1/chat/completions")


def test_a_proxy_is_used_for_this_machine_unless_disabled(
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
    assert "could not resolve nemo.invalid" in outcome("http://nemo.invalid/v1").sentence


PROXIES: list[tuple[list[Step] | None, str]] = [
    (None, "nothing answers at the proxy 127.0.0.1:"),
    ([b"HTTP/1.1 407 Who\r\nContent-Length: 0\r\n\r\n"], "the proxy refused the connection (407"),
    ([b"HTTP/1.1 502 Bad\r\nContent-Length: 0\r\n\r\n"], "the proxy refused the connection (502"),
    ([b"nonsense\r\n\r\n"], "does not speak HTTP"),
    ([], "closed the connection without answering"),
    ([FOREVER], "the proxy 127.0.0.1:"),
    ([b"HTTP/1.1 200 OK\r\n\r\n"], "the proxy 127.0.0.1:"),
    ([b"HTTP/1.1 200 OK\r\n\r\n", 0.2, b"nonsense" * 9, 0.2], "TLS with nemo.example"),
]


@pytest.mark.parametrize(("steps", "said"), PROXIES)
def test_a_proxy_that_fails_is_named(steps: list[Step] | None, said: str) -> None:
    with FaultServer(plays(*(steps or []))) as server:
        port = server.port if steps is not None else unused_port()
        error = outcome("https://nemo.example/v1", f"http://127.0.0.1:{port}")
    assert isinstance(error, Unreachable)
    assert said in error.sentence
    if "407" in said:
        assert "NAME:PASSWORD" in error.hint
    elif "502" in said or "nothing answers" in said:
        assert "Set --proxy to another one, or to none" in error.hint


def test_a_proxy_that_wants_a_password_is_reported_without_a_tunnel_too() -> None:
    with FaultServer(refuses("407 Who", b"", "text/plain")) as server:
        error = outcome("http://nemo.example/v1", f"http://127.0.0.1:{server.port}")
    assert isinstance(error, Unreachable)
    assert error.sentence == "the proxy refused the connection (status 407)"


NO_PROXY_ADDRESS = (
    "the proxy address is invalid",
    "Use http://HOST:PORT, https://HOST:PORT or socks5://HOST:PORT",
)
NO_SOCKS = (
    "a SOCKS proxy needs a package that is not installed",
    "Run pip install 'httpx[socks]'",
)


@pytest.mark.parametrize(
    ("proxy", "expected"),
    [
        ("ftp://127.0.0.1:1", NO_PROXY_ADDRESS),
        ("http://127.0.0.1:x", NO_PROXY_ADDRESS),
        ("http://127.0.0.1:99999", NO_PROXY_ADDRESS),
        ("http://[::1", NO_PROXY_ADDRESS),
        ("http://", NO_PROXY_ADDRESS),
        ("socks5://127.0.0.1:1", NO_SOCKS),
        ("socks://127.0.0.1:1", NO_SOCKS),
        ("nonsense.invalid", ("could not resolve the proxy nonsense.invalid:80", None)),
    ],
)
def test_an_invalid_proxy_is_reported(
    proxy: str, expected: tuple[str, str | None], monkeypatch: pytest.MonkeyPatch
) -> None:
    for error in (outcome("http://nemo.example/v1", proxy), _through(proxy, monkeypatch)):
        assert error.sentence == expected[0]
        assert expected[1] is None or error.hint == expected[1]
        assert error.exit_code in {3, 6}


@pytest.mark.parametrize("certificate", ["good", "elsewhere"])
@pytest.mark.parametrize("encrypts", [True, False])
def test_a_proxy_may_be_spoken_to_in_tls(certificate: str, *, encrypts: bool) -> None:
    serves = secured("good") if encrypts else FaultServer(GOOD)
    with serves as server, secured(certificate, tunnels if encrypts else GOOD) as proxy:
        through = f"https://127.0.0.1:{proxy.port}"
        with asking(server.base_url, ca_bundle=AUTHORITY, proxy=through) as asked:
            if certificate == "good":
                assert asked.text() == HELLO
                assert b"127.0.0.1:%d" % server.port in proxy.requests[0].partition(b"\r\n")[0]
            else:
                start = f"the certificate of the proxy 127.0.0.1:{proxy.port} was rejected"
                assert asked.failure().sentence.startswith(start)


def test_the_endpoint_needs_a_certificate_behind_a_proxy_with_one() -> None:
    with secured("elsewhere") as server, secured("good", tunnels) as proxy:
        through = f"https://127.0.0.1:{proxy.port}"
        with asking(server.base_url, ca_bundle=AUTHORITY, proxy=through) as asked:
            start = f"the certificate of 127.0.0.1:{server.port} behind the proxy 127.0.0.1:"
            assert asked.failure().sentence.startswith(start)
        assert server.requests == []


def test_the_login_of_a_proxy_is_sent_to_it_alone() -> None:
    with secured("good") as server, FaultServer(tunnels) as proxy:
        through = f"http://me:p%40ss@127.0.0.1:{proxy.port}"
        with asking(server.base_url, ca_bundle=AUTHORITY, proxy=through) as asked:
            assert asked.text() == HELLO
        assert b"Proxy-Authorization: Basic bWU6cEBzcw==" in proxy.requests[0]
        assert b"proxy-authorization" not in server.requests[0].lower()


@pytest.mark.parametrize(
    ("base_url", "entry", "exempt"),
    [
        ("http://10.1.2.3:9/v1", "10.0.0.0/8", True),
        ("http://10.1.2.3:9/v1", "10/8", True),
        ("http://10.1.2.3:9/v1", "10.1/16", True),
        ("http://10.1.2.3:9/v1", "10.1.2/24:9", True),
        ("http://11.1.2.3:9/v1", "10/8", False),
        ("http://10.1.2.3:9/v1", "10, 10/, /8, 10.1.2.3.4/8, 10//8", False),
        ("http://127.0.0.1:9/v1", "127/8", True),
        ("http://10.1.2.3:9/v1", "10.1.2.3", True),
        ("http://10.1.2.3:9/v1", "10.1.2.3:9", True),
        ("http://10.1.2.3:9/v1", "10.1.2.3:8", False),
        ("http://10.1.2.3:9/v1", "10.1.2.3/40, 10.1.2.3:x, [, :, ::/999, 10.0.0.0/8", True),
        ("http://10.1.2.3:9/v1", "10.1.2.3/40, 10.1.2.3:x, [, :, ::/999, .", False),
        ("http://10.1.2.3:9/v1", "fd00::/8", False),
        ("http://[fd00::1]:9/v1", "fd00::/8", True),
        ("http://[fd00::1]:9/v1", "[fd00::]/8", True),
        ("http://[fd00::1]:9/v1", "FD00:0::1", True),
        ("http://[fd00::1]:9/v1", "[fd00::1]:9", True),
        ("http://[fd00::1]:9/v1", "[fd00::1]:8", False),
        ("http://[fd00::1]:9/v1", "fe80::/10", False),
        ("http://api.nemo.example/v1", "nemo.example", True),
        ("http://api.nemo.example/v1", ".nemo.example", True),
        ("http://api.nemo.example/v1", "*.Nemo.example:80", True),
        ("https://api.nemo.example/v1", "nemo.example:80", False),
        ("http://api.nemo.example/v1", "emo.example", False),
        ("http://straße.example/v1", "straße.example", True),
        ("http://127.0.0.1:9/v1", "localhost", True),
        ("http://localhost:9/v1", "127.0.0.0/8", True),
        ("http://api.nemo.example/v1", "*", True),
        ("http://api.nemo.example/v1", "", False),
    ],
)
def test_no_proxy_names_hosts_domains_networks_and_ports(
    base_url: str, entry: str, monkeypatch: pytest.MonkeyPatch, *, exempt: bool
) -> None:
    proxy = "http://proxy.example:3128"
    monkeypatch.setenv("ALL_PROXY", proxy)
    monkeypatch.setenv("NO_PROXY", entry)
    assert Route(base_url).find_proxy() == ("" if exempt else proxy)


def _through(proxy: str, monkeypatch: pytest.MonkeyPatch) -> NemochatError:
    monkeypatch.setenv("HTTP_PROXY", proxy)
    return outcome("http://nemo.example/v1")
