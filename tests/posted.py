"""The frame of a loopback server that answers what is posted to it."""

from __future__ import annotations

import json
import threading
from abc import ABC, abstractmethod
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self


class Posted(ABC):
    """Listens from the beginning, answers each request in a thread, and stops as a context.

    Attributes:
        base_url: Its address.
    """

    def __init__(self) -> None:
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                server.answer(self, body)

            def do_GET(self) -> None:
                server.get(self)

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.base_url = f"http://127.0.0.1:{self._server.server_address[1]}/v1"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    def get(self, to: BaseHTTPRequestHandler) -> None:
        """Answer a GET; without more it is refused."""
        to.send_error(HTTPStatus.NOT_IMPLEMENTED)

    @abstractmethod
    def answer(self, to: BaseHTTPRequestHandler, body: dict[str, Any]) -> None:
        """Answer a request of this body."""
