"""Where an answer goes: standard output, or a file that holds all of it or is left as it was."""

from __future__ import annotations

import os
import stat
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from nemochat.cli import streams
from nemochat.errors import OutputError, UsageError
from nemochat.writing import SHARED, replace


class Destination:
    """What takes the bytes of an answer.

    Attributes:
        stream: Where they are written.
        on_terminal: Whether they are seen as they come.
    """

    def __init__(self, path: Path | None) -> None:
        """See that a file can be written; UsageError if not. None and - are standard output."""
        path = None if path == streams.STANDARD else path
        self._file = None if path is None else _writable(path)
        self.stream: BinaryIO = streams.output() if path is None else BytesIO()
        self.on_terminal = path is None and streams.output_is_terminal()

    def finish(self, *, whole: bool) -> None:
        """Put a whole answer into its file; what came of another goes to standard output.

        Raises:
            OutputError: it cannot be written; it was printed then.
        """
        if self._file is None:
            return
        assert isinstance(self.stream, BytesIO)
        content = self.stream.getvalue()
        if not whole:
            _print(content)
            return
        try:
            _write(self._file, content)
        except OutputError:
            _print(content)  # it may be kept nowhere else
            raise


def _print(content: bytes) -> None:
    from nemochat.screen.plain import Plain

    plain = Plain(streams.output(), None, on_terminal=streams.output_is_terminal())
    plain.show(content.decode("utf-8", "replace").removesuffix("\n"))


def _writable(path: Path) -> Path:
    """The file itself behind links; UsageError if nothing can be written there."""
    try:
        real = path.expanduser().resolve()
        mode = real.stat().st_mode if real.exists() else stat.S_IFREG
    except (OSError, RuntimeError, ValueError) as error:
        raise UsageError(f"{path} cannot be written ({error})") from error
    if stat.S_ISDIR(mode):
        raise UsageError(f"{path} is a folder, not a file to write")
    if not real.parent.is_dir():
        raise UsageError(f"{path} cannot be written: there is no folder {real.parent}")
    if not os.access(real.parent if stat.S_ISREG(mode) else real, os.W_OK):
        raise UsageError(f"{path} cannot be written: it is not permitted")
    return real


def _write(path: Path, content: bytes) -> None:
    """Let the file be this content, in one step; a device or a pipe is written to."""
    try:
        if path.exists() and not path.is_file():
            path.write_bytes(content)
        else:
            replace(path, content, mode=SHARED)
    except OSError as error:
        raise OutputError(f"{path} cannot be written ({error.strerror})") from error
