"""Parser for server-sent events, however the reads split them.

It follows the HTML standard (section "Server-sent events"). Lines end at CR, LF and CRLF only;
`splitlines` would also split at U+2028, U+0085, VT and FF, which may occur in JSON.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from nemochat.errors import NotAnAnswer

LONGEST_EVENT = 32 * 1024 * 1024  # bytes; endless lines would fill the memory
_LINE = 64  # bytes of memory that a line needs in addition to its own
_MARK = b"\xef\xbb\xbf"  # a byte order mark may precede the first line


class Event(NamedTuple):
    """Server-sent event; `name` is its type."""

    data: str
    name: str = "message"


class Decoder:
    """Decoder of one stream of events.

    Attributes:
        stray: Last line that is a JSON object instead of a field. The standard ignores such lines,
            but some servers report errors like this.
    """

    def __init__(self) -> None:
        self.stray = b""
        self._line = bytearray()  # the incomplete line
        self._first = True
        self._after_cr = False
        self._data: list[bytes] = []
        self._size = 0  # bytes of `_data`
        self._name = ""

    @property
    def is_in_event(self) -> bool:
        """Whether an event with data is incomplete."""
        return bool(self._data) or self._line.startswith(b"data")

    def feed(self, read: bytes) -> Iterator[Event]:
        """Yield the events that end in this read.

        Raises:
            NotAnAnswer: an event exceeds `LONGEST_EVENT`.
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
        self._check_size()
        if len(lines) == 1:
            return
        lines[0] = bytes(self._line)
        incomplete = lines.pop()
        if self._first:
            self._first = False
            lines[0] = lines[0].removeprefix(_MARK)
        for line in lines:
            if not line:
                if self._data:
                    yield self._event()
                self._name = ""
            elif line.startswith(b"data: "):  # like nearly all lines
                self._add_data(line[6:])
            else:
                self._read_line(line)
        self._line = bytearray(incomplete)
        self._check_size()

    def flush(self) -> Event | None:
        """Return the incomplete event at the end of the stream, or None.

        The standard drops it, but some servers omit the last blank line.
        """
        line, self._line = bytes(self._line), bytearray()
        self._read_line(line.removeprefix(_MARK) if self._first else line)
        self._first = False
        return self._event() if self._data else None

    def _check_size(self) -> None:
        if self._size + len(self._line) > LONGEST_EVENT:
            raise NotAnAnswer("the endpoint sent an endless line")

    def _event(self) -> Event:
        """Return the event that ends here."""
        data, name = self._data, self._name
        self._data, self._size, self._name = [], 0, ""
        whole = data[0] if len(data) == 1 else b"\n".join(data)
        return Event(whole.decode("utf-8", "replace"), name or "message")

    def _add_data(self, data: bytes) -> None:
        self._data.append(data)
        self._size += len(data) + _LINE

    def _read_line(self, line: bytes) -> None:
        """Read a line that is not blank."""
        colon = line.find(b":")
        end = len(line) if colon < 0 else colon
        start = end + 1 + line.startswith(b" ", end + 1)
        if line[:end] == b"data":
            self._add_data(line[start:])
        elif line[:end] == b"event":
            self._name = line[start:].decode("utf-8", "replace")
        elif line.startswith(b"{"):
            self.stray = line
