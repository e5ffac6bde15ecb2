"""Compressed answers, at once and byte by byte; test_memory has bombs."""

from __future__ import annotations

import gzip
import zlib

import pytest

from nemochat.errors import ExitCode, NotAnAnswer
from tests.api.asking import asking
from tests.api.fault_server.scripts import (
    HELLO,
    answer,
    chunk,
    deflated,
    drip,
    event,
    head,
    plays,
    zipped,
)
from tests.api.fault_server.server import FaultServer

TEXT = answer()
PLAIN = [TEXT, b": ping\n\n" + TEXT, b"event: x\n" + TEXT]
ANSWERS = [
    ("gzip", zipped(TEXT)),
    ("x-gzip", zipped(TEXT)),
    (" GZIP ", zipped(TEXT)),
    ("gzip", zipped(TEXT[:99]) + zipped(TEXT[99:])),
    ("gzip", zipped(TEXT) + bytes(10)),
    ("gzip", zipped(TEXT, whole=False)),
    ("deflate", deflated(TEXT)),
    ("deflate", zlib.compress(TEXT, 1)),
    ("deflate", deflated(TEXT, bare=True)),
    ("deflate", zipped(TEXT)),
    *((name, plain) for name in ("gzip", "deflate", "identity", "") for plain in PLAIN),
]


@pytest.mark.parametrize(("encoding", "body"), ANSWERS)
def test_an_answer_is_decompressed_at_once_and_byte_by_byte(encoding: str, body: bytes) -> None:
    for step in (body, drip(body, 0.0)):
        behave = plays(head(Content_Encoding=encoding), step)
        with FaultServer(behave) as server, asking(server.base_url) as asked:
            assert asked.text() == HELLO
            assert asked.waits == []


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
def test_damage_is_reported(encoding: str) -> None:
    start = gzip.compress(TEXT, mtime=0)[:10] if encoding == "gzip" else zlib.compress(TEXT)[:2]
    body = start + b"\x07" + bytes(60)  # a block of an unknown type
    with FaultServer(plays(head(Content_Encoding=encoding), body)) as server:
        with asking(server.base_url) as asked:
            error = asked.failure()
        assert (error.exit_code, len(server.requests)) == (ExitCode.NO_ANSWER, 1)
        assert "damaged" in error.sentence


def test_text_before_damage_is_kept() -> None:
    start, damage = zipped(event(chunk("Hi")), whole=False), b"\x07" + bytes(60)
    behave = plays(head(Content_Encoding="gzip"), start, 0.1, damage)
    with FaultServer(behave) as server, asking(server.base_url) as asked:
        said = asked.deltas()
    assert "".join(delta.text for delta in said) == "Hi"
    assert "damaged" in said[-1].reason


@pytest.mark.parametrize("encoding", ["br", "zstd", "gzip, gzip", "nonsense"])
def test_an_unsupported_encoding_is_reported(encoding: str) -> None:
    with FaultServer(plays(head(Content_Encoding=encoding), b"\x8b\x03")) as server:
        with asking(server.base_url) as asked:
            error = asked.failure()
        accepted = server.requests[0].lower().partition(b"accept-encoding: ")[2].split(b"\r\n")[0]
    assert isinstance(error, NotAnAnswer)
    assert error.sentence == f"the endpoint sent an unsupported encoding ({encoding})"
    assert accepted == b"gzip, deflate"
