"""One prompt out, deltas in: connections, tries, stops, what is logged."""

from __future__ import annotations

import json
import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from nemochat.core.messages import Delta, Ending, Message, Role
from nemochat.core.prompt import Prompt
from nemochat.errors import ConfigurationError, NotAnAnswer, RequestRefused, Unreachable
from nemochat.wire.client import Client
from nemochat.wire.models import ModelInfo
from nemochat.wire.patience import Timeouts
from tests.wire.asking import PROMPT, TOKEN, asking
from tests.wire.fault_server.scripts import (
    FOREVER,
    HELLO,
    Step,
    answer,
    chunk,
    chunked,
    document,
    event,
    head,
    in_turn,
    play,
    plays,
    refuses,
    with_length,
)
from tests.wire.fault_server.server import Behaviour, FaultServer, Peer

HI = event(chunk("Hi"))
STOP = event(chunk(finish="stop"))
CODED = head(Transfer_Encoding="chunked")


def keeps(*steps: Step) -> Behaviour:
    """Play the steps for each request of a connection, for as long as the client keeps it."""

    def behave(peer: Peer, _: int) -> None:
        while peer.request():
            play(peer, steps)

    return behave


def until(true: Callable[[], object], seconds: float = 2.0) -> bool:
    """Whether something becomes true in time."""
    end = time.monotonic() + seconds
    while not true() and time.monotonic() < end:
        time.sleep(0.005)
    return bool(true())


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


def test_closing_the_iterator_closes_the_connection_at_once() -> None:
    with FaultServer(plays(CODED, chunked(HI)[:-5], FOREVER)) as server:
        with asking(server.base_url) as asked:
            stream = asked.client.stream(PROMPT)
            assert next(stream).text == "Hi"
            left = time.monotonic()
            stream.close()
            assert until(lambda: server.left_at is not None)
        assert server.left_at is not None
        assert server.left_at - left < 0.1


def in_a_thread(said: list[Delta], stream: Iterator[Delta]) -> threading.Thread:
    thread = threading.Thread(target=said.extend, args=(stream,))
    thread.start()
    return thread


@pytest.mark.parametrize(
    ("steps", "text"),
    [
        ([FOREVER], ""),
        ([head()[:20], FOREVER], ""),
        ([head(), FOREVER], ""),
        ([CODED, chunked(HI)[:-5], FOREVER], "Hi"),
        ([head(), HI, FOREVER], "Hi"),
        ([head(), HI, HI[:20], FOREVER], "Hi"),
    ],
)
def test_a_stop_from_another_thread_ends_a_blocked_read(steps: list[Step], text: str) -> None:
    with FaultServer(plays(*steps)) as server, asking(server.base_url) as asked:
        said: list[Delta] = []
        thread = in_a_thread(said, asked.client.stream(PROMPT))
        assert until(lambda: server.requests and "".join(d.text for d in said) == text)
        time.sleep(0.05)
        stopped = time.monotonic()
        asked.client.stop()
        thread.join(2)
        assert until(lambda: server.left_at is not None)
        assert server.left_at is not None
        assert server.left_at - stopped < 0.1
        assert "".join(delta.text for delta in said) == text
        assert said[-1].ending is Ending.INTERRUPTED
        assert len(server.requests) == 1


def test_a_stop_while_waiting_makes_no_further_request() -> None:
    with FaultServer(refuses("503 No")) as server:
        clients: list[Client] = []

        def stop() -> None:
            clients[0].stop()

        with asking(server.base_url, while_waiting=stop) as asked:
            clients.append(asked.client)
            assert asked.endings() == [Ending.INTERRUPTED]
        assert len(server.requests) == 1


def test_a_stop_before_the_first_read_holds() -> None:
    with FaultServer(plays(head(), answer())) as server, asking(server.base_url) as asked:
        stream = asked.client.stream(PROMPT)
        asked.client.stop()
        assert [delta.ending for delta in stream] == [Ending.INTERRUPTED]
        assert server.requests == []


def test_after_a_stop_the_next_answer_comes() -> None:
    good = plays(head(), answer())
    turns = in_turn(plays(head(), HI, FOREVER), good)
    with FaultServer(turns) as server, asking(server.base_url) as asked:
        stream = asked.client.stream(PROMPT)
        next(stream)
        asked.client.stop()
        assert list(stream)[-1].ending is Ending.INTERRUPTED
        assert asked.text() == HELLO


def test_an_empty_stream_is_asked_again_for_its_reason_without_streaming() -> None:
    empty = plays(head())
    told = refuses("400 No", {"error": {"message": "Only user and assistant roles"}})
    with FaultServer(in_turn(empty, told)) as server, asking(server.base_url) as asked:
        error = asked.failure()
        bodies = [json.loads(request.partition(b"\r\n\r\n")[2]) for request in server.requests]
    assert "Only user and assistant roles" in error.sentence
    assert [("stream" in body, "stream_options" in body) for body in bodies] == [
        (True, True),
        (False, False),
    ]


def test_an_empty_stream_may_have_an_answer_without_streaming() -> None:
    whole = plays(with_length("200 OK", json.dumps(document()).encode()))
    with FaultServer(in_turn(plays(head()), whole)) as server, asking(server.base_url) as asked:
        assert asked.text() == HELLO


@pytest.mark.parametrize("retries", [0, 1, 2, 9])
def test_an_empty_stream_and_its_retries_are_three_requests_at_most(retries: int) -> None:
    with FaultServer(in_turn(plays(head()), refuses("503 No"))) as server:
        with asking(server.base_url, retries=retries) as asked:
            asked.failure()
        assert len(server.requests) <= 3


