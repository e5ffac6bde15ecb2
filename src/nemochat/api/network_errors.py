"""Exceptions of the HTTP library, translated into plain sentences.

They are told apart by their causes and class names, so this module imports no HTTP library.
"""

from __future__ import annotations

import errno
import socket
import ssl
from collections.abc import Iterator

from nemochat.api.refusals import PROXY_LOGIN
from nemochat.core.messages import Ending
from nemochat.errors import (
    ConfigurationError,
    EndpointError,
    NemochatError,
    NotAnAnswer,
    Unreachable,
)

_SILENT = {errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN, errno.EADDRNOTAVAIL}

_ELSEWHERE = "Is that another server, or a network that wants a login first?"
_CLOCK = "Is the clock of this machine right?"
_CERTIFICATES = {9: _CLOCK, 10: _CLOCK, 62: _ELSEWHERE, 64: _ELSEWHERE}  # by X509_V_ERR_…
_ROUND = "--proxy names another one, or none"


class ConnectionLost(Unreachable):
    """The connection broke off."""


class Stalled(Unreachable):
    """Nothing came for too long."""


def silence_error(where: str) -> Stalled:
    """The error for an endpoint of which nothing more came in time."""
    return Stalled(f"{where} fell silent", "--first-byte-timeout and --idle-timeout wait longer")


def connect_timeout_error(where: str) -> Unreachable:
    """The error for a connection that did not come about in time."""
    return Unreachable(f"{where} did not answer in time", "Is the network up?")


def ending_for(error: EndpointError) -> Ending:
    """How an answer ended that this error broke off after some text."""
    if isinstance(error, Stalled):
        return Ending.STALLED
    return Ending.CONNECTION_LOST if isinstance(error, ConnectionLost) else Ending.FAILED


def translate(error: Exception, where: str) -> NemochatError:
    """The error to show for one of the HTTP library.

    Args:
        error: What it raised.
        where: The host and port of the endpoint, or of the proxy on the way to it.
    """
    for cause in _causes(error):
        if found := _translate_cause(cause, where):
            return found
    return _translate_lookup(error, where)


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """The error and what is behind it, the deepest first."""
    chain: list[BaseException] = []
    while error is not None and error not in chain:
        chain.append(error)
        error = error.__cause__ or error.__context__
    yield from reversed(chain)


def _translate_cause(cause: BaseException, where: str) -> NemochatError | None:
    match cause:
        case socket.gaierror():
            return Unreachable(
                f"the name of {where} is not found", "Is the network up, and the name right?"
            )
        case ssl.SSLError():
            return _translate_tls(cause, where)
        case ConnectionRefusedError():
            return Unreachable(
                f"nothing answers at {where} (connection refused)",
                f"Is it running? {_ROUND}" if where.startswith("the proxy") else "Is it running?",
                retriable=True,
            )
        case ConnectionResetError() | BrokenPipeError() | ConnectionAbortedError():
            return ConnectionLost(f"{where} reset the connection", retriable=True)
        case OSError() if cause.errno in _SILENT:
            return Unreachable(
                f"{where} cannot be reached ({cause.strerror})", "Is the network up?"
            )
        case OSError() if cause.errno == errno.ETIMEDOUT:
            return connect_timeout_error(where)
        case UnicodeError():
            return ConfigurationError(f"the address {where} holds a name that is none")
        case ImportError():
            return Unreachable(
                "a socks proxy needs a package that is not installed", "pip install 'httpx[socks]'"
            )
    return None


def _translate_tls(cause: ssl.SSLError, where: str) -> Unreachable:
    match cause:
        case ssl.SSLCertVerificationError():
            return Unreachable(
                f"the certificate of {where} was refused ({cause.verify_message.rstrip('.')})",
                _CERTIFICATES.get(
                    cause.verify_code,
                    "SSL_CERT_FILE or --ca-bundle can name the authority that vouches for it",
                ),
            )
        case ssl.SSLEOFError() | ssl.SSLZeroReturnError():
            return ConnectionLost(f"{where} closed the encrypted connection", retriable=True)
    return Unreachable(
        f"{where} does not speak TLS as expected ({cause.reason or 'no reason given'})",
        "Is it an http:// address?",
    )


def _translate_lookup(error: Exception, where: str) -> NemochatError:
    name, said = type(error).__name__, str(error)
    match name:
        case "InvalidURL" | "UnsupportedProtocol":
            return ConfigurationError(f"the address of the endpoint or its proxy is wrong ({said})")
        case "ValueError":  # so does the library speak of a proxy of another kind
            return Unreachable(f"the address of the proxy is wrong ({said})")
        case "ConnectTimeout" | "PoolTimeout":
            return connect_timeout_error(where)
        case "ReadTimeout" | "WriteTimeout" | "TimeoutError":
            return silence_error(where)
        case "EOFError":
            return _no_response_error(where)
        case "ProxyError":
            hint = PROXY_LOGIN if said.startswith("407") else _ROUND
            return Unreachable(f"the proxy refused the connection ({said})", hint)
        case "RemoteProtocolError":
            return _translate_protocol(said, where)
        case "LocalProtocolError":  # its words may hold a header's value, the token among them
            return ConfigurationError("a header cannot be sent", "Check the token's characters")
        case _:
            return ConnectionLost(
                f"the connection to {where} broke off ({said or name})", retriable=True
            )


def _no_response_error(where: str) -> ConnectionLost:
    return ConnectionLost(f"{where} closed the connection without an answer", retriable=True)


def _translate_protocol(said: str, where: str) -> EndpointError:
    if "without sending a response" in said:
        return _no_response_error(where)
    if "closed" in said or "incomplete" in said:
        return ConnectionLost(f"{where} closed the connection in the middle")
    if "too long" in said:
        return NotAnAnswer(f"{where} sent headers without end")
    return Unreachable(
        f"{where} does not speak HTTP as expected ({said.partition(': bytearray')[0]})",
        "Is it an https:// address?",
    )
