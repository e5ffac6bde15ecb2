"""The way to an endpoint, step by step, over real sockets."""

from __future__ import annotations

import pytest

from nemochat.errors import ConfigurationError, Unreachable
from nemochat.wire.probe import Step, steps
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
