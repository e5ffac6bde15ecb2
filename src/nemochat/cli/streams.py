"""Standard input, output and error: what they are connected to, and what is read."""

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

STANDARD_STREAM = Path("-")  # what stands for standard input or output where a file is named
WAIT_NOTICE_DELAY = 2.0  # that standard input is waited for
_CHUNK_BYTES = 64 * 1024  # bytes
_WAIT_NOTICE = (
    "waiting for the end of standard input, which is asked with the question;"
    " --no-stdin does without, and Ctrl-D ends what is typed"
)


def is_input_terminal() -> bool:
    """Whether a person types on standard input."""
    return sys.stdin is not None and sys.stdin.isatty()


def is_output_terminal() -> bool:
    """Whether a person looks at standard output."""
    return sys.stdout is not None and sys.stdout.isatty()


def binary_stdout() -> BinaryIO:
    """Standard output for bytes; what is written is lost if it was closed."""
    if sys.stdout is None:
        return Path(os.devnull).open("wb")
    return sys.stdout.buffer


def read_stdin(notify: Callable[[str], None], *, from_terminal: bool = False) -> str:
    """All of standard input, if it is no terminal; "" if it is, or was closed.

    Args:
        notify: Takes a sentence when the end lets itself be waited for.
        from_terminal: Whether it is read from a terminal too, until Ctrl-D.

    Raises:
        UsageError: it cannot be read, is binary, or no UTF-8 text.
    """
    if sys.stdin is None or (sys.stdin.isatty() and not from_terminal):
        return ""
    try:
        content = _read_to_end(sys.stdin.fileno(), notify)
        return decode(content, "standard input") if content else ""
    except OSError as error:
        raise UsageError(f"standard input cannot be read ({error.strerror})") from error


def _read_to_end(descriptor: int, notify: Callable[[str], None]) -> bytes:
    """What comes until the end, or a little more than may be asked."""
    pieces: list[bytes] = []
    size = 0
    until: float | None = time.monotonic() + WAIT_NOTICE_DELAY
    while size <= LARGEST:
        left = None if until is None else max(until - time.monotonic(), 0)
        ready, _, _ = select.select([descriptor], [], [], left)
        if until is not None and time.monotonic() >= until:
            until = None
            if not ready:  # what has come to its end by now is not waited for
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
    """Let standard input be the terminal, where a pipe stood.

    Raises:
        UsageError: this process has none, or standard output is another.
    """
    nowhere = UsageError("-i stays in the chat, which needs a terminal")
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
    with suppress(ValueError, OSError):  # what Python knew of the pipe
        sys.stdin.flush()
