"""Connections to the guide: persistent, concurrent, limited, broken, malformed."""

from __future__ import annotations

import http.client
import json
import select
import socket
import struct
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from itertools import pairwise
from urllib.parse import urlsplit

import pytest

from nemochat.errors import ConfigurationError
from nemochat.guide.server import MAX_REQUEST, Guide, start
from tests.guide.asking import NEMO, PATH, body, contents

FULL_PATH = "/v1/openai" + PATH


def address(guide: Guide) -> tuple[str, int]:
    parts = urlsplit(guide.base_url)
    assert parts.hostname == "127.0.0.1"
    assert parts.port
    return parts.hostname, parts.port


def ask(connection: http.client.HTTPConnection, **members: object) -> str:
    connection.request("POST", FULL_PATH, json.dumps(body("Hello!", **members)))
    return connection.getresponse().read().decode()


def raw(guide: Guide, request: bytes) -> bytes:
    """Send bytes and return everything that arrives until the guide closes the connection."""
    with socket.create_connection(address(guide), timeout=5) as line:
        line.sendall(request)
        received = b""
        while part := line.recv(65_536):
            received += part
        return received


def test_a_connection_stays_open_after_answers_streams_and_refusals(served: Guide) -> None:
    connection = http.client.HTTPConnection(*address(served), timeout=5)
    ask(connection)
    line = connection.sock
    assert contents(ask(connection, stream=True))[0] == "Hello"
    connection.request("POST", "/nowhere", b"a body that must be read")
    assert connection.getresponse().read() == b'{"detail": "Not Found"}'
    assert '"object": "chat.completion"' in ask(connection)
    assert connection.sock is line
    connection.close()


def test_concurrent_clients_receive_their_own_answers(served: Guide) -> None:
    questions = ["Hello!", "How do I save a chat?", "How do I quit?", "foo"] * 8

    def answer(question: str) -> str:
        connection = http.client.HTTPConnection(*address(served), timeout=10)
        connection.request("POST", FULL_PATH, json.dumps(body(question, stream=True)))
        text = "".join(contents(connection.getresponse().read().decode()))
        connection.close()
        return text

    with ThreadPoolExecutor(16) as pool:
        together = list(pool.map(answer, questions))
    assert together == [answer(question) for question in questions]


def test_a_client_that_leaves_during_an_answer_leaves_nothing_behind(
    capfd: pytest.CaptureFixture[str],
) -> None:
    request = json.dumps(body(stream=True)).encode()
    head = b"POST %b HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n"
    others = connection_threads()  # of other guides, whose clients may still be connected
    with start(pace=0.002) as guide:
        for _ in range(3):
            line = socket.create_connection(address(guide), timeout=5)
            line.sendall(head % (FULL_PATH.encode(), len(request)) + request)
            assert line.recv(10)
            line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            line.close()
        for thread in connection_threads() - others:
            thread.join(30)
            assert not thread.is_alive()
        connection = http.client.HTTPConnection(*address(guide), timeout=5)
        assert "Hello!" in ask(connection)
        connection.close()
    assert capfd.readouterr() == ("", "")


def connection_threads() -> set[threading.Thread]:
    """Return the threads of this process that serve a connection, of any guide."""
    return {each for each in threading.enumerate() if "process_request" in each.name}


def test_closing_ends_a_running_stream() -> None:
    with start(pace=0.05) as guide:
        connection = http.client.HTTPConnection(*address(guide), timeout=5)
        connection.request("POST", FULL_PATH, json.dumps(body(stream=True)))
        response = connection.getresponse()
        assert response.readline().startswith(b"data: ")
    with pytest.raises(http.client.IncompleteRead):
        response.read()
    connection.close()


def test_pieces_arrive_one_by_one_at_the_pace() -> None:
    with start(pace=0.02) as guide:
        connection = http.client.HTTPConnection(*address(guide), timeout=5)
        connection.request("POST", FULL_PATH, json.dumps(body("Hello!", stream=True, max_tokens=5)))
        response = connection.getresponse()
        times = [time.monotonic() for line in iter(response.readline, b"") if line != b"\n"]
        connection.close()
    assert len(times) == 8
    assert times[-1] - times[0] > 0.1
    assert max(later - earlier for earlier, later in pairwise(times)) < 1