def test_an_answer_that_was_not_streamed_and_is_empty_is_not_asked_for_again() -> None:
    prompt = Prompt("nemo", PROMPT.messages, {}, stream=False)
    with FaultServer(plays(head())) as server, asking(server.base_url) as asked:
        assert isinstance(asked.failure(prompt), NotAnAnswer)
        assert len(server.requests) == 1


@pytest.mark.parametrize(("retries", "requests"), [(0, 1), (1, 2), (2, 3), (9, 3), (-1, 1)])
def test_tries_are_as_many_as_asked_for_and_three_at_most(retries: int, requests: int) -> None:
    with FaultServer(refuses("503 No")) as server:
        with asking(server.base_url, retries=retries) as asked:
            asked.failure()
        assert len(server.requests) == requests
        assert len(asked.waits) == requests - 1


def test_a_wish_to_wait_is_kept_to() -> None:
    with (
        FaultServer(refuses("429 No", Retry_After="7")) as server,
        asking(server.base_url) as asked,
    ):
        asked.failure()
    assert asked.waits == [7, 7]


def test_nothing_is_tried_again_once_reasoning_was_shown() -> None:
    thought = event({"choices": [{"delta": {"reasoning": "hm"}}]})
    with FaultServer(plays(CODED, chunked(thought)[:-5])) as server:
        with asking(server.base_url) as asked:
            assert isinstance(asked.failure(), Unreachable)
        assert len(server.requests) == 1


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
        with asking(server.base_url, extra={"user": "me"}) as asked:
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
    assert "accept-encoding: gzip, deflate" in fields
    assert "content-type: application/json" in fields
    assert any(field.startswith("user-agent: nemochat/") for field in fields)


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


def test_a_token_over_an_open_network_is_warned_of() -> None:
    with asking("http://192.0.2.1/v1") as asked:
        assert "192.0.2.1" in asked.client.warning
    with asking("https://192.0.2.1/v1") as asked:
        assert asked.client.warning == ""


NEMO = {
    "id": "nemo-instruct",
    "metadata": {"context_length": 9, "pricing": {"input_tokens": 0.02, "output_tokens": 0.04}},
}


def lists(peer: Peer, _: int) -> None:
    """A server that knows no model of that name, but has a list."""
    while request := peer.request():
        if request.startswith(b"GET /v1/models?filter=with_meta "):
            peer.send(with_length("200 OK", json.dumps({"data": [NEMO]}).encode()))
        else:
            error = {"error": {"message": "The model does not exist"}}
            peer.send(with_length("404 No", json.dumps(error).encode()))
        return


def test_the_models_are_listed() -> None:
    with FaultServer(lists) as server, asking(server.base_url) as asked:
        models = asked.client.models()
    assert models == (ModelInfo("nemo-instruct", 9, None, 0.02, 0.04),)


def test_a_model_that_is_not_found_brings_the_nearest_names() -> None:
    with FaultServer(lists) as server, asking(server.base_url) as asked:
        error = asked.failure()
        assert len(server.requests) == 2
    assert error.hint == "It has nemo-instruct"


@pytest.mark.parametrize(
    "behave",
    [
        refuses("404 No"),
        refuses("500 No", b"Internal Server Error", "text/plain"),
        plays(with_length("200 OK", b"<html>")),
        plays(b"nonsense"),
        plays(),
        plays(head(Content_Encoding="br"), b"x"),
        plays(FOREVER),
        plays(head(), b'{"data": [', FOREVER),
    ],
)
def test_a_list_that_does_not_come_is_empty_and_soon(behave: Behaviour) -> None:
    with FaultServer(behave) as server, asking(server.base_url) as asked:
        begun = time.monotonic()
        assert asked.client.models() == ()
        assert time.monotonic() - begun < 3


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
        "EndpointFailed: the endpoint is busy (503: the token [token] must wait)",
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
    times = Timeouts(connect=1, first_byte=0.4, idle=2)
    slow = plays(head(), HI, 1.0, HI, STOP)
    with FaultServer(slow) as server, asking(server.base_url, timeouts=times) as asked:
        assert asked.text() == "HiHi"


def test_ctrl_c_closes_the_connection_at_once() -> None:
    with FaultServer(plays(head(), HI, FOREVER)) as server, asking(server.base_url) as asked:
        stream = asked.client.stream(PROMPT)
        next(stream)
        pressed: list[float] = []

        def press() -> None:
            time.sleep(0.2)
            pressed.append(time.monotonic())
            signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)

        thread = threading.Thread(target=press)
        thread.start()
        with pytest.raises(KeyboardInterrupt):
            next(stream)
        thread.join()
        assert until(lambda: server.left_at is not None)
        assert server.left_at is not None
        assert server.left_at - pressed[0] < 0.1


def test_nothing_of_http_is_loaded_before_the_first_question() -> None:
    import subprocess
    import sys

    code = (
        "import sys; from nemochat.wire.client import Client; from nemochat.wire.failures import "
        "Asked; Client('https://api.example', 'sk-test', Asked('T', 'm'), wait=print).close(); "
        "print('httpx' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


def test_one_file_alone_knows_the_library() -> None:
    wire = Path(__file__).parents[2] / "src" / "nemochat" / "wire"
    doors = [path.name for path in wire.glob("*.py") if "import httpx" in path.read_text()]
    assert doors == ["line.py"]
