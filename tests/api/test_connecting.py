"""Connecting: name lookup, several addresses, and one timeout for both."""

from __future__ import annotations

import _socket
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from nemochat.core.delta import Delta
from nemochat.errors import Unreachable
from tests.api.asking import PROMPT, asking, in_a_thread
from tests.api.fault_server.scripts import HELLO
from tests.api.fault_server.server import FaultServer
from tests.api.network import collect_open_sockets, resolve_names
from tests.api.secured import GOOD, until
from tests.conftest import Program

LONG = 30.0  # seconds to connect; longer than a test waits

# Python runs this if its folder is in PYTHONPATH: a resolver that never answers.
SILENT = """
import _socket, pathlib, time

def look_up(*_, **__):
    pathlib.Path({mark!r}).touch()
    time.sleep(60)

_socket.getaddrinfo = look_up
"""


@contextmanager
def silent_resolver(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """Block lookups until the context ends; the event is set once one is blocked."""
    waits, over = threading.Event(), threading.Event()

    def look_up(*_: object, **__: object) -> list[object]:
        waits.set()
        over.wait(60)
        raise _socket.gaierror

    with monkeypatch.context() as patched:
        patched.setattr(_socket, "getaddrinfo", look_up)
        yield waits
        over.set()


@contextmanager
def dead_addresses(port: int, addresses: list[str]) -> Iterator[str]:
    """Let connections to this port of these addresses hang, as if packets were dropped."""
    with ExitStack() as opened:
        for address in addresses:
            family = socket.AF_INET6 if ":" in address else socket.AF_INET
            listener = opened.enter_context(socket.socket(family))
            listener.bind((address, port))
            listener.listen(0)
            for _ in range(4):
                crowd = opened.enter_context(socket.socket(family))
                crowd.settimeout(0)
                crowd.connect_ex((address, port))
        yield " ".join(addresses)


def test_a_silent_resolver_is_left_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    with silent_resolver(monkeypatch), asking("http://nemo.example/v1", retries=0) as asked:
        error = asked.failure()  # while the lookup is blocked
    assert isinstance(error, Unreachable)
    assert error.sentence == "nemo.example did not answer in time"


def test_a_stop_ends_a_lookup(monkeypatch: pytest.MonkeyPatch) -> None:
    with (
        silent_resolver(monkeypatch) as waits,
        asking("http://nemo.example/v1", connect=LONG) as asked,
    ):
        said: list[Delta] = []
        thread = in_a_thread(said, asked.client.stream(PROMPT))
        assert waits.wait(10)
        asked.client.stop()
        thread.join(10)
        assert not thread.is_alive()
        assert said == []


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)], ids=["SIGINT", "SIGTERM"]
)
def test_a_signal_ends_the_program_while_a_name_is_looked_up(
    program: Program, tmp_path: Path, number: signal.Signals, code: int
) -> None:
    mark = tmp_path / "waits"
    (tmp_path / "sitecustomize.py").write_text(SILENT.format(mark=str(mark)))
    settings = {
        "NEMOCHAT_BASE_URL": "http://nemo.example/v1",
        "NEMOCHAT_TOKEN": "sk-test",
        "NEMOCHAT_ALLOW_HTTP": "on",
        "NEMOCHAT_CONNECT_TIMEOUT": "40",
        "PYTHONPATH": str(tmp_path),
    }
    with subprocess.Popen(
        [sys.executable, "-m", "nemochat", "ask", "Hi"],
        env=program.environment | settings,
        cwd=program.home,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        until(mark.exists)
        process.send_signal(number)
        stdout, stderr = process.communicate(timeout=20)  # the lookup takes 60 seconds
    assert b"Traceback" not in stderr
    assert (stdout, process.returncode) == (b"", code)


def test_all_addresses_share_one_timeout(monkeypatch: pytest.MonkeyPatch) -> None:
    dead = [
        f"127.0.0.{number}" for number in range(2, 14)
    ]  # one after another they would take 3 seconds
    with FaultServer(GOOD) as server, dead_addresses(server.port, dead) as addresses:
        resolve_names(monkeypatch, {"many.example": f"{addresses} 127.0.0.1"})
        with asking(f"http://many.example:{server.port}/v1", retries=0) as asked:
            error = asked.failure()
        assert error.sentence == f"many.example:{server.port} did not answer in time"
        assert server.connections == 0


@pytest.mark.parametrize(
    "dead", [["127.0.0.2", "127.0.0.3", "127.0.0.4"], ["::1"]], ids=["three", "IPv6"]
)
def test_dead_addresses_do_not_hold_up_a_live_one(
    monkeypatch: pytest.MonkeyPatch, dead: list[str]
) -> None:
    with (
        FaultServer(GOOD) as server,
        dead_addresses(server.port, dead) as addresses,
        collect_open_sockets() as lost,
    ):
        resolve_names(monkeypatch, {"some.example": f"{addresses} 127.0.0.1"})
        base_url = f"http://some.example:{server.port}/v1"
        with asking(base_url, connect=LONG, retries=0) as asked:
            assert asked.text() == HELLO
        assert server.connections == 1
    assert lost == []
