"""Timeouts of a client, directly and through a proxy; most stalls are in the fault table."""

from __future__ import annotations

import _socket
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from nemochat.core.messages import Ending
from nemochat.errors import Unreachable
from tests.api.asking import PROMPT, TIMEOUTS, Asking, asking
from tests.api.fault_server.lines import HI, PING, STOP
from tests.api.fault_server.scripts import (
    FOREVER,
    HELLO,
    Step,
    answer,
    drip,
    event,
    head,
    over_and_over,
    plays,
)
from tests.api.fault_server.server import FaultServer, Peer
from tests.api.secured import until
from tests.conftest import Program

LONG = 20.0
BOTH_WAYS = pytest.mark.parametrize("proxied", [False, True], ids=["directly", "proxied"])


@contextmanager
def ask(
    *steps: Step, first_byte: float = LONG, idle: float = LONG, proxied: bool = False
) -> Iterator[tuple[FaultServer, Asking]]:
    """Start a server that plays the steps, and a client with these timeouts.

    If `proxied`, the server acts as a proxy before one that does not exist.
    """
    with FaultServer(plays(*steps)) as server:
        address = f"http://127.0.0.1:{server.port}"
        base_url = "http://nemo.invalid/v1" if proxied else server.base_url
        timeouts = TIMEOUTS._replace(first_byte=first_byte, idle=idle)
        with asking(base_url, proxy=address if proxied else "", timeouts=timeouts) as asked:
            yield server, asked


@BOTH_WAYS
def test_the_first_piece_may_take_longer_than_the_next(*, proxied: bool) -> None:
    with ask(0.6, head(), HI, FOREVER, idle=0.3, proxied=proxied) as (server, asked):
        said = asked.deltas()
        until(lambda: server.left_at is not None)
    assert ("".join(delta.text for delta in said), said[-1].ending) == ("Hi", Ending.STALLED)


@BOTH_WAYS
def test_the_next_piece_may_take_longer_than_the_first(*, proxied: bool) -> None:
    with ask(head(), HI, 0.6, HI, STOP, first_byte=0.3, proxied=proxied) as (_, asked):
        assert asked.text() == "HiHi"


@BOTH_WAYS
@pytest.mark.parametrize(
    "steps",
    [
        [drip(b"HTTP/1.1 200 OK\r\nX: " + b"y" * 10_000, 0.02)],
        [head(), over_and_over(PING, 10_000, 0.02)],
    ],
    ids=["a head", "pings"],
)
def test_a_timeout_counts_until_data_comes(steps: list[Step], *, proxied: bool) -> None:
    with ask(*steps, first_byte=0.1, proxied=proxied) as (server, asked):
        error = asked.failure()
        until(lambda: server.left_at is not None)  # while the server still sends
    assert isinstance(error, Unreachable)
    assert error.sentence.endswith(" sent no answer in time")


@BOTH_WAYS
def test_held_back_data_restarts_the_timeout(*, proxied: bool) -> None:
    thought = "Let me think about this."
    whole = event(
        {"choices": [{"delta": {"reasoning": thought}}]}
    )  # which some servers repeat in pieces
    pieces = [event({"choices": [{"delta": {"reasoning": piece}}]}) for piece in thought]
    again = [step for piece in pieces for step in (piece, 0.05)]
    with ask(head(), whole, *again, answer(), idle=0.6, proxied=proxied) as (_, asked):
        assert asked.text() == HELLO


def test_time_to_connect_is_not_part_of_the_other_timeouts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with FaultServer(plays(head(), answer())) as server:
        look_up: Callable[..., object] = _socket.getaddrinfo

        def look_up_slowly(*arguments: object, **others: object) -> object:
            time.sleep(0.5)
            return look_up(*arguments, **others)

        monkeypatch.setattr(_socket, "getaddrinfo", look_up_slowly)
        timeouts = TIMEOUTS._replace(first_byte=0.4)
        with asking(server.base_url, timeouts=timeouts, connect=LONG) as asked:
            assert asked.text() == HELLO


@BOTH_WAYS
def test_time_in_which_nobody_reads_does_not_count(*, proxied: bool) -> None:
    with ask(head(), HI, 0.05, HI, STOP, idle=0.3, proxied=proxied) as (_, asked):
        stream = asked.client.stream(PROMPT)
        said = [next(stream)]
        time.sleep(0.7)  # twice the idle timeout
        said += list(stream)
    assert ("".join(delta.text for delta in said), said[-1].ending) == ("HiHi", Ending.COMPLETE)


def test_time_in_which_the_process_is_stopped_does_not_count(program: Program) -> None:
    goes_on = threading.Event()

    def waits(peer: Peer, _: int) -> None:
        peer.request()
        peer.send(head() + HI)
        goes_on.wait(LONG)
        peer.send(HI + STOP)

    command = [
        sys.executable,
        "-m",
        "nemochat",
        "ask",
        "--private",
        "-q",
        "--idle-timeout",
        "2",
        "Hi",
    ]
    with FaultServer(waits) as server:
        address = f"http://127.0.0.1:{server.port}"
        ways = [
            {"NEMOCHAT_BASE_URL": server.base_url},
            {
                "NEMOCHAT_BASE_URL": "http://nemo.invalid/v1",
                "NEMOCHAT_PROXY": address,
                "NEMOCHAT_ALLOW_HTTP": "on",
            },
        ]
        asked = [
            subprocess.Popen(
                command,
                env={**program.environment, **way, "NEMOCHAT_TOKEN": "sk-test"},
                cwd=program.home,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
            )
            for way in ways
        ]
        for process in asked:
            assert process.stdout is not None
            assert process.stdout.read(2) == b"Hi"
            os.kill(process.pid, signal.SIGSTOP)
        time.sleep(3.2)  # longer than the idle timeout
        for process in asked:
            os.kill(process.pid, signal.SIGCONT)
        time.sleep(0.1)  # each checks its clock before more data arrives
        goes_on.set()
        outcomes = [(*process.communicate(timeout=LONG), process.returncode) for process in asked]
    assert outcomes == [(b"Hi\n", b"", 0)] * 2


@BOTH_WAYS
def test_no_thread_is_left_after_an_answer(*, proxied: bool) -> None:
    before = set(threading.enumerate())
    with ask(head(), answer(), proxied=proxied) as (_, asked):
        assert asked.text() == HELLO
    until(lambda: not set(threading.enumerate()) - before)


def test_the_bytes_of_an_answer_are_no_flood() -> None:
    many = (b": " + b"x" * 1000 + b"\n\n") * 5000  # more than half of the limit
    with ask(head(), many, HI, many, answer()) as (_, asked):
        assert asked.text() == f"Hi{HELLO}"
