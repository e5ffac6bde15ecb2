"""What an HTTP library raises, told in plain words."""

from __future__ import annotations

import errno
import os
import socket
import ssl

import httpx
import pytest

from nemochat.core.messages import Ending
from nemochat.errors import ConfigurationError, EndpointError, NotAnAnswer, Unreachable
from nemochat.wire.faults import Lost, Stalled, ending, explained

NETWORK = "Is the network up?"
LONGER = "--first-byte-timeout and --idle-timeout wait longer"


def because(error: Exception, cause: Exception) -> Exception:
    """The error, raised from another one, as libraries do."""
    error.__cause__ = cause
    return error


def refused_certificate() -> ssl.SSLCertVerificationError:
    error = ssl.SSLCertVerificationError(1, "")
    error.verify_code = 18
    error.verify_message = "self-signed certificate"
    return error


def other_tls(reason: str) -> ssl.SSLError:
    error = ssl.SSLError(1, "")
    error.reason = reason
    return error


@pytest.mark.parametrize(
    ("error", "kind", "sentence", "hint"),
    [
        (
            because(httpx.ConnectError("x"), because(OSError("x"), socket.gaierror(-2, "x"))),
            Unreachable,
            "the name of HOST is not found",
            "Is the network up, and the name right?",
        ),
        (
            ConnectionRefusedError(),
            Unreachable,
            "nothing answers at HOST (connection refused)",
            "Is it running?",
        ),
        (
            because(httpx.ReadError("x"), ConnectionResetError()),
            Lost,
            "HOST reset the connection",
            "",
        ),
        (BrokenPipeError(), Lost, "HOST reset the connection", ""),
        (ConnectionAbortedError(), Lost, "HOST reset the connection", ""),
        *(
            (OSError(number, "no way"), Unreachable, "HOST cannot be reached (no way)", NETWORK)
            for number in (
                errno.ENETUNREACH,
                errno.EHOSTUNREACH,
                errno.ENETDOWN,
                errno.EADDRNOTAVAIL,
            )
        ),
        (
            OSError(errno.ETIMEDOUT, os.strerror(errno.ETIMEDOUT)),
            Unreachable,
            "HOST did not answer in time",
            NETWORK,
        ),
        (
            because(httpx.ConnectError("x"), UnicodeError("label too long")),
            ConfigurationError,
            "the address HOST holds a name that is none",
            "",
        ),
        (
            ImportError("socksio"),
            Unreachable,
            "a socks proxy needs a package that is not installed",
            "pip install 'httpx[socks]'",
        ),
        (
            because(httpx.ConnectError("x"), refused_certificate()),
            Unreachable,
            "the certificate of HOST was refused (self-signed certificate)",
            "SSL_CERT_FILE or --ca-bundle can name the authority that vouches for it",
        ),
        (ssl.SSLEOFError(8, "EOF"), Lost, "HOST closed the encrypted connection", ""),
        (ssl.SSLZeroReturnError(6, "TLS"), Lost, "HOST closed the encrypted connection", ""),
        (
            other_tls("WRONG_VERSION_NUMBER"),
            Unreachable,
            "HOST does not speak TLS as expected (WRONG_VERSION_NUMBER)",
            "Is it an http:// address?",
        ),
        (
            other_tls(""),
            Unreachable,
            "HOST does not speak TLS as expected (no reason given)",
            "Is it an http:// address?",
        ),
        *(
            (
                kind("said"),
                ConfigurationError,
                "the address of the endpoint or its proxy is wrong (said)",
                "",
            )
            for kind in (httpx.InvalidURL, httpx.UnsupportedProtocol)
        ),
        (ValueError("said"), Unreachable, "the address of the proxy is wrong (said)", ""),
        (httpx.ConnectTimeout(""), Unreachable, "HOST did not answer in time", NETWORK),
        (httpx.PoolTimeout(""), Unreachable, "HOST did not answer in time", NETWORK),
        (httpx.ReadTimeout(""), Stalled, "HOST fell silent", LONGER),
        (httpx.WriteTimeout(""), Stalled, "HOST fell silent", LONGER),
        (
            httpx.ProxyError("403 No"),
            Unreachable,
            "the proxy refused the connection (403 No)",
            "--proxy names another one, or none",
        ),
        (
            httpx.LocalProtocolError("Illegal header value b'secret'"),
            ConfigurationError,
            "a header cannot be sent",
            "Check the token's characters",
        ),
        (
            httpx.RemoteProtocolError("Server disconnected without sending a response."),
            Lost,
            "HOST closed the connection without an answer",
            "",
        ),
        *(
            (
                httpx.RemoteProtocolError(said),
                Lost,
                "HOST closed the connection in the middle",
                "",
            )
            for said in ("peer closed connection", "incomplete chunked read")
        ),
        (
            httpx.RemoteProtocolError("headers too long"),
            NotAnAnswer,
            "HOST sent headers without end",
            "",
        ),
        (
            httpx.RemoteProtocolError("illegal status line"),
            Unreachable,
            "HOST does not speak HTTP as expected (illegal status line)",
            "Is it an https:// address?",
        ),
        (
            httpx.RemoteProtocolError("illegal chunk header: bytearray(b'ZZZ\\r\\n')"),
            Unreachable,
            "HOST does not speak HTTP as expected (illegal chunk header)",
            "Is it an https:// address?",
        ),
        (httpx.ReadError("x"), Lost, "the connection to HOST broke off (x)", ""),
        (httpx.ReadError(""), Lost, "the connection to HOST broke off (ReadError)", ""),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "",
)
def test_what_a_library_raises_is_told_in_plain_words(
    error: Exception, kind: type[Exception], sentence: str, hint: str
) -> None:
    told = explained(error, "HOST")
    assert (type(told), told.sentence, told.hint) == (kind, sentence, hint)


@pytest.mark.parametrize(
    ("error", "retriable"),
    [
        (ConnectionRefusedError(), True),
        (ConnectionResetError(), True),
        (ssl.SSLEOFError(8, "EOF"), True),
        (httpx.RemoteProtocolError("Server disconnected without sending a response."), True),
        (httpx.ReadError("x"), True),
        (httpx.RemoteProtocolError("peer closed connection"), False),
        (httpx.ReadTimeout(""), False),
        (socket.gaierror(-2, "x"), False),
        (refused_certificate(), False),
        (OSError(errno.ENETDOWN, "x"), False),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "",
)
def test_only_what_may_pass_is_tried_again(error: Exception, *, retriable: bool) -> None:
    told = explained(error, "HOST")
    assert isinstance(told, EndpointError)
    assert told.retriable is retriable


def test_causes_that_go_in_a_circle_are_followed_once() -> None:
    first, second = ValueError("said"), KeyError("x")
    first.__cause__, second.__cause__ = second, first
    assert explained(first, "HOST").sentence == "the address of the proxy is wrong (said)"


def test_an_answer_that_is_broken_off_ends_by_what_broke_it() -> None:
    assert ending(Stalled("x")) is Ending.STALLED
    assert ending(Lost("x")) is Ending.CONNECTION_LOST
    assert ending(Unreachable("x")) is Ending.FAILED
