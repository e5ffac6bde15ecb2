"""Requests for a prompt: connections, content and log."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from nemochat.core.messages import Ending, Message, Role
from nemochat.core.prompt import Prompt
from nemochat.errors import RequestRefused
from tests.api.asking import PROMPT, adapter, asking, timeouts
from tests.api.fault_server.case import TOKEN
from tests.api.fault_server.lines import CODED, HI, STOP
from tests.api.fault_server.scripts import (
    FOREVER,
    HELLO,
    Step,
    answer,
    chunked,
    head,
    in_turn,
    keeps,
    plays,
    refuses,
)
from tests.api.fault_server.server import FaultServer, Peer

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    "steps",
    [
        [CODED, chunked(answer())],
        [CODED, chunked(answer())[:-5], 0.01, b"0\r\n\r\n"],
        [CODED, chunked(HI + STOP)],
        [head(Content_Length=str(len(answer()))) + answer()],
    ],
)
def test_a_connection_is_kept_from_one_answer_to_the_next(steps: list[Step]) -> None:
    with FaultServer(keeps(*steps)) as server, asking(server.base_url) as asked:
        assert asked.text() == asked.text() == asked.text() != ""
        assert len(server.requests) == 3
        assert server.connections == 1


def test_a_connection_that_stays_open_after_done_is_given_up_at_once() -> None:
    with FaultServer(plays(CODED, chunked(answer())[:-5], FOREVER)) as server:
        with asking(server.base_url) as asked:
            begun = time.monotonic()
            assert asked.text() == asked.text() == HELLO
            assert time.monotonic() - begun < 1.5
        assert server.connections == 2


def test_a_connection_that_the_server_closed_meanwhile_is_not_a_failure() -> None:
    with FaultServer(plays(CODED, chunked(answer()))) as server, asking(server.base_url) as asked:
        assert asked.text() == HELLO
        time.sleep(0.1)
        assert asked.text() == HELLO
        assert asked.waits == []


def test_a_refused_request_leaves_the_client_fit_for_the_next() -> None:
    refusal = head("422 No", "application/json", Content_Length="17") + b'{"error": "why!"}'
    turns = iter([refusal, CODED + chunked(answer())])

    def behave(peer: Peer, _: int) -> None:
        while peer.request():
            peer.send(next(turns))

    with FaultServer(behave) as server, asking(server.base_url) as asked:
        assert isinstance(asked.failure(), RequestRefused)
        assert asked.text() == HELLO
        assert server.connections == 1


def test_what_is_sent_is_the_prompt_and_the_extra_members() -> None:
    prompt = Prompt("nemo", (Message(Role.USER, "Grüße \ud83d"),), {"max_tokens": None})
    with FaultServer(plays(head(), answer())) as server:
        with asking(server.base_url, adapter=adapter(body={"user": "me"})) as asked:
            asked.text(prompt)
        first, _, body = server.requests[0].partition(b"\r\n\r\n")
    assert json.loads(body) == {
        "model": "nemo",
        "messages": [{"role": "user", "content": "Grüße ?"}],
        "max_tokens": None,
        "stream": True,
        "stream_options": {"include_usage": True},
        "user": "me",
    }
    fields = first.decode().lower().split("\r\n")
    assert fields[0] == "post /v1/chat/completions http/1.1"
    assert f"authorization: bearer {TOKEN}" in fields
    assert "accept: */*" in fields
    assert "accept-encoding: gzip, deflate" in fields
    assert "content-type: application/json" in fields
    assert any(field.startswith("user-agent: nemochat/") for field in fields)


@pytest.mark.parametrize("proxied", [False, True])
def test_a_header_of_one_s_own_takes_the_place_of_ours_whatever_its_case(*, proxied: bool) -> None:
    own = {"accept": "text/event-stream", "USER-AGENT": "me"}
    with FaultServer(plays(head(), answer())) as server:
        base_url = "http://nemo.invalid/v1" if proxied else server.base_url
        proxy = f"http://127.0.0.1:{server.port}" if proxied else ""
        with asking(base_url, adapter=adapter(headers=own), proxy=proxy) as asked:
            asked.text()
        fields = server.requests[0].decode().lower().split("\r\n")
    accepted = [field for field in fields if field.startswith(("accept:", "user-agent:"))]
    assert sorted(accepted) == ["accept: text/event-stream", "user-agent: me"]


def test_without_a_token_none_is_sent() -> None:
    with FaultServer(plays(head(), answer())) as server:
        with asking(server.base_url, token="") as asked:
            asked.text()
        assert b"authorization" not in server.requests[0].lower()


def test_preparing_loads_httpx_and_connects_to_nothing() -> None:
    code = (
        "import sys; from tests.api.asking import asking\n"
        "with asking(sys.argv[1]) as asked:\n"
        "    asked.client.prepare()\n"
        "    print('httpx' in sys.modules)\n"
    )
    with FaultServer(plays(head(), answer())) as server:
        done = subprocess.run(
            [sys.executable, "-c", code, server.base_url],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        )
        assert (done.stdout, server.connections) == ("True\n", 0)


def test_a_cookie_is_not_sent_back() -> None:
    sets = head(Transfer_Encoding="chunked", Set_Cookie="id=1; Path=/")
    with FaultServer(keeps(sets, chunked(answer()))) as server:
        with asking(server.base_url) as asked:
            assert asked.text() == asked.text() == HELLO
        assert not any(b"cookie" in request.lower() for request in server.requests)


def test_each_step_is_logged_without_the_token() -> None:
    told = refuses("503 No", {"error": f"the token {TOKEN} must wait"})
    with FaultServer(in_turn(told, plays(head(), answer()))) as server:
        with asking(server.base_url) as asked:
            asked.text()
        url = f"{server.base_url}/chat/completions"
    lines = [line.partition(" after ")[0] for line in asked.logged]
    assert lines[0].startswith(f"request 1: POST {url}, ")
    assert lines[1:3] == [
        "status 503, application/json,",
        "EndpointFailed: the endpoint is unavailable (503: the token [token] must wait)",
    ]
    assert lines[3].startswith("retrying in ")
    assert lines[4].startswith(f"request 2: POST {url}, ")
    assert lines[5] == "status 200, text/event-stream,"
    assert lines[6].startswith("end of the response: ")


def test_a_slow_reader_does_not_count_of_the_endpoint() -> None:
    steady = plays(head(), HI, 0.05, HI, STOP)
    with FaultServer(steady) as server, asking(server.base_url) as asked:
        stream = asked.client.stream(PROMPT)
        said = [next(stream)]
        time.sleep(1.5)  # twice the idle timeout
        said += list(stream)
    assert "".join(delta.text for delta in said) == "HiHi"
    assert said[-1].ending is Ending.COMPLETE


def test_pieces_may_be_further_apart_than_the_first_one_was() -> None:
    times = timeouts(0.4, 2)
    slow = plays(head(), HI, 1.0, HI, STOP)
    with FaultServer(slow) as server, asking(server.base_url, timeouts=times) as asked:
        assert asked.text() == "HiHi"


def test_nothing_of_http_is_loaded_before_the_first_question() -> None:
    code = (
        "import sys; from tests.api.asking import asking\n"
        "with asking('https://api.example'): print({'httpx', 'h11'} & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout == "set()\n"
