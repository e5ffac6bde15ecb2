"""Requests through a proxy, sent by httpx, and the watchdog that bounds their reads.

An HTTP library's read timeout restarts at every byte, and cannot change between the first token
and the pause after the last.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit

import httpx

from nemochat.api.dialing import SECONDS_KEPT
from nemochat.api.route import Route, load_trust
from nemochat.api.transport import LONGEST_NAP, Clock, RawResponse

if TYPE_CHECKING:
    import socket
    import ssl

    from nemochat.api.transport import Clock


class Watchdog(Clock):
    """Calls `bark` once when a read that it watches takes too long.

    Time in which the process was stopped, by Ctrl-Z for one, does not count.
    """

    def __init__(self, bark: Callable[[], None]) -> None:
        self.late = False
        self._bark = bark
        self._deadline = float("inf")
        self._wakes = float("inf")
        self._over = False
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._watch, name="nemochat-watchdog", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        with self._changed:
            self._over = True
            self._changed.notify()
        self._thread.join()

    def watch(self, seconds: float) -> None:
        """Bark in so many seconds from now, unless told otherwise before."""
        with self._changed:
            self._deadline = time.monotonic() + seconds
            if self._deadline < self._wakes:  # a later one is found when the thread wakes up
                self._changed.notify()

    def rest(self) -> None:
        """Bark no more, until there is something to watch again."""
        with self._changed:
            self._deadline = float("inf")

    def _watch(self) -> None:
        with self._changed:
            while not self._over:
                left = self._deadline - time.monotonic()
                if left <= 0:
                    self.late = True
                    break
                self._wakes = self._deadline
                begun = time.monotonic()
                self._changed.wait(min(left, LONGEST_NAP))
                overslept = time.monotonic() - begun - LONGEST_NAP
                if overslept > LONGEST_NAP:
                    self._deadline += overslept
        if self.late:
            self._bark()


class ProxyTransport:
    """Sends requests through a proxy, or past it where NO_PROXY says so.

    Attributes:
        failures: What it raises, besides errors of nemochat.
        place: What is being spoken to, in the words of an error: the endpoint or the proxy.
    """

    failures: tuple[type[Exception], ...] = (
        *(httpx.HTTPError, httpx.InvalidURL, httpx.StreamError),
        *(OSError, ValueError, ImportError),
    )

    def __init__(
        self,
        route: Route,
        headers: Mapping[str, str],
        opened: Callable[[socket.socket], None],
        shut: Callable[[], None],
    ) -> None:
        """Prepare; nothing is sent yet.

        Args:
            route: The way.
            headers: Those of each request.
            opened: Is told of each connection.
            shut: Shuts the last of them.
        """
        self.place = route.endpoint
        self._route = route
        self._headers = headers
        self._opened = opened
        self._shut = shut

    def send(
        self, method: str, path: str, content: bytes, connecting: float, seconds: float
    ) -> RawResponse:
        """Send a request, as `Direct.send` does.

        Raises:
            ConfigurationError: the certificates cannot be read.
        """
        timeouts = {"connect": connecting, "read": seconds, "write": seconds, "pool": None}
        request = self._client.build_request(
            method,
            self._route.url + path,
            content=content or None,
            extensions={"timeout": timeouts, "trace": self._trace},
        )
        response = self._client.send(request, stream=True)
        # From here on, somebody else has the clock. The library looks for its time-outs in this
        # dictionary again when the body is read.
        timeouts.clear()
        return RawResponse(
            response.status_code, response.headers, response.iter_raw(), response.close
        )

    def clock(self) -> Clock:
        """What ends reads that take too long."""
        return Watchdog(self._shut)

    def close(self) -> None:
        """Close all connections."""
        if "_client" in self.__dict__:
            self._client.close()

    @cached_property
    def _client(self) -> httpx.Client:
        return httpx.Client(
            headers=self._headers,
            verify=_with_server_hostname(load_trust(self._route), self._route.certificate_name),
            trust_env=self._route.proxy is None,
            proxy=self._route.proxy or None,
            limits=httpx.Limits(max_connections=None, keepalive_expiry=SECONDS_KEPT),
        )

    def _trace(self, name: str, info: Mapping[str, Any]) -> None:
        """Take note of where a connection leads, and tell of it."""
        if name.endswith("connect_tcp.started"):
            to = urlsplit(self._route.url).hostname, self._route.port
            direct = (info["host"].strip("[]").lower(), info["port"]) == to
            proxy = f"the proxy {info['host']}:{info['port']}"
            self.place = self._route.endpoint if direct else proxy
        elif name == "proxy.start_tls.started":
            self.place = f"{self._route.endpoint} behind {self.place}"
        elif name.endswith(("connect_tcp.complete", "start_tls.complete")):
            self._opened(info["return_value"].get_extra_info("socket"))


def _with_server_hostname(trust: ssl.SSLContext, name: str) -> ssl.SSLContext:
    """The same certificates; of the endpoint, the one of this name is wanted.

    The library wants that of the host in the address, and in a tunnel it knows no other way.
    """
    wrap, within = trust.wrap_socket, trust.wrap_bio

    def wrap_socket(plain: socket.socket, **_: object) -> ssl.SSLSocket:
        return wrap(plain, server_hostname=name)

    def wrap_bio(came: ssl.MemoryBIO, goes: ssl.MemoryBIO, **_: object) -> ssl.SSLObject:
        return within(came, goes, server_hostname=name)

    trust.wrap_socket = wrap_socket  # type: ignore[method-assign,assignment]
    trust.wrap_bio = wrap_bio  # type: ignore[method-assign,assignment]
    return trust