def test_an_http_1_0_client_receives_a_stream_without_chunks(served: Guide) -> None:
    request = json.dumps(body("Hello!", stream=True, max_tokens=1)).encode()
    head = b"POST %b HTTP/1.0\r\nContent-Length: %d\r\n\r\n" % (FULL_PATH.encode(), len(request))
    headers, _, text = raw(served, head + request).partition(b"\r\n\r\n")
    assert b"chunked" not in headers
    assert contents(text.decode()) == ["Hello", ""]


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (b"POST /v1/chat/completions HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 411),
        (b"POST /v1/chat/completions HTTP/1.1\r\nContent-Length: -1\r\n\r\n", 411),
        (b"POST /v1/chat/completions HTTP/1.1\r\nContent-Length: 99999999999\r\n\r\n", 413),
        (b"POST /v1/models HTTP/1.1\r\nContent-Length: 4194305\r\n\r\n", 413),
        (b"GET //[ HTTP/1.0\r\n\r\n", 404),
        (b"GET /v1/models HTTP/1.0\r\nHost: [\r\n\r\n", 421),
        (b"GET http://example.org/v1/models HTTP/1.0\r\n\r\n", 404),
        (b"HEAD /v1/models HTTP/1.0\r\n\r\n", 405),
        (b"BREW /v1/models HTTP/1.1\r\n\r\n", 501),
        (b"nonsense nonsense nonsense nonsense\r\n\r\n", 400),
    ],
)
def test_malformed_requests_receive_a_status_and_the_connection_is_closed(
    served: Guide, request_: bytes, status: int, capfd: pytest.CaptureFixture[str]
) -> None:
    assert int(raw(served, request_).split()[1]) == status
    assert capfd.readouterr() == ("", "")


def test_a_request_of_exactly_4_mb_is_read(served: Guide) -> None:
    request = json.dumps(body("Hello!")).encode().ljust(MAX_REQUEST)
    connection = http.client.HTTPConnection(*address(served), timeout=10)
    connection.request("POST", FULL_PATH, request)
    assert connection.getresponse().status == 200
    connection.close()


@pytest.mark.parametrize(
    ("host", "status"),
    [
        *(("localhost", 200), ("LocalHost:80", 200), ("127.0.0.1:8008", 200), ("127.1.2.3", 200)),
        *(("[::1]:8008", 200), ("example.org", 421), ("localhost.example.org", 421), ("", 421)),
        *(("192.168.1.1", 421), ("0.0.0.0", 421), ("127.0.0.1@example.org", 421), ("[", 421)),
    ],
)
def test_only_requests_for_this_machine_are_answered(served: Guide, host: str, status: int) -> None:
    connection = http.client.HTTPConnection(*address(served), timeout=5)
    connection.request("POST", FULL_PATH, json.dumps(body("Hello!")), {"Host": host})
    assert connection.getresponse().status == status
    connection.close()


def test_more_than_16_connections_wait_until_one_closes() -> None:
    with start() as guide:
        clients = [http.client.HTTPConnection(*address(guide), timeout=10) for _ in range(16)]
        for client in clients:
            assert "Hello!" in ask(client)
        late = http.client.HTTPConnection(*address(guide), timeout=10)
        late.request("POST", FULL_PATH, json.dumps(body("Hello!")))
        assert select.select([late.sock], [], [], 0.2)[0] == []
        assert "Hello!" in ask(clients[0])
        clients[0].close()
        assert late.getresponse().status == 200
        for client in (*clients, late):
            client.close()


def test_a_guide_with_too_many_connections_closes_at_once() -> None:
    with start() as guide, ExitStack() as stack:
        for _ in range(20):
            stack.enter_context(socket.create_connection(address(guide), timeout=5))
        guide.close()


@pytest.mark.parametrize("port", [99_999, -1])
def test_an_impossible_port_is_named(port: int) -> None:
    with pytest.raises(ConfigurationError, match=rf"port {port}: there is no such port"):
        start(port)


def test_a_port_that_is_taken_is_named(served: Guide) -> None:
    port = address(served)[1]
    with pytest.raises(ConfigurationError, match=rf"on port {port}: address already in use"):
        start(port)


def test_the_official_client_chats_with_it(served: Guide) -> None:
    from openai import OpenAI, UnprocessableEntityError

    with OpenAI(base_url=served.base_url, api_key="any", max_retries=0) as client:
        whole = client.chat.completions.create(
            model=NEMO,
            messages=[
                {"role": "system", "content": "Respond like a michelin starred chef."},
                {"role": "user", "content": "How do I save a chat?"},
            ],
            temperature=0.3,
        )
        stream = client.chat.completions.create(
            model=NEMO,
            messages=[{"role": "user", "content": "How do I save a chat?"}],
            stream=True,
            stream_options={"include_usage": True},
        )
        parts = list(stream)
        assert next(model.id for model in client.models.list()) == NEMO
        with pytest.raises(UnprocessableEntityError):
            client.chat.completions.create(
                model=NEMO, messages=[{"role": "user", "content": "Hello!"}], temperature=9
            )
    text = "".join(part.choices[0].delta.content or "" for part in parts if part.choices)
    assert text == f"{whole.choices[0].message.content}</s>"
    assert parts[-1].usage
    assert whole.usage
    assert parts[-1].usage.completion_tokens == whole.usage.completion_tokens
