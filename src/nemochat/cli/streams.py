"""Standard input and output: what they are connected to, and reading all of the input."""

from __future__ import annotations

import os
import select
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from nemochat.editor import TERMINAL
from nemochat.errors import UsageError
from nemochat.files import LARGEST, decode

STANDARD_STREAM = Path("-")  # instead of a file name: standard input or output
WAIT_NOTICE_DELAY = 2.0  # seconds
_CHUNK_BYTES = 64 * 1024
_WAIT_NOTICE = (
    "waiting for the end of standard input, which is added to the question; use --no-stdin to"
    " ignore it, or press Ctrl-D to end it"
)


def is_input_terminal() -> bool:
    """Return whether standard input is a terminal."""
    return sys.stdin is not None and sys.stdin.isatty()


def is_output_terminal() -> bool:
    """Return whether standard output is a terminal."""
    return sys.stdout is not None and sys.stdout.isatty()


def binary_stdout() -> BinaryIO:
    """Return standard output for bytes; if it was closed, they are lost."""
    if sys.stdout is None:
        return Path(os.devnull).open("wb")
    return sys.stdout.buffer


def read_stdin(notify: Callable[[str], None], *, from_terminal: bool = False) -> str:
    """Return all of standard input; "" if it is a terminal or was closed.

    Args:
        notify: Called with a sentence if the end does not come soon.
        from_terminal: Whether to read from a terminal too, until Ctrl-D.

    Raises:
        UsageError: it cannot be read, is binary, or is not UTF-8 text.
    """
    if sys.stdin is None or (sys.stdin.isatty() and not from_terminal):
        return ""
    try:
        content = _read_to_end(sys.stdin.fileno(), notify)
        return decode(content, "standard input") if content else ""
    except OSError as error:
        raise UsageError(f"standard input cannot be read ({error.strerror})") from error


def _read_to_end(descriptor: int, notify: Callable[[str], None]) -> bytes:
    """Return what is read until the end, or a little more than the largest question."""
    pieces: list[bytes] = []
    size = 0
    until: float | None = time.monotonic() + WAIT_NOTICE_DELAY
    while size <= LARGEST:
        left = None if until is None else max(until - time.monotonic(), 0)
        ready, _, _ = select.select([descriptor], [], [], left)
        if until is not None and time.monotonic() >= until:
            until = None
            if not ready:  # nothing to read, and not at its end either
                notify(_WAIT_NOTICE)
        if ready:
            piece = os.read(descriptor, _CHUNK_BYTES)
            if not piece:
                break
            pieces.append(piece)
            size += len(piece)
    return b"".join(pieces)


def discard_typeahead() -> None:
    """Drop what was typed before a question of ours was shown: it doesn't answer that."""
    if is_input_terminal():
        import termios

        with suppress(termios.error):
            termios.tcflush(sys.stdin.fileno(), termios.TCIFLUSH)


def reopen_terminal() -> None:
    """Replace a pipe on standard input with the terminal.

    Raises:
        UsageError: the process has no terminal, or standard output is not one.
    """
    nowhere = UsageError("-i continues in the chat, which needs a terminal")
    if not is_output_terminal():
        raise nowhere
    if is_input_terminal():
        return
    try:
        terminal = os.open(TERMINAL, os.O_RDWR)
    except OSError:
        raise nowhere from None
    os.dup2(terminal, 0)
    if terminal != 0:
        os.close(terminal)
    if sys.stdin is None:
        sys.stdin = open(0, encoding="utf-8", errors="replace")  # noqa: SIM115 - a descriptor
    with suppress(ValueError, OSError):  # discards what Python buffered from the pipe
        sys.stdin.flush()
