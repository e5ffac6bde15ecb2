"""An endpoint on the loopback that streams prebuilt tokens, and notes when things happened.

It runs in the measuring process and knows the pid of the one that is measured, so that it can read
that one's CPU clock at the moment its request has come in, and just before the last bytes go out.
"""

from __future__ import annotations

import json
import socket
import ssl
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from types import TracebackType
from typing import Self

from texts import TOKEN, mixed

MODEL = "mistralai/Mistral-Nemo-Instruct-2407"
MOST_TOKENS = 100_000
MOST_CONNECTIONS = 8
BATCH = 50  # tokens that one write holds when they are sent as fast as they can be
SECONDS_BEFORE_LAST = 0.1  # in which all that came before is worked off
SECONDS_IDLE = 60.0


@dataclass(frozen=True, slots=True)
class Plan:
    """How to answer.

    Attributes:
        tokens: How many.
        a_second: How many a second; 0 sends them in batches, as fast as they are taken.
        numbered: Whether each token is a number of its own, told from all others on a screen.
        pause: Seconds before the first one, as a model takes them to read its prompt.
    """

    tokens: int = 10
    a_second: float = 0.0
    numbered: bool = False
    pause: float = 0.0


@dataclass(frozen=True, slots=True)
class Moment:
    """Seconds of the monotonic clock, and of the CPU that the process had used by then."""

    wall: float
    cpu: float


@dataclass(slots=True)
class Heard:
    """What is known of one answer.

    Attributes:
        connection: The number of the connection it went over.
        request: When its request had come in.
        last: Just before its last bytes went out.
        sent: Seconds of the monotonic clock at which each numbered token went out.
    """

    connection: int
    request: Moment
    last: Moment | None = None
    sent: list[float] = field(default_factory=list)


def cpu_of(pid: int) -> float:
    """Seconds of CPU that a running process and its threads have used (Linux)."""
    return time.clock_gettime((~pid << 3) | 2)  # the CPU clock of a process, as of clock(3)


class Server:
    """The endpoint; `base_url` is where it listens, `heard` what it answered since `watch`."""

    def __init__(self, secured: ssl.SSLContext | None = None) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=MOST_CONNECTIONS)
        self._secured = secured
        self.port: int = self._listener.getsockname()[1]
        self.base_url = f"{'https' if secured else 'http'}://127.0.0.1:{self.port}/v1"
        self.plan = Plan()
        self.heard: list[Heard] = []
        self._pid = 0
        self._numbers = count(1)
        self._room = threading.BoundedSemaphore(MOST_CONNECTIONS)

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        self._listener.close()

    def watch(self, pid: int) -> None:
        """Read the clock of this process from now on, and forget what was heard before."""
        self._pid, self.heard = pid, []

    def _now(self) -> Moment:
        cpu = 0.0
        with suppress(OSError):  # it has gone
            cpu = cpu_of(self._pid)
        return Moment(time.monotonic(), cpu)

    def _accept(self) -> None:
        while True:
            self._room.acquire()
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        number = next(self._numbers)
        connection.settimeout(SECONDS_IDLE)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            with suppress(OSError):
                if self._secured:
                    connection = self._secured.wrap_socket(connection, server_side=True)
                while (request := _request(connection)) is not None:
                    self._answer(connection, number, *request)
        finally:
            connection.close()
            self._room.release()

    def _answer(self, connection: socket.socket, number: int, path: str, body: bytes) -> None:
        if not path.endswith("/chat/completions"):
            connection.sendall(_whole({"object": "list", "data": [{"id": MODEL}]}))
            return
        heard = Heard(number, self._now())
        self.heard.append(heard)
        if not json.loads(body).get("stream"):
            message = {"role": "assistant", "content": mixed(self.plan.tokens * TOKEN)}
            choice = {"index": 0, "message": message, "finish_reason": "stop"}
            heard.last = self._now()
            connection.sendall(_whole({**_ABOUT, "choices": [choice], "usage": _usage(1)}))
            return
        connection.sendall(_HEAD)
        time.sleep(self.plan.pause)
        self._stream(connection, heard)
        time.sleep(SECONDS_BEFORE_LAST)
        end = _event([{"index": 0, "delta": {}, "finish_reason": "stop"}])
        usage = _event([], usage=_usage(self.plan.tokens))
        heard.last = self._now()
        connection.sendall(_chunk(end + usage + b"data: [DONE]\n\n") + b"0\r\n\r\n")

    def _stream(self, connection: socket.socket, heard: Heard) -> None:
        plan = self.plan
        tokens = min(plan.tokens, MOST_TOKENS)
        if not plan.a_second:
            for first in range(0, tokens, BATCH):
                numbers = range(first, min(first + BATCH, tokens))
                connection.sendall(_chunk(b"".join(_EVENTS[n % len(_EVENTS)] for n in numbers)))
            return
        begun = time.monotonic()
        for n in range(tokens):
            piece = _token(numbered(n)) if plan.numbered else _EVENTS[n % len(_EVENTS)]
            time.sleep(max(begun + n / plan.a_second - time.monotonic(), 0.0))
            heard.sent.append(time.monotonic())
            connection.sendall(_chunk(piece))


def numbered(n: int) -> str:
    """The text of a numbered token; no other one holds its digits."""
    return f"x{n:04d} "


def _request(connection: socket.socket) -> tuple[str, bytes] | None:
    """The path and the body of the next request; None if there is no other one."""
    read = b""
    while b"\r\n\r\n" not in read:
        more = connection.recv(65536)
        if not more:
            return None
        read += more
    head, _, body = read.partition(b"\r\n\r\n")
    lines = head.decode("latin-1").split("\r\n")
    fields = {name.lower(): value.strip() for name, _, value in (x.partition(":") for x in lines)}
    while len(body) < int(fields.get("content-length", "0")):
        more = connection.recv(65536)
        if not more:
            return None
        body += more
    return lines[0].split(" ")[1].partition("?")[0], body


_ABOUT = {"id": "chatcmpl-0123456789", "created": 1763900000, "model": MODEL}
_HEAD = (
    b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\n"
    b"Cache-Control: no-cache\r\nTransfer-Encoding: chunked\r\n\r\n"
)


def _usage(tokens: int) -> dict[str, int]:
    return {"prompt_tokens": 9, "completion_tokens": tokens, "total_tokens": tokens + 9}


def _event(choices: list[object], **more: object) -> bytes:
    chunk = {**_ABOUT, "object": "chat.completion.chunk", "choices": choices, **more}
    return f"data: {json.dumps(chunk)}\n\n".encode()


def _token(text: str) -> bytes:
    delta = {"role": "assistant", "content": text}
    return _event([{"index": 0, "delta": delta, "finish_reason": None}])


def _chunk(piece: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(piece), piece)


def _whole(body: object) -> bytes:
    content = json.dumps(body).encode()
    return b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (
        len(content),
        content,
    )


_PERIOD = mixed(0)
_EVENTS = [_token(_PERIOD[at : at + TOKEN]) for at in range(0, len(_PERIOD), TOKEN)]
