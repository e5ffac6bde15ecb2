"""Parser for server-sent events, at any split of the reads.

The grammar is the HTML standard's (section "Server-sent events"). Lines end at CR, LF and CRLF
only: general line splitters also break at U+2028, U+0085, VT and FF, which may occur inside JSON.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from nemochat.errors import NotAnAnswer

LONGEST_EVENT = 32 * 1024 * 1024  # bytes; an endpoint that never ends a line would fill the memory
_LINE = 64  # bytes that a line takes besides its own
_MARK = b"\xef\xbb\xbf"  # a byte order mark may precede the first line


class Event(NamedTuple):
    """One event: `name` is its type, "message" where none was given."""

    data: str
    name: str = "message"


class Decoder:
    """Events out of the bytes of one stream.

    Attributes:
        stray: The last line that is an object of JSON where a field should stand. The grammar drops
            it; some servers that fail within a stream send their error so.
    """

    def __init__(self) -> None:
        self.stray = b""
        self._line = bytearray()  # the line under way
        self._first = True
        self._after_cr = False
        self._data: list[bytes] = []
        self._size = 0  # bytes of `_data`
        self._name = ""

    @property
    def within(self) -> bool:
        """Whether an event with data is under way."""
        return bool(self._data) or self._line.startswith(b"data")

    def feed(self, read: bytes) -> Iterator[Event]:
        """The events that end within this read.

        Raises:
            NotAnAnswer: an event grew over `LONGEST_EVENT` bytes.
        """
        if not read:
            return
        if self._after_cr:
            read = read.removeprefix(b"\n")  # the second half of a CRLF
        self._after_cr = read.endswith(b"\r")
        if b"\r" in read:
            read = read.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        lines = read.split(b"\n")
        self._line += lines[0]
        self._check()
        if len(lines) == 1:
            return
        lines[0] = bytes(self._line)
        under_way = lines.pop()
        if self._first:
            self._first = False
            lines[0] = lines[0].removeprefix(_MARK)
        for line in lines:
            if not line:
                if self._data:
                    yield self._event()
                self._name = ""
            elif line.startswith(b"data: "):  # nearly all lines are
                self._add(line[6:])
            else:
                self._take(line)
        self._line = bytearray(under_way)
        self._check()

    def flush(self) -> Event | None:
        """The event that was under way when the stream ended.

        The standard drops it. Servers that leave out the last blank line mean it.
        """
        line, self._line = bytes(self._line), bytearray()
        self._take(line.removeprefix(_MARK) if self._first else line)
        self._first = False
        return self._event() if self._data else None

    def _check(self) -> None:
        if self._size + len(self._line) > LONGEST_EVENT:
            raise NotAnAnswer("the endpoint sent a line without end")

    def _event(self) -> Event:
        """The event that a blank line ends."""
        data, name = self._data, self._name
        self._data, self._size, self._name = [], 0, ""
        whole = data[0] if len(data) == 1 else b"\n".join(data)
        return Event(whole.decode("utf-8", "replace"), name or "message")

    def _add(self, data: bytes) -> None:
        self._data.append(data)
        self._size += len(data) + _LINE

    def _take(self, line: bytes) -> None:
        """Take in a line that is not blank."""
        colon = line.find(b":")
        end = len(line) if colon < 0 else colon
        start = end + 1 + line.startswith(b" ", end + 1)
        if line[:end] == b"data":
            self._add(line[start:])
        elif line[:end] == b"event":
            self._name = line[start:].decode("utf-8", "replace")
        elif line.startswith(b"{"):
            self.stray = line
