"""HTTP server of the guide: Chat Completions on the loopback interface."""

from __future__ import annotations

import hmac
import ipaddress
import json
import re
import socket
import socketserver
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from selectors import EVENT_READ, DefaultSelector
from threading import Semaphore, Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

from nemochat.core.parameters import candidate_count
from nemochat.errors import ConfigurationError
from nemochat.guide import answers, knowledge
from nemochat.guide.completion import CONTEXT_LENGTH, Completion, Document
from nemochat.guide.request import MODELS, RequestError, parse_request

HOST = "127.0.0.1"
TYPING_PACE = 0.008  # seconds between the pieces of an answer that someone reads on a terminal
MAX_CONNECTIONS = 16
MAX_REQUEST = 4 * 2**20  # bytes

_PATH = re.compile(r"(?:/v1|/openai)*/(chat/completions|models)/?")
_METHODS = {"chat/completions": "POST", "models": "GET"}
_IDLE_TIMEOUT = 60.0  # seconds until a silent connection is closed
_Request = socket.socket | tuple[bytes, socket.socket]  # of socketserver; the latter for UDP


class Guide(AbstractContextManager["Guide"]):
    """A guide that listens until it is closed.

    Attributes:
        base_url: The address to which `/chat/completions` is appended.
    """

    def __init__(self, listener: _Listener) -> None:
        self._listener = listener
        self.base_url = f"http://{HOST}:{listener.server_address[1]}/v1/openai"
        self._thread = Thread(target=listener.serve, name="guide", daemon=True)
        self._thread.start()

    def wait(self) -> None:
        """Wait until the guide is closed, or Ctrl-C is pressed."""
        self._thread.join()

    def close(self) -> None:
        """Stop listening and end every connection; do nothing if that is done already."""
        self._listener.stop()
        self._thread.join()
        self._listener.server_close()

    def __exit__(self, *error: object) -> None:
        self.close()


@dataclass(frozen=True, slots=True)
class GuideOptions:
    """Behaviour of a guide; see `start`."""

    require_token: str
    pace: float
    price: float
    on_request: Callable[[Any], None] | None


def start(
    port: int = 0,
    *,
    require_token: str = "",
    pace: float = 0.0,
    price: float = 0.0,
    on_request: Callable[[Any], None] | None = None,
) -> Guide:
    """Start a guide in its own thread.

    Args:
        port: The port to listen on; 0 chooses a free one.
        require_token: The only token that is accepted; "" accepts any token or none.
        pace: Seconds between the pieces of a streamed answer.
        price: US dollars per million tokens, reported in `usage` and `/models`.
        on_request: Called with the JSON of each valid request.

    Raises:
        ConfigurationError: the port is in use or not allowed.
        NemochatError: the documentation is not installed.
    """
    knowledge.pages()
    options = GuideOptions(require_token, pace, price, on_request)
    try:
        listener = _Listener((HOST, port), partial(GuideHandler, options))
    except (OSError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or "there is no such port"
        raise ConfigurationError(
            f"the guide cannot listen on port {port}: {reason.lower()}", "Choose another --port"
        ) from error
    return Guide(listener)


class _Listener(ThreadingHTTPServer):
    """Server with a limited number of connections that can be closed at any time."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], handler: partial[GuideHandler]) -> None:
        self._open: set[socket.socket] = set()
        self._free = Semaphore(MAX_CONNECTIONS)
        self._woken, self._waker = socket.socketpair()
        super().__init__(address, handler)

    def serve(self) -> None:
        """Accept connections until `stop`, without polling."""
        with DefaultSelector() as selector:
            selector.register(self, EVENT_READ)
            selector.register(self._woken, EVENT_READ)
            while all(key.fileobj is self for key, _ in selector.select()):
                self.handle_request()

    def stop(self) -> None:
        """Accept no more connections."""
        self._waker.close()
        self._free.release()

    def server_bind(self) -> None:
        """Bind without HTTPServer's lookup of the host's name, which can take seconds."""
        socketserver.TCPServer.server_bind(self)

    def process_request(self, request: _Request, client_address: object) -> None:
        """Start a thread for a connection; while too many are open, it and later ones wait."""
        assert isinstance(request, socket.socket)
        self._free.acquire()
        self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: _Request) -> None:
        assert isinstance(request, socket.socket)
        self._open.discard(request)
        super().shutdown_request(request)
        self._free.release()

    def server_close(self) -> None:
        super().server_close()
        self._woken.close()
        self._waker.close()
        for connection in list(self._open):
            with suppress(OSError):  # it may be closed already
                connection.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: object, client_address: object) -> None:
        """Print nothing: clients may leave at any time, and the chat owns the screen."""


class GuideHandler(BaseHTTPRequestHandler):
    """Handler for the requests of one connection."""

    protocol_version = "HTTP/1.1"
    server_version = "nemochat-guide"
    sys_version = ""
    timeout = _IDLE_TIMEOUT
    disable_nagle_algorithm = True
    error_content_type = "application/json"
    error_message_format = '{"detail": "%(explain)s"}'  # for requests that are not HTTP
    default_request_version = "HTTP/1.0"  # the base class answers HTTP/0.9 without a status line

    def __init__(self, options: GuideOptions, *args: Any) -> None:
        self._options = options
        super().__init__(*args)

    def _answer(self) -> None:
        try:
            raw = self._read_body()
            path, _, query = self.path.partition("?")
            if self._route(path) == "models":
                with_metadata = "with_meta" in parse_qs(query).get("filter", [])
                self._send(200, _list_models(self._options.price, with_metadata=with_metadata))
            else:
                self._complete(raw)
        except RequestError as error:
            self._send(error.status, error.body, error.headers)

    do_GET = do_POST = do_HEAD = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = _answer

    def _read_body(self) -> bytes:
        """Read the body first, or it would be taken for the next request."""
        length = self.headers.get("Content-Length", "0")
        if "Transfer-Encoding" in self.headers or not (length.isascii() and length.isdigit()):
            self.close_connection = True
            raise RequestError(411, {"detail": "Length Required"})
        if len(length) > len(str(MAX_REQUEST)) or int(length) > MAX_REQUEST:
            self.close_connection = True
            raise RequestError(413, {"detail": "Request Entity Too Large"})
        return self.rfile.read(int(length))

    def _route(self, path: str) -> str:
        """Return "models" or "chat/completions" after checking host, method and token."""
        if not _is_loopback(self.headers.get("Host", HOST)):  # a website that was rebound to us
            raise RequestError(421, {"detail": "The host must be localhost or a loopback address"})
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


def _is_loopback(host: str) -> bool:
    """Return whether a `Host` header names this machine."""
    try:
        name = urlsplit(f"//{host}").hostname or ""
        return name == "localhost" or ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def _list_models(price: float, *, with_metadata: bool) -> Document:
    row: Document = {"object": "model", "created": 0, "owned_by": "nemochat", "parent": None}
    if with_metadata:
        row["metadata"] = {
            "context_length": CONTEXT_LENGTH,
            "max_tokens": CONTEXT_LENGTH,
            "pricing": {"input_tokens": price, "output_tokens": price},
        }
    return {"object": "list", "data": [{"id": model, "root": model} | row for model in MODELS]}
