"""What `--debug` logs: a line to standard error and to a file for all that is sent and received."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

from nemochat.screen.plain import say


def log(path: Path) -> Callable[[str], None]:
    """A function that logs a line; the file is its owner's alone, and may be missing."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = os.open(path, os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600)
    except OSError as error:
        say(sys.stderr, f"{path} cannot be written ({error.strerror})")
        file = None

    def write(line: str) -> None:
        say(sys.stderr, line)
        if file is not None:
            os.write(file, f"{time.strftime('%Y-%m-%dT%H:%M:%S')} {line}\n".encode())

    return write
