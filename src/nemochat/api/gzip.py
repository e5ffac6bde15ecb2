"""Bounded decompression of response bodies, as a small read may hold gigabytes."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import chain

from nemochat.errors import NotAnAnswer

ACCEPTED = "gzip, deflate"
STEP = 256 * 1024  # bytes
_GZIP = b"\x1f\x8b"
_ZLIB_CHECK = 31  # divides the first two bytes of a zlib stream
_ZLIB_METHOD = 8


class DamagedBody(NotAnAnswer):
    """The compressed body is damaged, such as one with a wrong checksum."""


def decompress(encoding: str, chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Yield a body with this Content-Encoding, decompressed in steps of at most `STEP` bytes.

    Raises:
        NotAnAnswer: the encoding is unsupported.
        DamagedBody: the bytes are damaged; all that precedes the damage was yielded.
    """
    name = encoding.strip().lower()
    if name not in {"", "identity", "gzip", "x-gzip", "deflate"}:
        raise NotAnAnswer(f"the endpoint sent an unsupported encoding ({encoding})")
    chunks, start = iter(chunks), b""
    for chunk in chunks:
        start += chunk
        if len(start) >= len(_GZIP):
            break
    stream = None if name in {"", "identity"} else _create_decompressor(name, start)
    chunks = chain((start,), chunks)
    try:
        yield from _decompress(stream, chunks) if stream else chunks
    except zlib.error:
        raise DamagedBody("the endpoint's compressed answer is damaged") from None


def _create_decompressor(name: str, start: bytes) -> zlib._Decompress | None:
    """Return the decompressor for a body that begins like this, or None if it is plain text.

    The first bytes decide, as some servers call a raw stream "deflate", or send plain text.
    """
    if start.startswith(_GZIP):
        return zlib.decompressobj(16 + zlib.MAX_WBITS)
    if name != "deflate" or len(start) < len(_GZIP):
        return None
    is_zlib = start[0] & 15 == _ZLIB_METHOD and int.from_bytes(start[:2]) % _ZLIB_CHECK == 0
    if not is_zlib and start[:1] in {b"d", b"{", b":", b"e"}:
        return None
    return zlib.decompressobj(zlib.MAX_WBITS if is_zlib else -zlib.MAX_WBITS)


def _decompress(stream: zlib._Decompress, chunks: Iterable[bytes]) -> Iterator[bytes]:
    rest = b""  # the first bytes after the end: padding, or another member
    for chunk in chunks:
        data, step = rest + chunk, b""
        while data or len(step) == STEP:  # after a full step, zlib may hold more
            if stream.eof:
                rest = data[: len(_GZIP)]
                if rest != _GZIP:
                    break
                stream, rest = zlib.decompressobj(16 + zlib.MAX_WBITS), b""
            before = stream.copy()
            try:
                step = stream.decompress(data, STEP)
            except zlib.error:  # also of a checksum, after text that would be lost
                yield _decompress_start(before, data)
                raise
            if step:
                yield step
            data = stream.unused_data if stream.eof else stream.unconsumed_tail


def _decompress_start(stream: zlib._Decompress, data: bytes) -> bytes:
    """Return what damaged data holds before the damage."""
    text = bytearray()
    with suppress(zlib.error):
        for place in range(len(data)):
            text += stream.decompress(data[place : place + 1])
    return bytes(text)
