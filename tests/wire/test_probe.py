"""The way to an endpoint, step by step, over real sockets."""

from __future__ import annotations

import socket
import threading

import pytest

from nemochat.errors import ConfigurationError, Unreachable
from nemochat.wire.probe import Step, proxy, steps
from nemochat.wire.route import Route
from tests.wire.fault_server.scripts import FOREVER, at_once, plays
from tests.wire.fault_server.server import Behaviour, FaultServer
from tests.wire.secured import AUTHORITY, secured, unused_port

NOT_FOUND = plays(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")


def gone(route: Route, seconds: float = 5.0) -> list[Step]:
    return list(steps(route, seconds))


def test_the_way_to_a_server_without_tls() -> None:
    with FaultServer(NOT_FOUND) as server:
        way = gone(Route(server.base_url))
        request = server.requests[0]
        there = f"127.0.0.1:{server.port}"
    assert [step.name for step in way] == ["lookup", "connection", "first byte"]
    assert [step.error for step in way] == [None] * 3
    assert all(0 <= step.seconds < 5 for step in way)
    assert [step.said for step in way[:2]] == ["127.0.0.1", there]
    assert way[-1].said == "HTTP/1.1 404 Not Found"
    assert request.startswith(b"GET /v1/models HTTP/1.1\r\n")
    assert b"authorization" not in request.lower()


def test_the_way_through_tls() -> None:
    with secured("good", NOT_FOUND) as server:
        way = gone(Route(server.base_url.replace("http:", "https:"), AUTHORITY))
    assert [step.name for step in way] == ["lookup", "connection", "TLS", "first byte"]
    assert way[2].said.startswith("TLSv1")


def test_a_certificate_that_is_not_believed_ends_the_way() -> None:
    with secured("alone", NOT_FOUND) as server:
        way = gone(Route(server.base_url.replace("http:", "https:"), AUTHORITY))
    assert way[-1].name == "TLS"
    assert isinstance(way[-1].error, Unreachable)
    assert "certificate" in str(way[-1].error)


@pytest.mark.parametrize(
    ("behave", "said"),
    [
        (at_once(), "reset|closed|broke"),
        (at_once(FOREVER), "did not answer in time"),
    ],
)
def test_a_server_that_says_nothing_ends_the_way(behave: Behaviour, said: str) -> None:
    with FaultServer(behave) as server:
        way = gone(Route(server.base_url), 0.5)
    assert way[-1].name == "first byte"
    with pytest.raises(Unreachable, match=said) as caught:
        raise way[-1].error or AssertionError
    assert caught.value.hint == ("" if "reset" in said else "Is the network up?")


def test_nobody_there() -> None:
    way = gone(Route(f"http://127.0.0.1:{unused_port()}/v1"))
    assert [step.name for step in way] == ["lookup", "connection"]
    assert "connection refused" in str(way[-1].error)


def test_a_name_that_there_is_not() -> None:
    (step,) = gone(Route("http://no.such.host.invalid/v1"))
    assert str(step.error) == (
        "the name of no.such.host.invalid:80 is not found. Is the network up, and the name right?"
    )


def test_behind_a_proxy_the_way_is_gone_as_far_as_the_proxy() -> None:
    with FaultServer(NOT_FOUND) as server:
        address = server.base_url.removesuffix("/v1")
        way = gone(Route("https://api.example/v1", proxy=address))
    assert [step.name for step in way] == ["lookup", "connection"]
    assert way[-1].said.startswith("the proxy 127.0.0.1:")


def test_certificates_that_cannot_be_read_are_named() -> None:
    with secured("good", NOT_FOUND) as server:
        way = gone(Route(server.base_url.replace("http:", "https:"), "/no/such/file"))
    assert isinstance(way[-1].error, ConfigurationError)


@pytest.mark.parametrize(
    ("base_url", "environment", "expected"),
    [
        ("https://api.example/v1", {}, ""),
        ("https://api.example/v1", {"https_proxy": "http://one:1"}, "http://one:1"),
        ("https://api.example/v1", {"https_proxy": "one:1"}, "http://one:1"),
        ("https://api.example/v1", {"all_proxy": "socks5://two:2"}, "socks5://two:2"),
        (
            "https://api.example/v1",
            {"all_proxy": "http://two:2", "https_proxy": "http://one:1"},
            "http://one:1",
        ),
        ("https://api.example/v1", {"http_proxy": "http://one:1"}, ""),
        ("http://api.example/v1", {"http_proxy": "http://one:1"}, "http://one:1"),
        (
            "https://api.example/v1",
            {"https_proxy": "http://one:1", "no_proxy": "other.example,.example"},
            "",
        ),
        (
            "https://api.example/v1",
            {"https_proxy": "http://one:1", "no_proxy": "other.example"},
            "http://one:1",
        ),
    ],
)
def test_the_proxy_is_the_one_that_the_environment_names_for_the_endpoint(
    base_url: str, environment: dict[str, str], expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert proxy(Route(base_url)) == expected
    assert proxy(Route(base_url, proxy="")) == ""
    assert proxy(Route(base_url, proxy="http://own:3")) == "http://own:3"


def test_a_name_that_is_looked_up_for_too_long_is_not_waited_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    over = threading.Event()
    resolvers: list[threading.Thread] = []

    def hangs(*_: object, **__: object) -> list[object]:
        resolvers.append(threading.current_thread())
        over.wait(10)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", hangs)
    (step,) = gone(Route("https://slow.example/v1"), 0.05)
    over.set()
    assert step.name == "lookup"
    assert step.said == ""
    assert str(step.error) == "the name slow.example was not found in time. Is the network up?"
    assert resolvers[0].daemon, "the program would not end before the resolver does"


def test_every_address_is_told_and_the_first_that_answers_is_taken(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def both(host: str, port: int, **_: object) -> list[object]:
        there = (socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "")
        closed = (*there, ("127.0.0.1", unused_port()))
        return [closed, (*there, ("127.0.0.1", port)), (*there, ("127.0.0.2", port))]

    with FaultServer(NOT_FOUND) as server:
        monkeypatch.setattr(socket, "getaddrinfo", both)
        way = gone(Route(f"http://two.example:{server.port}/v1"))
        there = f"two.example:{server.port}"
    assert [step.said for step in way] == [
        "127.0.0.1, 127.0.0.2",
        there,
        "HTTP/1.1 404 Not Found",
    ]


def test_what_a_server_says_first_is_shown_without_what_a_terminal_obeys() -> None:
    with FaultServer(
        plays(b"\x1b]0;title\x07 SSH-2.0-\xff\x00 and so on, without an end of it")
    ) as server:
        way = gone(Route(server.base_url))
    assert way[-1].said == "]0;title  SSH-2.0-\ufffd  and so on, without"
