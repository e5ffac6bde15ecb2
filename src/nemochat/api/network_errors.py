"""Exceptions of the network and of the HTTP libraries, translated into plain sentences."""

from __future__ import annotations

import errno
import re
import socket
import ssl

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
LARGEST_HEAD = 100 * 1024  # bytes of a status and its headers; httpcore takes no more
_BYTES = re.compile(r":? (?:bytearray\(|b['\"]).*", re.DOTALL)  # at the end of h11's errors
_ROUND = "--proxy names another one, or none"


class ConnectionLost(Unreachable):
    """The connection broke off."""


class Stalled(Unreachable):
    """Nothing came for too long."""


def silence_error(where: str) -> Stalled:
    """Return the error for an endpoint of which nothing more came in time."""
    hint = "Raise --first-byte-timeout or --idle-timeout to wait longer"
    return Stalled(f"{where} sent no answer in time", hint)


def connect_timeout_error(where: str) -> Unreachable:
    """Return the error for a connection that did not come about in time."""
    return Unreachable(f"{where} did not answer in time", "Is the network up?")


def ending_for(error: EndpointError) -> Ending:
    """Return how an answer ends that this error breaks off after some text."""
    if isinstance(error, Stalled):
        return Ending.STALLED
    return Ending.CONNECTION_LOST if isinstance(error, ConnectionLost) else Ending.FAILED


def translate(error: Exception, where: str) -> NemochatError:
    """Return the error to show for one of the network.

    Args:
        error: What was raised.
        where: The host and port of the endpoint, or of the proxy on the way to it.
    """
    match error:
        case socket.gaierror():
            return Unreachable(
                f"the name of {where} is not found", "Is the network up, and the name right?"
            )
        case ssl.SSLError():
            return _translate_tls(error, where)
        case ConnectionRefusedError():
            return Unreachable(
                f"nothing answers at {where} (connection refused)",
                f"Is it running? {_ROUND}" if where.startswith("the proxy") else "Is it running?",
                retriable=True,
            )
        case ConnectionResetError() | BrokenPipeError() | ConnectionAbortedError():
            return ConnectionLost(f"{where} reset the connection", retriable=True)
        case OSError() if error.errno in _SILENT:
            return Unreachable(
                f"{where} cannot be reached ({error.strerror})", "Is the network up?"
            )
        case TimeoutError():
            return connect_timeout_error(where)
        case UnicodeError():
            return _header_error()
        case ImportError():
            return Unreachable(
                "a socks proxy needs a package that is not installed", "pip install 'httpx[socks]'"
            )
    said = getattr(error, "strerror", None)  # the system's words; Python's own stay here
    return ConnectionLost(
        f"the connection to {where} broke off{f' ({said})' if said else ''}", retriable=True
    )


def translate_http(
    error: Exception, where: str, *, in_body: bool, ended: bool, received: int, is_http: bool
) -> NemochatError:
    """Return the error to show for one of httpx or httpcore.

    Args:
        error: What was raised.
        where: The host and port of the endpoint, or of the proxy on the way to it.
        in_body: Whether it was raised by the body of a response.
        ended: Whether the other side closed the connection.
        received: Bytes of the response.
        is_http: Whether the response begins as one of HTTP.
    """
    import httpcore  # here, not at the top: most modules that import this one send nothing

    match error:
        case httpcore.ProxyError():
            status = str(error).partition(" ")[0]
            hint = PROXY_LOGIN if status == "407" else _ROUND
            return Unreachable(f"the proxy refused the connection ({error})", hint)
        case httpcore.LocalProtocolError():  # its words may hold the token
            return _header_error()
        case httpcore.RemoteProtocolError() if ended and in_body:
            return ConnectionLost(f"{where} closed the connection in the middle")
        case httpcore.RemoteProtocolError() if ended:
            reason = "closed the connection without an answer"
            return ConnectionLost(f"{where} {reason}", retriable=True)
        case httpcore.RemoteProtocolError() if received > LARGEST_HEAD and not in_body:
            return NotAnAnswer(f"{where} sent headers without end")
        case httpcore.RemoteProtocolError() if is_http:
            reason = _BYTES.sub("", str(error))
            return Unreachable(f"{where} sent an invalid HTTP response: {reason}")
        case httpcore.RemoteProtocolError():
            hint = "Is it an https:// address?"
            return Unreachable(f"{where} does not speak HTTP as expected", hint)
    return ConfigurationError(f"the address {where} is not valid")


def _header_error() -> ConfigurationError:
    return ConfigurationError("a header cannot be sent", "Check the token's characters")


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
