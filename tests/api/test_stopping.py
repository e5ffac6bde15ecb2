"""Cancellation by Ctrl-C, a closed iterator or another thread."""

from __future__ import annotations

import signal
import threading
import time

import pytest

from nemochat.api.client import Client
from nemochat.api.timeouts import Timeouts
from nemochat.core.delta import Delta
from nemochat.errors import Cancelled
from tests.api.asking import PROMPT, asking, in_a_thread
from tests.api.fault_server.lines import CODED, HI
from tests.api.fault_server.scripts import (
    FOREVER,
    HELLO,
    Step,
    answer,
    chunked,
    head,
    in_turn,
    plays,
    refuses,
)
from tests.api.fault_server.server import FaultServer
from tests.api.secured import until

LATER = Timeouts(first_byte=60, idle=60)  # only a stop ends a read while a test waits


def left(server: FaultServer) -> bool:
    """Return whether a client has left, so that the server plays no further step."""
    return server.left_at is not None


def test_closing_the_iterator_closes_the_connection_at_once() -> None:
    behave = plays(CODED, chunked(HI)[:-5], FOREVER)
    with FaultServer(behave) as server, asking(server.base_url) as asked:
        stream = asked.client.stream(PROMPT)
        assert next(stream).text == "Hi"
        assert not left(server)
        stream.close()
        until(lambda: left(server))


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
    with FaultServer(plays(*steps)) as server, asking(server.base_url, timeouts=LATER) as asked:
        said: list[Delta] = []
        thread = in_a_thread(said, asked.client.stream(PROMPT))
        until(lambda: bool(server.requests) and "".join(d.text for d in said) == text)
        time.sleep(0.05)  # the thread is waiting for more
        assert not left(server)
        asked.client.stop()
        thread.join(10)
        until(lambda: left(server))
        assert "".join(delta.text for delta in said) == text
        assert all(delta.ending is None for delta in said)
        assert len(server.requests) == 1


def test_a_stop_while_waiting_makes_no_further_request() -> None:
    with FaultServer(refuses("503 No")) as server:
        clients: list[Client] = []

        def stop() -> None:
            clients[0].stop()

        with asking(server.base_url, while_waiting=stop) as asked:
            clients.append(asked.client)
            with pytest.raises(Cancelled):
                asked.deltas()
        assert len(server.requests) == 1


def test_a_stop_before_the_first_read_holds() -> None:
    with FaultServer(plays(head(), answer())) as server, asking(server.base_url) as asked:
        stream = asked.client.stream(PROMPT)
        asked.client.stop()
        with pytest.raises(Cancelled):
            next(stream)
        assert server.requests == []


def test_after_a_stop_the_next_answer_comes() -> None:
    good = plays(head(), answer())
    turns = in_turn(plays(head(), HI, FOREVER), good)
    with FaultServer(turns) as server, asking(server.base_url) as asked:
        stream = asked.client.stream(PROMPT)
        next(stream)
        asked.client.stop()
        with pytest.raises(Cancelled):
            list(stream)
        assert asked.text() == HELLO


def test_ctrl_c_closes_the_connection_at_once() -> None:
    forever = plays(head(), HI, FOREVER)
    with FaultServer(forever) as server, asking(server.base_url, timeouts=LATER) as asked:
        stream = asked.client.stream(PROMPT)
        next(stream)

        def press() -> None:
            time.sleep(0.2)  # the read is waiting
            assert not left(server)
            signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)

        thread = threading.Thread(target=press)
        thread.start()
        with pytest.raises(KeyboardInterrupt):
            next(stream)
        thread.join()
        until(lambda: left(server))
