"""How often a question is sent, and when again."""

from __future__ import annotations

import json

import pytest

from nemochat.core.prompt import Prompt
from nemochat.errors import NotAnAnswer, Unreachable
from tests.wire.asking import PROMPT, asking
from tests.wire.fault_server.lines import CODED
from tests.wire.fault_server.scripts import (
    HELLO,
    chunked,
    document,
    event,
    head,
    in_turn,
    plays,
    refuses,
    with_length,
)
from tests.wire.fault_server.server import FaultServer, Peer


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


def test_an_empty_stream_after_two_retries_is_asked_for_no_more() -> None:
    busy = refuses("503 No")
    with FaultServer(in_turn(busy, busy, plays(head()))) as server:
        with asking(server.base_url) as asked:
            assert isinstance(asked.failure(), NotAnAnswer)
        assert len(server.requests) == 3


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
    assert asked.why == ["the endpoint is busy (status 429)"] * 2


def test_nothing_is_tried_again_once_reasoning_was_shown() -> None:
    thought = event({"choices": [{"delta": {"reasoning": "hm"}}]})
    with FaultServer(plays(CODED, chunked(thought)[:-5])) as server:
        with asking(server.base_url) as asked:
            assert isinstance(asked.failure(), Unreachable)
        assert len(server.requests) == 1


def test_the_reason_for_an_empty_stream_is_asked_for_on_another_connection() -> None:
    """llama-cpp-python closes the connection after an empty stream, though it looks kept."""
    told = refuses("400 No", {"error": {"message": "Only user and assistant roles"}})

    def drops(peer: Peer, number: int) -> None:
        if number:
            told(peer, number)
            return
        peer.request()
        peer.send(CODED + b"0\r\n\r\n")
        peer.hold(1)
        peer.reset()

    with FaultServer(drops) as server, asking(server.base_url) as asked:
        assert "Only user and assistant roles" in asked.failure().sentence
        assert len(server.requests) == 2
