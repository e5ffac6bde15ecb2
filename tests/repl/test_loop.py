"""Nothing ends a chat but its person: neither an endpoint, nor a command, nor a fault of ours."""

from __future__ import annotations

import json
import socket
import struct
import subprocess
import sys
import threading
from collections.abc import Iterator
from types import SimpleNamespace
from typing import cast

import pytest

from nemochat.errors import Ended, ExitCode
from nemochat.repl.loop import run
from nemochat.repl.session import Session
from tests.conftest import Heard, Program
from tests.terminal import CTRL_D, Screen


def chunk(text: str, ending: str | None = None) -> bytes:
    choice = {"index": 0, "delta": {"content": text}, "finish_reason": ending}
    return f"data: {json.dumps({'choices': [choice]})}\n\n".encode()


STREAM = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"
ERROR = b'HTTP/1.1 500 Oops\r\nContent-Length: 33\r\n\r\n{"error": {"message": "it burns"}}'
ANSWERS = [
    ERROR,
    STREAM + chunk("half an ans"),
    STREAM + chunk("whole again", "stop") + b"data: [DONE]\n\n",
]


@pytest.fixture
def failing() -> Iterator[str]:
    """An endpoint that answers with an error, then dies in the middle, and then answers."""
    listening = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        for answer in ANSWERS:
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            if answer is ANSWERS[-1]:
                listening.close()  # and nothing answers from here on
            with connection:
                heard = b""
                while b"\r\n\r\n" not in heard:
                    heard += connection.recv(65536)
                head, _, body = heard.partition(b"\r\n\r\n")
                length = int(head.lower().partition(b"content-length:")[2].split()[0])
                while len(body) < length:
                    body += connection.recv(65536)
                connection.sendall(answer)
                if b"half" in answer:
                    reset = struct.pack("ii", 1, 0)
                    threading.Event().wait(0.3)  # what was sent is to arrive before the reset
                    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, reset)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{listening.getsockname()[1]}/v1"
    listening.close()
    thread.join(5)


def test_an_endpoint_may_refuse_fail_and_die_and_the_chat_goes_on(
    program: Program, failing: str
) -> None:
    with Screen(program, "--base-url", failing, "--retries", "0", columns=120) as terminal:
        terminal.wait_for_prompt()
        terminal.say("one")
        terminal.wait_for("it burns")
        terminal.wait_for_prompt()
        terminal.say("two")
        terminal.wait_for("half an ans")
        terminal.wait_for("connection was lost")
        terminal.wait_for_prompt()
        terminal.say("three")
        terminal.wait_for("whole again")
        terminal.wait_for_prompt()
        terminal.say("four")
        terminal.wait_for("nothing answers at 127.0.0.1")
        terminal.wait_for_prompt()
        assert "Traceback" not in terminal.text()
        terminal.type(CTRL_D)
        assert terminal.wait_for_end() == 0


def test_a_command_with_a_fault_costs_a_line_and_not_the_chat(
    asking: Program, heard: Heard
) -> None:
    (asking.home / "script").write_text("/broken\nHello!\n")
    code = (
        "from nemochat.repl.registry import command\n"
        "@command()\n"
        "def broken(session, argument):\n"
        "    'Fail.'\n"
        "    raise RuntimeError('a \\x1b[31mfault')\n"
        "from nemochat.__main__ import main\n"
        "main()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "--script", "script"],
        env=asking.environment,
        cwd=asking.home,
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0
    assert "a bug in nemochat (RuntimeError: a ␛[31mfault)" in done.stderr.decode()
    assert b"Traceback" not in done.stderr
    assert heard.bodies[-1]["messages"][-1]["content"] == "Hello!"


def test_an_end_that_another_error_came_in_the_way_of_is_an_end_still() -> None:
    class Ending:
        def read_message(self) -> str:
            try:
                raise Ended(ExitCode.TERMINATED)
            finally:
                raise RuntimeError("reentrant call")

    state = {"pending_lines": [], "message_source": Ending(), "script_count": 0, "chat": CHAT}
    session = cast("Session", SimpleNamespace(**state))
    with pytest.raises(Ended) as caught:
        run(session)
    assert caught.value.exit_code is ExitCode.TERMINATED


CHAT = SimpleNamespace(conversation=SimpleNamespace(head=None))
