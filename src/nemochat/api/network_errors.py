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

LARGEST_HEAD = 100 * 1024  # bytes of a status and its headers, httpcore's limit

_UNREACHABLE = {errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN, errno.EADDRNOTAVAIL}
_ELSEWHERE = "Is that another server, or does the network require a login?"
_CLOCK = "Is this machine's clock right?"
_CERTIFICATES = {9: _CLOCK, 10: _CLOCK, 62: _ELSEWHERE, 64: _ELSEWHERE}  # by X509_V_ERR_…
_OTHER_PROXY = "Set --proxy to another one, or to none"
_BYTES = re.compile(r":? (?:bytearray\(|b['\"]).*", re.DOTALL)  # at the end of h11's errors


class ConnectionLost(Unreachable):
    """The connection was closed or failed."""


class Stalled(Unreachable):
    """No data arrived in time."""


def stall_error(where: str) -> Stalled:
    """Return the error for an endpoint that sent no data in time."""
    hint = "Raise --first-byte-timeout or --idle-timeout to wait longer"
    return Stalled(f"{where} sent no answer in time", hint)


def ending_for(error: EndpointError) -> Ending:
    """Return the ending of an answer that this error interrupted."""
    if isinstance(error, Stalled):
        return Ending.STALLED
    return Ending.CONNECTION_LOST if isinstance(error, ConnectionLost) else Ending.FAILED


def translate(error: Exception, where: str) -> NemochatError:
    """Return the error to show for an exception of the network.

    Args:
        error: The exception.
        where: Host and port of the endpoint, or of the proxy on the way to it.
    """
    match error:
        case socket.gaierror():
            return Unreachable(
                f"could not resolve {where}", "Is the network up, and the name right?"
            )
        case ssl.SSLError():
            return _translate_tls(error, where)
        case ConnectionRefusedError():
            return Unreachable(
                f"nothing answers at {where} (connection refused)",
                f"Is it running? {_OTHER_PROXY if where.startswith('the proxy') else ''}".strip(),
                retriable=True,
            )
        case ConnectionResetError() | BrokenPipeError() | ConnectionAbortedError():
            return ConnectionLost(f"{where} reset the connection", retriable=True)
        case OSError() if error.errno in _UNREACHABLE:
            return Unreachable(
                f"{where} cannot be reached ({error.strerror})", "Is the network up?"
            )
        case TimeoutError():
            return Unreachable(f"{where} did not answer in time", "Is the network up?")
        case UnicodeError():
            return _header_error()
        case ImportError():
            return Unreachable(
                "a SOCKS proxy needs a package that is not installed",
                "Run pip install 'httpx[socks]'",
            )
    reason = getattr(error, "strerror", None)  # the system's words; Python's are not for users
    return ConnectionLost(
        f"the connection to {where} failed{f' ({reason})' if reason else ''}", retriable=True
    )


def translate_http(
    error: Exception, where: str, *, in_body: bool, ended: bool, received: int, is_http: bool
) -> NemochatError:
    """Return the error to show for an exception of httpx or httpcore.

    Args:
        error: The exception.
        where: Host and port of the endpoint, or of the proxy on the way to it.
        in_body: Whether it was raised while a body was read.
        ended: Whether the other side closed the connection.
        received: Bytes received of the response.
        is_http: Whether they begin like an HTTP response.
    """
    import httpcore  # here, as most modules that import this one send nothing

    match error:
        case httpcore.ProxyError():
            status = str(error).partition(" ")[0]
            hint = PROXY_LOGIN if status == "407" else _OTHER_PROXY
            return Unreachable(f"the proxy refused the connection ({error})", hint)
        case httpcore.LocalProtocolError():  # its words may include the token
            return _header_error()
        case httpcore.RemoteProtocolError() if ended and in_body:
            return ConnectionLost(f"{where} closed the connection in the middle of the response")
        case httpcore.RemoteProtocolError() if ended:
            return ConnectionLost(
                f"{where} closed the connection without answering", retriable=True
            )
        case httpcore.RemoteProtocolError() if received > LARGEST_HEAD and not in_body:
            return NotAnAnswer(f"{where} sent endless headers")
        case httpcore.RemoteProtocolError() if is_http:
            reason = _BYTES.sub("", str(error))
            return Unreachable(f"{where} sent an invalid HTTP response: {reason}")
        case httpcore.RemoteProtocolError():
            return Unreachable(f"{where} does not speak HTTP", "Is it an https:// address?")
    return ConfigurationError(f"the address {where} is invalid")


def _header_error() -> ConfigurationError:
    hint = "Check the token and the headers of the endpoint"
    return ConfigurationError("a header contains characters that cannot be sent", hint)


def _translate_tls(error: ssl.SSLError, where: str) -> Unreachable:
    match error:
        case ssl.SSLCertVerificationError():
            default = "To trust another authority, set --ca-bundle or SSL_CERT_FILE"
            return Unreachable(
                f"the certificate of {where} was rejected ({error.verify_message.rstrip('.')})",
                _CERTIFICATES.get(error.verify_code, default),
            )
        case ssl.SSLEOFError() | ssl.SSLZeroReturnError():
            return ConnectionLost(f"{where} closed the TLS connection", retriable=True)
    reason = f" ({error.reason})" if error.reason else ""
    return Unreachable(f"TLS with {where} failed{reason}", "Is it an http:// address?")
