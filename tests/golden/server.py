"""Loopback server with fixed answers that keeps every request."""

from __future__ import annotations

import json
import re
import select
import threading
import time
from collections import Counter
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler
from typing import Any

from tests.golden.texts import TEXTS
from tests.posted import Posted

MODEL = "mistralai/Mistral-Nemo-Instruct-2407"
USAGE = {"prompt_tokens": 9, "completion_tokens": 20, "total_tokens": 29, "estimated_cost": 2.5e-06}
TOOL_CALL = {
    "index": 0,
    "id": "call00001",
    "type": "function",
    "function": {"name": "clock", "arguments": '{"zone": "UTC"}'},
}
MODELS = [
    {"id": MODEL, "object": "model", "metadata": {"context_length": 131072}},
    {"id": "example/other-7b", "object": "model"},
]
PIECE = re.compile(r"\s*\S+\s*")
# Seconds before and after the first piece where the time of an answer is shown: they keep the words
# and the width of that line the same, whatever else the machine does.
FIRST, REST = 0.15, 0.25
LONGEST_HOLD = 20.0  # seconds; a client that never leaves must not hang a run


@dataclass(frozen=True, slots=True)
class Request:
    """One request as the server read it.

    Attributes:
        method: GET or POST.
        path: Path and query.
        headers: Name in lower case and value, in the order of arrival.
        body: Parsed JSON, or None for GET.
    """

    method: str
    path: str
    headers: tuple[tuple[str, str], ...]
    body: dict[str, Any] | None


class GoldenServer(Posted):
    """Answers by the last line of the last question, and echoes a question it does not know.

    Questions that begin with one of these words get a fault instead of a text:
    `status CODE [SECONDS] WORDS` is refused, SECONDS being its Retry-After; `flaky CODE WORDS`
    is refused once; `cut`, `hold` and `break` stream a few words and then hang up, fall silent or
    report an error; `silent` sends a head alone; `empty` ends without text; `page` is HTML;
    `garbage` is no JSON; `tool` calls a tool; `ending REASON` ends with that finish reason.

    Attributes:
        slow: Whether answers have the pauses of a model that computes them.
        requests: Every request so far.
    """

    def __init__(self, *, slow: bool = False) -> None:
        self.slow = slow
        self.requests: list[Request] = []
        self._count: Counter[str] = Counter()
        self._lock = threading.Lock()
        super().__init__()

    def get(self, to: BaseHTTPRequestHandler) -> None:
        """Answer a GET: the list of models, or 404."""
        self._keep(to, None)
        if to.path.partition("?")[0].endswith("/models"):
            _send_json(to, 200, {"object": "list", "data": MODELS})
        else:
            _send_json(to, 404, {"error": {"message": "no such path"}})

    def answer(self, to: BaseHTTPRequestHandler, body: dict[str, Any]) -> None:
        """Answer a POST of this body."""
        self._keep(to, body)
        questions = [m["content"] for m in body["messages"] if m["role"] == "user"]
        question = questions[-1].strip()
        line = question.splitlines()[-1] if question else ""
        kind, _, words = line.partition(" ")
        with self._lock:
            self._count[question] += 1
            number = self._count[question]
        if kind == "status" or (kind == "flaky" and number == 1):
            _refuse(to, words)
        elif kind == "page":
            _send(to, 200, "text/html", "<html><title>A page</title><p>No API.</p></html>")
        elif kind == "garbage":
            _send(to, 200, "application/json", "{nothing")
        elif "stream" in body:
            self._stream(to, kind, words, _text(question, line, number))
        else:
            self._whole(to, body, _text(question, line, number))

    def _stream(self, to: BaseHTTPRequestHandler, kind: str, words: str, text: str) -> None:
        _send_head(to, 200, "text/event-stream")
        if kind == "silent":
            _wait_until_client_leaves(to)
            return
        time.sleep(FIRST if self.slow else 0)
        if kind == "tool":
            _send_event(to, {"delta": {"tool_calls": [TOOL_CALL]}})
        pieces = [] if kind in {"tool", "empty"} else PIECE.findall(text)
        for number, piece in enumerate(pieces):
            _send_event(to, {"delta": {"content": piece}})
            time.sleep(REST if self.slow and not number else 0)
        _end(to, kind, words)

    def _whole(self, to: BaseHTTPRequestHandler, body: dict[str, Any], text: str) -> None:
        choices = [
            {
                "index": number,
                "message": {"role": "assistant", "content": text + " Once more." * number},
                "finish_reason": "stop",
            }
            for number in range(body.get("n", 1))
        ]
        _send_json(to, 200, {"model": MODEL, "choices": choices, "usage": USAGE})

    def _keep(self, to: BaseHTTPRequestHandler, body: dict[str, Any] | None) -> None:
        headers = tuple((name.lower(), value) for name, value in to.headers.items())
        with self._lock:
            self.requests.append(Request(to.command, to.path, headers, body))


def _text(question: str, line: str, number: int) -> str:
    texts = TEXTS.get(question) or TEXTS.get(line) or (f"You said: {question}",)
    return texts[min(number, len(texts)) - 1]


def _end(to: BaseHTTPRequestHandler, kind: str, words: str) -> None:
    if kind == "cut":
        return
    if kind == "hold":
        _wait_until_client_leaves(to)
        return
    if kind == "break":
        to.wfile.write(b'data: {"error": {"message": "out of memory", "code": 500}}\n\n')
        return
    reason = {"tool": "tool_calls", "ending": words}.get(kind, "stop")
    _send_event(to, {"delta": {}, "finish_reason": reason})
    to.wfile.write(f"data: {json.dumps({'choices': [], 'usage': USAGE})}\n\n".encode())
    to.wfile.write(b"data: [DONE]\n\n")


def _refuse(to: BaseHTTPRequestHandler, words: str) -> None:
    status, _, message = words.partition(" ")
    first, _, rest = message.partition(" ")
    after = first if first.isdigit() else ""
    body = {"error": {"message": rest if after else message}}
    _send_json(to, int(status), body, after)


def _send_event(to: BaseHTTPRequestHandler, choice: dict[str, Any]) -> None:
    event = {"model": MODEL, "choices": [{"index": 0, **choice}]}
    to.wfile.write(f"data: {json.dumps(event)}\n\n".encode())
    to.wfile.flush()


def _send_json(to: BaseHTTPRequestHandler, status: int, body: object, after: str = "") -> None:
    _send(to, status, "application/json", json.dumps(body), after)


def _send(to: BaseHTTPRequestHandler, status: int, kind: str, text: str, after: str = "") -> None:
    _send_head(to, status, kind, after)
    to.wfile.write(text.encode())


def _send_head(to: BaseHTTPRequestHandler, status: int, kind: str, after: str = "") -> None:
    to.send_response(status)
    to.send_header("Content-Type", kind)
    if after:
        to.send_header("Retry-After", after)
    to.end_headers()


def _wait_until_client_leaves(to: BaseHTTPRequestHandler) -> None:
    to.wfile.flush()
    select.select([to.connection], [], [], LONGEST_HOLD)
