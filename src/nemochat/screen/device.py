"""Writes to the terminal, their errors, and what the terminal supports."""

from __future__ import annotations

import errno
import os
import sys
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager

from nemochat.errors import Ended, ExitCode, OutputError


def write(text: str) -> None:
    """Write to the terminal of standard output and flush.

    Raises:
        Ended: the terminal was closed.
        OutputError: it cannot be written to.
    """
    with _translate_errors():
        sys.stdout.write(text)
        sys.stdout.flush()


def write_control(sequence: str) -> None:
    """Write a control sequence, bypassing the buffer of standard output.

    A signal handler may call it in the middle of another write. It raises what `write` raises.
    """
    with _translate_errors():
        os.write(sys.stdout.fileno(), sequence.encode("ascii"))


@contextmanager
def _translate_errors() -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:
        raise Ended(ExitCode.PIPE_CLOSED) from None
    except OSError as error:
        if error.errno == errno.EIO:
            raise Ended(ExitCode.HUNG_UP) from None
        raise OutputError(f"cannot write to the terminal ({error.strerror})") from error


def is_reflowing() -> bool:
    """Return whether the terminal rewraps its text when its width changes, as most do."""
    return "XTERM_VERSION" not in os.environ and os.environ.get("TERM") != "linux"


def write_clipboard(text: str) -> None:
    """Copy a text to the clipboard of the terminal (OSC 52)."""
    write(f"\x1b]52;c;{b64encode(text.encode('utf-8', 'replace')).decode()}\x07")
