"""Compressed bodies, in bounded steps and at every split."""

from __future__ import annotations

import gzip
import zlib

import pytest

from nemochat.errors import NotAnAnswer
from nemochat.wire.inflate import STEP, Inflater

TEXT = "data: Hello, wörld — 👋\n\n".encode() * 40


def bare(body: bytes) -> bytes:
    made = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return made.compress(body) + made.flush()


def inflated(encoding: str, *reads: bytes) -> bytes:
    inflater = Inflater(encoding)
    return b"".join(step for read in reads for step in inflater.feed(read))


CODED = [
    ("gzip", gzip.compress(TEXT, mtime=0), TEXT),
    ("x-gzip", gzip.compress(TEXT, mtime=0), TEXT),
    (" GZIP ", gzip.compress(TEXT, mtime=0), TEXT),
    ("gzip", gzip.compress(TEXT, mtime=0) + gzip.compress(b"more", mtime=0), TEXT + b"more"),
    ("gzip", gzip.compress(TEXT, mtime=0) + bytes(10), TEXT),
    ("gzip", TEXT, TEXT),
    ("deflate", zlib.compress(TEXT), TEXT),
    ("deflate", zlib.compress(TEXT, 1), TEXT),
    ("deflate", bare(TEXT), TEXT),
    ("deflate", gzip.compress(TEXT, mtime=0), TEXT),
    ("deflate", TEXT, TEXT),
    ("identity", TEXT, TEXT),
    ("", TEXT, TEXT),
    ("", gzip.compress(TEXT, mtime=0), gzip.compress(TEXT, mtime=0)),
    ("gzip", b"{}", b"{}"),
    *(("deflate", plain, plain) for plain in (b'{"a": 1}', b": ping\n", b"event: x\n")),
]


@pytest.mark.parametrize(("encoding", "body", "expected"), CODED)
def test_a_body_comes_out_whole_and_byte_by_byte(
    encoding: str, body: bytes, expected: bytes
) -> None:
    assert inflated(encoding, body) == expected
    assert inflated(encoding, *(body[i : i + 1] for i in range(len(body)))) == expected


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
def test_a_bomb_comes_in_bounded_steps(encoding: str) -> None:
    body = (gzip if encoding == "gzip" else zlib).compress(bytes(20_000_000))
    steps = [len(step) for step in Inflater(encoding).feed(body)]
    assert sum(steps) == 20_000_000
    assert max(steps) <= STEP


def test_a_truncated_body_gives_what_came() -> None:
    made = zlib.compressobj(wbits=16 + zlib.MAX_WBITS)
    flushed = made.compress(TEXT) + made.flush(zlib.Z_SYNC_FLUSH)
    assert inflated("gzip", flushed) == TEXT


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
def test_damage_is_told(encoding: str) -> None:
    start = gzip.compress(TEXT, mtime=0)[:10] if encoding == "gzip" else zlib.compress(TEXT)[:2]
    with pytest.raises(NotAnAnswer, match="damaged"):
        inflated(encoding, start, b"\x07" + bytes(60))  # a block of a kind that there is not


@pytest.mark.parametrize("encoding", ["br", "zstd", "gzip, gzip", "nonsense"])
def test_an_encoding_that_was_not_asked_for_is_told(encoding: str) -> None:
    with pytest.raises(NotAnAnswer, match="not asked for"):
        Inflater(encoding)
