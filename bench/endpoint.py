"""An endpoint on the loopback interface that streams prepared tokens."""

from __future__ import annotations

import json
import ssl
import threading
import time
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self

from peers import MODEL
from texts import MIXED, TOKEN

BATCH = 50  # tokens in one write, when they are sent as fast as possible


@dataclass(frozen=True, slots=True)
class Plan:
    """The answer to every request.

    Attributes:
        tokens: Their number.
        rate: Tokens per second; 0 sends them in batches, as fast as possible.
        pause: Seconds before the first token.
        numbered: Whether each token is a number of its own, to be recognized in the output.
    """

    tokens: int = 10
    rate: float = 0.0
    pause: float = 0.0
    numbered: bool = False


class Endpoint:
    """An OpenAI-compatible endpoint; it runs within a `with` statement.

    Attributes:
        base_url: Its address.
        plan: The answer.
        sent: When each token of the last answer was sent at a rate, by `time.monotonic`.
        answers: The number of answers that were sent.
    """

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.plan = Plan()
        self.sent: list[float] = []
        self.answers = 0
        self._server = _Server(self, tls)
        self.port: int = self._server.server_address[1]
        self.base_url = f"{'https' if tls else 'http'}://127.0.0.1:{self.port}/v1"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    block_on_close = False

    def __init__(self, endpoint: Endpoint, tls: ssl.SSLContext | None) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.endpoint = endpoint
        self.tls = tls

    def handle_error(self, *_: object) -> None:
        """Ignore clients that are gone."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def setup(self) -> None:
        if self.server.tls:  # here, for a handshake must not keep other connections waiting
            self.request = self.server.tls.wrap_socket(self.request, server_side=True)
        super().setup()

    def log_message(self, *_: object) -> None:
        pass

    def do_GET(self) -> None:
        body = json.dumps({"object": "list", "data": [{"id": MODEL}]}).encode()
        self._begin("application/json", ("Content-Length", str(len(body))))
        self.wfile.write(body)

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        endpoint, plan = self.server.endpoint, self.server.endpoint.plan
        self._begin("text/event-stream; charset=utf-8", ("Transfer-Encoding", "chunked"))
        time.sleep(plan.pause)
        endpoint.sent = []
        if plan.rate:
            self._stream(plan, endpoint.sent)
        else:
            for first in range(0, plan.tokens, BATCH):
                numbers = range(first, min(first + BATCH, plan.tokens))
                self._write(b"".join(EVENTS[n % len(EVENTS)] for n in numbers))
        usage = {"prompt_tokens": 9, "completion_tokens": plan.tokens}
        end = _make_event([{"index": 0, "delta": {}, "finish_reason": "stop"}])
        end += _make_event([], usage=usage | {"total_tokens": plan.tokens + 9})
        self._write(end + b"data: [DONE]\n\n")
        self.wfile.write(b"0\r\n\r\n")
        endpoint.answers += 1

    def _begin(self, content_type: str, length: tuple[str, str]) -> None:
        self.send_response(200)
        self.send_header("Content-Type", content_type)
        self.send_header(*length)
        self.end_headers()

    def _stream(self, plan: Plan, sent: list[float]) -> None:
        begun = time.monotonic()
        for n in range(plan.tokens):
            event = _make_token(f"x{n:04d} ") if plan.numbered else EVENTS[n % len(EVENTS)]
            time.sleep(max(begun + n / plan.rate - time.monotonic(), 0.0))
            sent.append(time.monotonic())
            self._write(event)

    def _write(self, events: bytes) -> None:
        self.wfile.write(b"%x\r\n%s\r\n" % (len(events), events))


def _make_event(choices: list[object], **more: object) -> bytes:
    chunk = {
        "id": "chatcmpl-0123456789",
        "object": "chat.completion.chunk",
        "created": 1763900000,
        "model": MODEL,
        "choices": choices,
        **more,
    }
    return f"data: {json.dumps(chunk)}\n\n".encode()


def _make_token(text: str) -> bytes:
    delta = {"role": "assistant", "content": text}
    return _make_event([{"index": 0, "delta": delta, "finish_reason": None}])


EVENTS = [_make_token(MIXED[at : at + TOKEN]) for at in range(0, len(MIXED), TOKEN)]
