"""What is the terminal like that is written to, and what becomes of a write that fails?"""

from __future__ import annotations

import errno
import os
import sys
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager

from nemochat.errors import Ended, ExitCode, OutputError


def write(text: str) -> None:
    """Write to the terminal of standard output, and flush.

    Raises:
        Ended: nobody is left to read it: the terminal was closed.
        OutputError: it cannot be written to.
    """
    with _failures():
        sys.stdout.write(text)
        sys.stdout.flush()


def command(sequence: str) -> None:
    """Write a control sequence past the buffer of standard output.

    So may a signal's handler, which may come in the middle of a write; it raises what `write` does.
    """
    with _failures():
        os.write(sys.stdout.fileno(), sequence.encode("ascii"))


@contextmanager
def _failures() -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:
        raise Ended(ExitCode.PIPE_CLOSED) from None
    except OSError as error:
        if error.errno == errno.EIO:
            raise Ended(ExitCode.HUNG_UP) from None
        raise OutputError(f"the terminal cannot be written to ({error.strerror})") from error


def reflows() -> bool:
    """Whether the terminal wraps anew what stands on it when its width changes: most do."""
    return "XTERM_VERSION" not in os.environ and os.environ.get("TERM") != "linux"


def put_on_clipboard(text: str) -> None:
    """Ask the terminal to put a text on its clipboard (OSC 52)."""
    write(f"\x1b]52;c;{b64encode(text.encode('utf-8', 'replace')).decode()}\x07")
