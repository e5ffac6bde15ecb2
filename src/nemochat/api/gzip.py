"""Bounded decompression of response bodies: a small read may hold gigabytes."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator

from nemochat.errors import NotAnAnswer

ACCEPTED = "gzip, deflate"
STEP = 256 * 1024  # bytes given at once
_GZIP = b"\x1f\x8b"
_ZLIB_CHECK = 31  # the two bytes before a zlib stream are a multiple of it
_ZLIB_METHOD = 8


def decompress(encoding: str, chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Yield what a body with this Content-Encoding holds, in steps of at most `STEP` bytes.

    Raises:
        NotAnAnswer: the encoding was not asked for, or the bytes are damaged.
    """
    decompressor = _Decompressor(encoding)
    for chunk in chunks:
        yield from decompressor.feed(chunk)


class _Decompressor:
    """Decompressor of one body.

    What its first two bytes say counts: some servers call a bare stream "deflate", and some send
    plain text under either name.
    """

    def __init__(self, encoding: str) -> None:
        name = encoding.strip().lower()
        if name not in {"", "identity", "gzip", "x-gzip", "deflate"}:
            raise NotAnAnswer(f"the endpoint sent {encoding}, which was not asked for")
        self._deflate = name == "deflate"
        self._decided = name in {"", "identity"}
        self._start = b""
        self._stream: zlib._Decompress | None = None

    def feed(self, read: bytes) -> Iterator[bytes]:
        if not self._decided:
            self._start += read
            if len(self._start) < len(_GZIP):
                return
            read, self._start = self._start, b""
            self._decided = True
            self._stream = self._begin(read)
        if self._stream is None:
            yield read
            return
        try:
            yield from self._decompress(self._stream, read)
        except zlib.error:
            raise NotAnAnswer("the endpoint's compressed answer is damaged") from None

    def _begin(self, start: bytes) -> zlib._Decompress | None:
        """Return what reads a body that starts with these bytes; None if they are plain."""
        if start.startswith(_GZIP):
            return zlib.decompressobj(16 + zlib.MAX_WBITS)
        if not self._deflate:
            return None
        framed = start[0] & 15 == _ZLIB_METHOD and int.from_bytes(start[:2]) % _ZLIB_CHECK == 0
        if not framed and start[:1] in {b"d", b"{", b":", b"e"}:
            return None
        return zlib.decompressobj(zlib.MAX_WBITS if framed else -zlib.MAX_WBITS)

    def _decompress(self, stream: zlib._Decompress, read: bytes) -> Iterator[bytes]:
        step = b""
        while read or len(step) == STEP:  # after a full step, more of it may wait inside
            if stream.eof:
                self._start += read
                if not self._start.startswith(_GZIP):
                    return  # what follows the last member is padding, or not yet two bytes
                read, self._start = self._start, b""
                self._stream = stream = zlib.decompressobj(16 + zlib.MAX_WBITS)
            step = stream.decompress(read, STEP)
            if step:
                yield step
            read = stream.unused_data if stream.eof else stream.unconsumed_tail
