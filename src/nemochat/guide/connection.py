"""HTTP request handler of the guide."""

from __future__ import annotations

import hmac
import json
import re
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qs

from nemochat.core.parameters import candidate_count
from nemochat.guide import answers, knowledge
from nemochat.guide.completion import CONTEXT_LENGTH, Completion, Document
from nemochat.guide.request import MODELS, RequestError, parse_request

PACE = 0.008  # seconds between pieces: an answer is seen to stream, and nobody waits for it

_PATH = re.compile(r"(?:/v1|/openai)*/(chat/completions|models)/?")
_METHODS = {"chat/completions": "POST", "models": "GET"}
_IDLE = 60.0  # seconds until a silent connection is closed
_MOST_BYTES = 32 * 2**20  # of a request


@dataclass(frozen=True, slots=True)
class GuideOptions:
    """How a guide behaves; `server.start` tells what each means."""

    require_token: str = ""
    pace: float = PACE
    price: float = 0.0
    on_request: Callable[[Any], None] | None = None


class GuideHandler(BaseHTTPRequestHandler):
    """The requests of one client, one after another."""

    protocol_version = "HTTP/1.1"
    server_version = "nemochat-guide"
    sys_version = ""
    timeout = _IDLE
    disable_nagle_algorithm = True
    error_content_type = "application/json"
    error_message_format = '{"detail": "%(explain)s"}'  # of lines that are hardly HTTP
    default_request_version = "HTTP/1.0"  # the base class answers those without a status line

    def __init__(self, options: GuideOptions, *args: Any) -> None:
        self._options = options
        super().__init__(*args)

    def _answer(self) -> None:
        try:
            raw = self._body()
            path, _, query = self.path.partition("?")
            if self._route(path) == "models":
                with_metadata = "with_meta" in parse_qs(query).get("filter", [])
                self._send(200, _models(self._options.price, with_metadata=with_metadata))
            else:
                self._complete(raw)
        except RequestError as refused:
            self._send(refused.status, refused.body, refused.headers)

    do_GET = do_POST = do_HEAD = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = _answer

    def _body(self) -> bytes:
        """Read the body before anything is judged, or it would be taken for the next request."""
        length = self.headers.get("Content-Length", "0")
        if "Transfer-Encoding" in self.headers or not (length.isascii() and length.isdigit()):
            self.close_connection = True
            raise RequestError(411, {"detail": "Length Required"})
        if len(length) > len(str(_MOST_BYTES)) or int(length) > _MOST_BYTES:
            self.close_connection = True
            raise RequestError(413, {"detail": "Request Entity Too Large"})
        return self.rfile.read(int(length))

    def _route(self, path: str) -> str:
        """What is asked for by one who may: "models" or "chat/completions"."""
        match = _PATH.fullmatch(path)
        if not match:
            raise RequestError(404, {"detail": "Not Found"})
        method = _METHODS[match[1]]
        if self.command != method:
            raise RequestError(405, {"detail": "Method Not Allowed"}, {"Allow": method})
        token = self._options.require_token
        header = self.headers.get("Authorization", "")
        if token and not hmac.compare_digest(header.encode(), f"Bearer {token}".encode()):
            body = {"detail": {"error": "Not authenticated"}}
            raise RequestError(401, body, {"WWW-Authenticate": "Bearer"})
        return match[1]

    def _complete(self, raw: bytes) -> None:
        request = parse_request(raw)
        if self._options.on_request:
            self._options.on_request(json.loads(raw))
        count = candidate_count(request.parameters)
        texts = answers.compose_answers(request.messages, count, knowledge.pages())
        completion = Completion(request, texts, created=int(time.time()), price=self._options.price)
        if request.stream:
            self._stream(completion.chunks())
        else:
            self._send(200, completion.document())

    def _send(self, status: int, body: object, headers: Mapping[str, str] | None = None) -> None:
        payload = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(payload)))
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(payload)

    def _stream(self, chunks: Iterator[Document]) -> None:
        chunked = self.request_version != "HTTP/1.0"
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Cache-Control", "no-cache")
        if chunked:
            self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for data in (*map(json.dumps, chunks), "[DONE]"):
            event = f"data: {data}\n\n".encode()
            self.wfile.write(b"%x\r\n%b\r\n" % (len(event), event) if chunked else event)
            if self._options.pace:
                time.sleep(self._options.pace)
        if chunked:
            self.wfile.write(b"0\r\n\r\n")

    def log_message(self, format: str, *args: object) -> None:
        """Keep no log."""


def _models(price: float, *, with_metadata: bool) -> Document:
    row: Document = {"object": "model", "created": 0, "owned_by": "nemochat", "parent": None}
    if with_metadata:
        row["metadata"] = {
            "context_length": CONTEXT_LENGTH,
            "max_tokens": CONTEXT_LENGTH,
            "pricing": {"input_tokens": price, "output_tokens": price},
        }
    return {"object": "list", "data": [{"id": model, "root": model} | row for model in MODELS]}
