"""The guide as an endpoint: Chat Completions over HTTP, on the loopback only."""

from __future__ import annotations

import socket
import socketserver
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from http.server import ThreadingHTTPServer
from selectors import EVENT_READ, DefaultSelector
from threading import Thread
from types import TracebackType
from typing import Any, Self

from nemochat.errors import ConfigurationError
from nemochat.guide import knowledge
from nemochat.guide.connection import PACE, GuideHandler, GuideOptions

HOST = "127.0.0.1"
_Request = socket.socket | tuple[bytes, socket.socket]  # the latter for UDP


class Guide:
    """A guide that listens, until it is closed.

    Attributes:
        base_url: The address to which `/chat/completions` is added.
    """

    def __init__(self, listener: _Listener) -> None:
        self._listener = listener
        self.base_url = f"http://{HOST}:{listener.server_address[1]}/v1/openai"
        self._thread = Thread(target=listener.serve, name="guide", daemon=True)
        self._thread.start()

    def wait(self) -> None:
        """Return when it was closed; Ctrl-C comes through."""
        self._thread.join()

    def close(self) -> None:
        """Stop listening and end every connection; once more does no harm."""
        self._listener.stop()
        self._thread.join()
        self._listener.server_close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        self.close()


def start(
    port: int = 0,
    *,
    require_token: str = "",
    pace: float = PACE,
    price: float = 0.0,
    heard: Callable[[Any], None] | None = None,
) -> Guide:
    """Start a guide in a thread of its own.

    Args:
        port: Where to listen; 0 takes a free one.
        require_token: The only token that is let in; "" lets everyone in.
        pace: Seconds between the pieces of a streamed answer.
        price: US dollars for a million tokens, told in `usage` and `/models`.
        heard: Called with the JSON of every request that was understood.

    Raises:
        ConfigurationError: the port is taken or forbidden.
        NemochatError: the pages of the documentation are not there.
    """
    knowledge.pages()
    options = GuideOptions(require_token, pace, price, heard)
    try:
        listener = _Listener((HOST, port), partial(GuideHandler, options))
    except (OSError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or "there is no such port"
        raise ConfigurationError(
            f"the guide cannot listen on port {port}: {reason.lower()}", "Choose another --port"
        ) from error
    return Guide(listener)


class _Listener(ThreadingHTTPServer):
    """Takes connections, and knows which are open."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], connection: partial[GuideHandler]) -> None:
        self._open: set[socket.socket] = set()
        self._woken, self._waker = socket.socketpair()
        super().__init__(address, connection)

    def serve(self) -> None:
        """Take connections until told to `stop`; meanwhile nothing is looked at again and again."""
        with DefaultSelector() as either:
            either.register(self, EVENT_READ)
            either.register(self._woken, EVENT_READ)
            while all(key.fileobj is self for key, _ in either.select()):
                self.handle_request()

    def stop(self) -> None:
        """Take no more of them."""
        self._waker.close()

    def server_bind(self) -> None:
        """Bind without asking for the host's name, as HTTPServer does: that can take seconds."""
        socketserver.TCPServer.server_bind(self)

    def process_request(self, request: _Request, client_address: object) -> None:
        assert isinstance(request, socket.socket)
        self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: _Request) -> None:
        assert isinstance(request, socket.socket)
        self._open.discard(request)
        super().shutdown_request(request)

    def server_close(self) -> None:
        super().server_close()
        self._woken.close()
        self._waker.close()
        for connection in list(self._open):
            with suppress(OSError):  # it may have gone by itself
                connection.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: a client that left is no news, and the screen belongs to the chat."""
