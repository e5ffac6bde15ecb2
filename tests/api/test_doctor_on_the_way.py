"""Steps to an endpoint, as `nemochat doctor` reports them, over real sockets."""

from __future__ import annotations

import json
import re

import pytest

from tests.api.fault_server.scripts import FOREVER, at_once, plays
from tests.api.fault_server.server import Behaviour, FaultServer
from tests.api.secured import AUTHORITY, secured, unused_port
from tests.conftest import Program

NOT_FOUND = plays(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
STEPS = ("lookup", "connection", "TLS", "first byte")


def way(program: Program, base_url: str, **environment: str) -> list[tuple[str, str]]:
    """Return the steps and their details without durations; failed ones begin with "no"."""
    done = program.run("doctor", "--json", "--base-url", base_url, environment=environment)
    assert done.stderr == b""
    steps = []
    for check in json.loads(done.stdout)["checks"]:
        if check["name"] in STEPS:
            said, timed = re.subn(r" \(\d+(\.\d+)? m?s\)$", "", check["said"])
            assert check["ok"] is bool(timed), check
            failed = "" if check["ok"] else "no "
            steps.append((check["name"], f"{failed}{said} {check['hint']}".strip()))
    return steps


def test_the_way_to_a_server_without_tls(program: Program) -> None:
    with FaultServer(NOT_FOUND) as server:
        there = f"127.0.0.1:{server.port}"
        found = way(program, server.base_url, NEMOCHAT_TOKEN="sk-test")
        request = server.requests[0]
    assert found == [
        ("lookup", "127.0.0.1"),
        ("connection", there),
        ("first byte", "HTTP/1.1 404 Not Found"),
    ]
    assert request.startswith(b"GET /v1/models HTTP/1.1\r\n")
    assert b"authorization" not in request.lower()


def test_the_way_through_tls(program: Program) -> None:
    with secured("good", NOT_FOUND) as server:
        found = way(program, server.base_url, NEMOCHAT_CA_BUNDLE=AUTHORITY)
    assert [name for name, _ in found] == list(STEPS)
    assert found[2][1].startswith("TLSv1")


@pytest.mark.parametrize(
    ("certificate", "bundle", "said"),
    [
        ("alone", AUTHORITY, "no the certificate of 127.0.0.1:"),
        ("good", "/no/such/file", "no the certificates in /no/such/file cannot be read"),
    ],
)
def test_a_certificate_that_is_not_believed_ends_the_way(
    program: Program, certificate: str, bundle: str, said: str
) -> None:
    with secured(certificate, NOT_FOUND) as server:
        name, told = way(program, server.base_url, NEMOCHAT_CA_BUNDLE=bundle)[-1]
    assert name == "TLS"
    assert told.startswith(said)


@pytest.mark.parametrize(
    ("behave", "said"),
    [
        (at_once(), r"no 127.0.0.1:\d+ (reset|closed) the connection"),
        (at_once(FOREVER), r"no 127.0.0.1:\d+ did not answer in time Is the network up\?"),
    ],
)
def test_a_server_that_says_nothing_ends_the_way(
    program: Program, behave: Behaviour, said: str
) -> None:
    with FaultServer(behave) as server:
        name, told = way(program, server.base_url, NEMOCHAT_CONNECT_TIMEOUT="0.5")[-1]
    assert name == "first byte"
    assert re.fullmatch(said, told)


def test_nobody_there(program: Program) -> None:
    port = unused_port()
    assert way(program, f"http://127.0.0.1:{port}/v1") == [
        ("lookup", "127.0.0.1"),
        (
            "connection",
            f"no nothing answers at 127.0.0.1:{port} (connection refused) Is it running?",
        ),
    ]


def test_an_unknown_name(program: Program) -> None:
    host = "no.such.host.invalid"
    assert way(program, f"http://{host}/v1") == [
        ("lookup", f"no could not resolve {host}:80 Is the network up, and the name right?")
    ]


def test_behind_a_proxy_the_way_is_gone_as_far_as_the_proxy(program: Program) -> None:
    with FaultServer(NOT_FOUND) as server:
        proxy = f"127.0.0.1:{server.port}"
        found = way(program, "https://api.invalid/v1", NEMOCHAT_PROXY=f"http://{proxy}")
    assert found == [("lookup", "127.0.0.1"), ("connection", f"the proxy {proxy}")]


@pytest.mark.parametrize(
    ("base_url", "environment", "place"),
    [
        ("https://api.invalid/v1", {}, "api.invalid:443"),
        ("https://api.invalid/v1", {"https_proxy": "http://ONE"}, "the proxy ONE"),
        ("https://api.invalid/v1", {"HTTPS_PROXY": "ONE"}, "the proxy ONE"),
        ("https://api.invalid/v1", {"all_proxy": "socks5://TWO"}, "the proxy TWO"),
        (
            "https://api.invalid/v1",
            {"all_proxy": "http://TWO", "https_proxy": "http://ONE"},
            "the proxy ONE",
        ),
        ("https://api.invalid/v1", {"http_proxy": "http://ONE"}, "api.invalid:443"),
        ("http://api.invalid/v1", {"http_proxy": "http://ONE"}, "the proxy ONE"),
        (
            "https://api.invalid/v1",
            {"https_proxy": "http://ONE", "no_proxy": "other.example,.invalid"},
            "api.invalid:443",
        ),
        (
            "https://api.invalid/v1",
            {"https_proxy": "http://ONE", "no_proxy": "other.example"},
            "the proxy ONE",
        ),
    ],
)
def test_the_proxy_is_the_one_that_the_environment_names_for_the_endpoint(
    program: Program, base_url: str, environment: dict[str, str], place: str
) -> None:
    one, two = (f"127.0.0.1:{unused_port()}" for _ in "ab")
    set_to = {name: v.replace("ONE", one).replace("TWO", two) for name, v in environment.items()}
    _, told = way(program, base_url, **set_to)[-1]
    assert place.replace("ONE", one).replace("TWO", two) in told


RESOLVERS = {
    "hangs": "    time.sleep(60)",
    "finds two": (
        "    there = (socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, '')\n"
        "    places = [('127.0.0.1', 1), ('127.0.0.1', port), ('127.0.0.2', port)]\n"
        "    return [(*there, place) for place in places]"
    ),
}


def resolving(program: Program, behaviour: str) -> dict[str, str]:
    """Return an environment in which the resolver behaves like this."""
    code = f"import socket, time\n\ndef look_up(host, port, *_, **__):\n{RESOLVERS[behaviour]}\n"
    (program.home / "sitecustomize.py").write_text(f"{code}\nsocket.getaddrinfo = look_up\n")
    return {"PYTHONPATH": str(program.home)}


def test_a_name_that_is_looked_up_for_too_long_is_not_waited_for(program: Program) -> None:
    base_url, hanging = "https://slow.example/v1", resolving(program, "hangs")
    assert way(program, base_url, NEMOCHAT_CONNECT_TIMEOUT="0.1", **hanging) == [
        ("lookup", "no could not resolve slow.example in time Is the network up?")
    ]


def test_every_address_is_reported_and_the_first_that_answers_is_used(program: Program) -> None:
    with FaultServer(NOT_FOUND) as server:
        base_url = f"http://two.example:{server.port}/v1"
        found = way(program, base_url, **resolving(program, "finds two"))
        there = f"two.example:{server.port}"
    assert found == [
        ("lookup", "127.0.0.1, 127.0.0.2"),
        ("connection", there),
        ("first byte", "HTTP/1.1 404 Not Found"),
    ]


def test_what_a_server_says_first_is_shown_without_what_a_terminal_obeys(program: Program) -> None:
    noise = plays(b"\x1b]0;title\x07 SSH-2.0-\xff\x00 and so on, without an end of it")
    with FaultServer(noise) as server:
        found = way(program, server.base_url)
    assert found[-1][1] == "]0;title  SSH-2.0-\ufffd  and so on, without"
