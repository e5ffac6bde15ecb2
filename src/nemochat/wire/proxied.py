"""The only door to httpx: requests through a proxy, as the environment or the settings name it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

import httpx  # noqa: TID253 - loaded late by line.py

from nemochat.wire.dialing import SECONDS_KEPT
from nemochat.wire.route import Route
from nemochat.wire.transport import Response
from nemochat.wire.trust import trusted

if TYPE_CHECKING:
    import socket
    import ssl


class Proxied:
    """Sends requests through a proxy, or past it where NO_PROXY says so.

    Attributes:
        failures: What it raises.
    """

    failures: tuple[type[Exception], ...] = (
        *(httpx.HTTPError, httpx.InvalidURL, httpx.StreamError),
        *(OSError, ValueError, ImportError),
    )

    def __init__(self, route: Route, headers: Mapping[str, str]) -> None:
        self._route = route
        self._headers = headers

    def send(self, method: str, path: str, content: bytes, extensions: dict[str, Any]) -> Response:
        """Send a request.

        Args:
            method: Its method.
            path: What follows the endpoint's address.
            content: Its body.
            extensions: Time-outs and a trace, as httpcore takes them.

        Raises:
            ConfigurationError: the certificates cannot be read.
        """
        request = self._client.build_request(
            method, self._route.url + path, content=content or None, extensions=extensions
        )
        response = self._client.send(request, stream=True)
        return Response(response.status_code, response.headers, response.iter_raw(), response.close)

    def close(self) -> None:
        """Close all connections."""
        if "_client" in self.__dict__:
            self._client.close()

    @cached_property
    def _client(self) -> httpx.Client:
        return httpx.Client(
            headers=self._headers,
            verify=_wanting(trusted(self._route), self._route.certified),
            trust_env=self._route.proxy is None,
            proxy=self._route.proxy or None,
            limits=httpx.Limits(max_connections=None, keepalive_expiry=SECONDS_KEPT),
        )


def _wanting(trust: ssl.SSLContext, name: str) -> ssl.SSLContext:
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
