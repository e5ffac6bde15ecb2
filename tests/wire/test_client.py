"""One prompt out, deltas in: connections, what is sent, what is logged."""

from __future__ import annotations

import json
import time

import pytest

from nemochat.core.messages import Ending, Message, Role
from nemochat.core.prompt import Prompt
from nemochat.errors import ConfigurationError, RequestRefused
from nemochat.wire.dialect import Dialect, Fitting
from nemochat.wire.patience import Timeouts
from tests.wire.asking import PROMPT, asking
from tests.wire.fault_server.case import TOKEN
from tests.wire.fault_server.lines import CODED, HI, STOP
from tests.wire.fault_server.scripts import (
    FOREVER,
    HELLO,
    Step,
    answer,
    chunked,
    event,
    head,
    in_turn,
    play,
    plays,
    refuses,
)
from tests.wire.fault_server.server import Behaviour, FaultServer, Peer
from tests.wire.secured import AUTHORITY, secured, until


def keeps(*steps: Step) -> Behaviour:
    """Play the steps for each request of a connection, for as long as the client keeps it."""

    def behave(peer: Peer, _: int) -> None:
        while peer.request():
            play(peer, steps)

    return behave


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


def test_a_connection_that_the_server_closed_meanwhile_is_no_failure() -> None:
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


def test_two_candidates_that_are_cut_off_both_have_an_ending() -> None:
    both = {"choices": [{"index": i, "delta": {"content": "x"}} for i in (0, 1)]}
    cut = plays(CODED, chunked(event(both))[:-5])
    with FaultServer(cut) as server, asking(server.base_url) as asked:
        said = asked.deltas()
    assert [(d.candidate, d.ending) for d in said if d.ending] == [
        (0, Ending.CONNECTION_LOST),
        (1, Ending.CONNECTION_LOST),
    ]


def test_only_the_candidate_without_an_ending_is_cut_off() -> None:
    both = {"choices": [{"index": i, "delta": {"content": "x"}} for i in (0, 1)]}
    end = {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}
    cut = plays(CODED, chunked(event(both) + event(end))[:-5])
    with FaultServer(cut) as server, asking(server.base_url) as asked:
        said = asked.deltas()
    assert [(d.candidate, d.ending) for d in said if d.ending] == [
        (0, Ending.COMPLETE),
        (1, Ending.CONNECTION_LOST),
    ]


def test_what_is_sent_is_the_prompt_and_the_extra_members() -> None:
    prompt = Prompt("nemo", (Message(Role.USER, "Grüße \ud83d"),), {"max_tokens": None})
    with FaultServer(plays(head(), answer())) as server:
        with asking(server.base_url, fitting=Fitting(Dialect(body={"user": "me"}))) as asked:
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
        with asking(base_url, fitting=Fitting(Dialect(headers=own)), proxy=proxy) as asked:
            asked.text()
        fields = server.requests[0].decode().lower().split("\r\n")
    accepted = [field for field in fields if field.startswith(("accept:", "user-agent:"))]
    assert sorted(accepted) == ["accept: text/event-stream", "user-agent: me"]


def test_without_a_token_none_is_sent() -> None:
    with FaultServer(plays(head(), answer())) as server:
        with asking(server.base_url, token="") as asked:
            asked.text()
        assert b"authorization" not in server.requests[0].lower()


@pytest.mark.parametrize("token", ["sk test", "sk\r\nX: y", "sk-tést"])
def test_a_token_that_cannot_be_sent_is_refused_before_anything_is(token: str) -> None:
    with pytest.raises(ConfigurationError) as caught, asking("http://127.0.0.1:9", token=token):
        pass
    assert token not in str(caught.value)


@pytest.mark.parametrize("base_url", ["", "ftp://x", "http://", "http://a b", "http://h:x/"])
def test_an_impossible_address_is_refused_before_anything_is_sent(base_url: str) -> None:
    with pytest.raises(ConfigurationError, match="the address takes"), asking(base_url):
        pass


def test_what_was_prepared_takes_the_first_question() -> None:
    with secured("good") as server, asking(server.base_url, ca_bundle=AUTHORITY) as asked:
        asked.client.prepare()
        until(lambda: server.connections == 1)
        asked.client.prepare()
        assert asked.text() == HELLO
        assert server.connections == 1


def test_a_prompt_is_fitted_to_the_endpoint() -> None:
    prompt = PROMPT._replace(parameters={"top_k": 5, "seed": 1})
    fitting = Fitting(Dialect(without=("top_k",)))
    with asking("http://127.0.0.1:9", fitting=fitting) as asked:
        assert asked.client.fitted(prompt) == PROMPT._replace(parameters={"seed": 1})


def test_a_model_that_there_is_not_is_told_also_where_no_models_are_listed() -> None:
    unknown = refuses("404 No", {"error": {"message": "model nemo not found"}})
    with FaultServer(in_turn(unknown, refuses("500 No"))) as server:
        with asking(server.base_url) as asked:
            error = asked.failure()
        assert len(server.requests) == 2
    assert str(error) == (
        "the endpoint refused the request (404: model nemo not found)."
        " It was asked for the model nemo"
    )


def test_a_token_over_an_open_network_is_warned_of() -> None:
    with asking("http://192.0.2.1/v1") as asked:
        assert "192.0.2.1" in asked.client.warning
    with asking("https://192.0.2.1/v1") as asked:
        assert asked.client.warning == ""


def test_each_step_is_logged_without_the_token() -> None:
    told = refuses("503 No", {"error": f"the token {TOKEN} must wait"})
    with FaultServer(in_turn(told, plays(head(), answer()))) as server:
        with asking(server.base_url) as asked:
            asked.text()
        url = f"{server.base_url}/chat/completions"
    lines = [line.partition(" after ")[0] for line in asked.logged]
    assert lines[0].startswith(f"POST {url}, ")
    assert lines[1:3] == [
        "503, application/json,",
        "EndpointFailed: the endpoint is not available (503: the token [token] must wait)",
    ]
    assert lines[3].startswith("again in ")
    assert lines[4].startswith(f"POST {url}, ")
    assert lines[5:] == ["200, text/event-stream,", "the end,"]


def test_a_slow_reader_is_no_silence_of_the_endpoint() -> None:
    steady = plays(head(), HI, 0.05, HI, STOP)
    with FaultServer(steady) as server, asking(server.base_url) as asked:
        stream = asked.client.stream(PROMPT)
        said = [next(stream)]
        time.sleep(1.5)  # twice the idle time-out
        said += list(stream)
    assert "".join(delta.text for delta in said) == "HiHi"
    assert said[-1].ending is Ending.COMPLETE


def test_pieces_may_be_further_apart_than_the_first_one_was() -> None:
    times = Timeouts(first_byte=0.4, idle=2)
    slow = plays(head(), HI, 1.0, HI, STOP)
    with FaultServer(slow) as server, asking(server.base_url, timeouts=times) as asked:
        assert asked.text() == "HiHi"


def test_nothing_of_http_is_loaded_before_the_first_question() -> None:
    import subprocess
    import sys

    code = (
        "import sys; from nemochat.wire.client import Client;"
        "from nemochat.wire.terms import Terms;"
        "from nemochat.wire.endpoints import Asked; from nemochat.wire.route import Route;"
        "Client(Terms(Route('https://api.example'), 'sk-test', Asked('T', 'm'), print)).close();"
        "print({'httpx', 'h11'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"
