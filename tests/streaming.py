"""A loopback server that streams answers as slowly as a test wants."""

from __future__ import annotations

import json
import threading
import time
from http.server import BaseHTTPRequestHandler
from typing import Any

from tests.posted import Posted


class Streaming(Posted):
    """Answers each question with the text kept for it.

    Attributes:
        answers: Texts by question.
        others: The text for all other questions.
        thoughts: What is thought before the text, by question.
        failing: Questions whose answer ends in an error of the server.
        first: Seconds before the first piece.
        pace: Seconds between pieces.
        piece: Characters of a piece.
        held_at: Characters after which an answer waits until it `goes_on`; 0 waits nowhere.
        goes_on: Set when it may.
        usage: What the server says that an answer took, if it says it.
        left: Set when a client leaves before the end.
    """

    def __init__(self) -> None:
        self.answers: dict[str, str] = {}
        self.others = ""
        self.thoughts: dict[str, str] = {}
        self.failing: set[str] = set()
        self.first = 0.0
        self.pace = 0.0005
        self.piece = 5
        self.held_at = 0
        self.goes_on = threading.Event()
        self.usage: dict[str, Any] = {}
        self.left = threading.Event()
        super().__init__()  # it listens once all of that is there

    def answer(self, to: BaseHTTPRequestHandler, body: dict[str, Any]) -> None:
        question: str = body["messages"][-1]["content"]
        asked = question.strip().splitlines()[-1]  # one unanswered stands before it
        text = self.answers.get(asked, self.others)
        pieces = [text[place : place + self.piece] for place in range(0, len(text), self.piece)]
        try:
            to.send_response(200)
            to.send_header("Content-Type", "text/event-stream")
            to.end_headers()
            time.sleep(self.first)
            if asked in self.thoughts:
                self._send(to, {"delta": {"reasoning_content": self.thoughts[asked]}})
            for number, piece in enumerate(pieces, 1):
                self._send(to, {"delta": {"content": piece}})
                time.sleep(self.pace)
                if self.held_at and number == self.held_at // self.piece:
                    self.goes_on.wait()
            if asked in self.failing:
                to.wfile.write(b'data: {"error": {"message": "out of memory", "code": 500}}\n\n')
                return
            self._send(to, {"delta": {}, "finish_reason": "stop"}, usage=self.usage or None)
            to.wfile.write(b"data: [DONE]\n\n")
        except OSError:
            self.left.set()

    def _send(self, to: BaseHTTPRequestHandler, choice: dict[str, Any], **more: object) -> None:
        chunk = {"choices": [{"index": 0, **choice}], **more}
        to.wfile.write(f"data: {json.dumps(chunk)}\n\n".encode())
        to.wfile.flush()
