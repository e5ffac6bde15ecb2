"""A loopback server with fixed answers: the first question of a conversation says which."""

from __future__ import annotations

import json
import re
import threading
from http.server import BaseHTTPRequestHandler
from typing import Any

from tests.posted import Posted

USAGE = {
    "prompt_tokens": 3,
    "completion_tokens": 2,
    "total_tokens": 5,
    "estimated_cost": 1.2e-06,
}
TOOL_CALL = {
    "index": 0,
    "id": "call00001",
    "type": "function",
    "function": {"name": "clock", "arguments": '{"zone": "UTC"}'},
}


class Answering(Posted):
    """Answers with `texts`, one after the other for the turns of a conversation; else it echoes.

    A question `status 404 WORDS` is refused, `ending length` answers "text" and ends so, `cut`
    hangs up after "text", `page` is answered with HTML, `tool` with a tool call.

    Attributes:
        texts: By the first question.
        bodies: What was asked.
        gate: Where it is given, answers wait for it after their first piece.
    """

    def __init__(self, texts: dict[str, tuple[str, ...]] | None = None) -> None:
        self.texts = texts or {}
        self.bodies: list[dict[str, Any]] = []
        self.gate: threading.Event | None = None
        super().__init__()  # it listens once all of that is there

    def answer(self, to: BaseHTTPRequestHandler, body: dict[str, Any]) -> None:
        self.bodies.append(body)
        questions = [m["content"] for m in body["messages"] if m["role"] == "user"]
        first, _, words = questions[0].partition("\n")[0].partition(" ")
        if first == "status":
            self._send(to, int(words[:3]), "application/json", {"error": {"message": words[4:]}})
        elif first == "page":
            self._send(to, 200, "text/html", "<html><title>A page</title></html>")
        else:
            turns = self.texts.get(questions[0], (questions[-1],))
            text = turns[min(len(questions), len(turns)) - 1]
            ending = words if first == "ending" else "" if first == "cut" else "stop"
            text = "text" if first in {"ending", "cut"} else text
            if "stream" in body:
                self._stream(to, text, ending, tool=first == "tool")
            else:
                choices = [
                    {"index": i, "message": {"content": text + "!" * i}, "finish_reason": ending}
                    for i in range(body.get("n", 1))
                ]
                self._send(to, 200, "application/json", {"choices": choices, "usage": USAGE})

    def _stream(self, to: BaseHTTPRequestHandler, text: str, ending: str, *, tool: bool) -> None:
        self._head(to, 200, "text/event-stream")
        pieces = re.findall(r"\s*\S+\s*$|\s*\S+", text) or [text]
        for place, piece in enumerate(() if tool else pieces):
            self._event(to, {"delta": {"content": piece}})
            if self.gate and not place:
                self.gate.wait(20)
        if tool:
            self._event(to, {"delta": {"tool_calls": [TOOL_CALL]}})
        if ending:
            self._event(to, {"delta": {}, "finish_reason": "tool_calls" if tool else ending})
            to.wfile.write(f"data: {json.dumps({'choices': [], 'usage': USAGE})}\n\n".encode())
            to.wfile.write(b"data: [DONE]\n\n")

    def _event(self, to: BaseHTTPRequestHandler, choice: dict[str, Any]) -> None:
        to.wfile.write(f"data: {json.dumps({'choices': [{'index': 0, **choice}]})}\n\n".encode())
        to.wfile.flush()

    def _send(self, to: BaseHTTPRequestHandler, status: int, kind: str, body: object) -> None:
        self._head(to, status, kind)
        to.wfile.write((body if isinstance(body, str) else json.dumps(body)).encode())

    def _head(self, to: BaseHTTPRequestHandler, status: int, kind: str) -> None:
        to.send_response(status)
        to.send_header("Content-Type", kind)
        to.end_headers()
