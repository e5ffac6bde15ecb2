"""Retries: how many, when, and when none."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from nemochat.core.prompt import Prompt
from nemochat.errors import EndpointFailed, NotAnAnswer, Unreachable
from tests.api.asking import PROMPT, asking
from tests.api.fault_server.lines import CODED
from tests.api.fault_server.scripts import (
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
from tests.api.fault_server.server import FaultServer, Peer

DAY = 86400.0
SHORTEST = 0.3  # seconds


def test_an_empty_stream_is_sent_again_for_its_reason_without_streaming() -> None:
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


def waits_for(wish: str) -> list[float]:
    """Return the waits of a client whose requests are refused with this Retry-After."""
    busy = refuses("429 No", Retry_After=wish)
    with FaultServer(busy) as server, asking(server.base_url) as asked:
        asked.failure()
    return asked.waits


@pytest.mark.parametrize(
    ("wish", "seconds"),
    [
        ("7", 7),
        (" 7 ", 7),
        ("0.5", 0.5),
        ("30", 30),
        *((wish, SHORTEST) for wish in ("0", "-3", "-3600", "1e-3")),
    ],
)
def test_a_retry_after_is_respected(wish: str, seconds: float) -> None:
    assert waits_for(wish) == [seconds, seconds]


@pytest.mark.parametrize(
    ("form", "ahead", "at_least", "at_most"),
    [
        ("%a, %d %b %Y %H:%M:%S GMT", 25, 5, 25),
        ("%A, %d-%b-%y %H:%M:%S GMT", 25, 5, 25),
        ("%a, %d %b %Y %H:%M:%S -0000", 25, 5, 25),
        ("%a, %d %b %Y %H:%M:%S GMT", -60, SHORTEST, SHORTEST),
    ],
)
def test_a_date_to_wait_for_is_kept_to(
    form: str, ahead: float, at_least: float, at_most: float
) -> None:
    first, second = waits_for((datetime.now(UTC) + timedelta(seconds=ahead)).strftime(form))
    assert at_least <= second <= first <= at_most


def test_a_date_of_another_time_zone_is_understood() -> None:
    wish = datetime.now(UTC) + timedelta(hours=1, seconds=25)
    first, _ = waits_for(wish.strftime("%a, %d %b %Y %H:%M:%S +0100"))
    assert 5 <= first <= 25


@pytest.mark.parametrize(
    "wish",
    [
        "soon",
        "nan",
        "",
        "  ",
        "7, 8",
        "Mon, 99 Nov 2026 12:00:20 GMT",
        "\xb2",
        "0x7",
        "7" + "\t" * 9,
    ],
)
def test_an_invalid_retry_after_is_ignored(wish: str) -> None:
    first, second = waits_for(wish)
    assert SHORTEST <= first <= 7
    assert SHORTEST <= second <= 7


def test_without_a_retry_after_waits_grow_and_differ() -> None:
    waits: list[tuple[float, ...]] = []
    with FaultServer(refuses("503 No")) as server:
        for _ in range(30):
            with asking(server.base_url) as asked:
                asked.failure()
            waits.append(tuple(asked.waits))
            assert asked.why == ["the endpoint is unavailable (status 503)"] * 2
    firsts, seconds = zip(*waits, strict=True)
    assert all(SHORTEST <= first <= 1 for first in firsts)
    assert all(SHORTEST <= second <= 2 for second in seconds)
    assert len(set(firsts)) > 1
    assert max(seconds) > 1  # random, but false only once in a billion runs


@pytest.mark.parametrize(
    ("wish", "words"),
    [
        ("31", "in 31 s"),
        ("119", "in 119 s"),
        ("180", "in 3 min"),
        ("7200", "in 2 h"),
        ("86400", "in 24 h"),
        ("345600", "in 4 days"),
        (f"{365 * DAY}", "in 365 days"),
        (f"{2 * DAY}", "in 2 days"),
        *((wish, "much later") for wish in ("1e300", "inf", "9" * 400)),
    ],
)
def test_a_long_wait_is_reported_and_not_waited_for(wish: str, words: str) -> None:
    with FaultServer(refuses("429 No", Retry_After=wish)) as server:
        with asking(server.base_url) as asked:
            error = asked.failure()
        assert (asked.waits, len(server.requests)) == ([], 1)
    assert isinstance(error, EndpointFailed)
    assert error.hint == f"Try again {words}"


@pytest.mark.parametrize("status", ["400 No", "401 No", "402 No", "404 No", "422 No"])
def test_what_cannot_help_is_not_retried(status: str) -> None:
    with FaultServer(refuses(status, {"error": "no"}, Retry_After="1")) as server:
        with asking(server.base_url) as asked:
            asked.failure()
        assert asked.waits == []


def test_nothing_is_retried_once_reasoning_was_shown() -> None:
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
