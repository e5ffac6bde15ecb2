"""The user's own editor, as VISUAL or EDITOR names it."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import IO

from nemochat import core_files
from nemochat.core.text import format_value
from nemochat.errors import Ended, UsageError
from nemochat.files import read_text
from nemochat.signals import ChildSignals

TERMINAL = "/dev/tty"
FALLBACKS = ("editor", "nano", "vim", "vi")  # where neither VISUAL nor EDITOR is set
SECONDS_TO_KEEP = 1.0  # that an editor has when this process is to end


def edit_text(text: str) -> str:
    """A text as its person's editor leaves it, without newlines around it.

    Raises:
        UsageError: there is no editor, it fails, or what it leaves is no text.
    """
    editor = _editor()
    descriptor, name = tempfile.mkstemp(suffix=".md", prefix="nemochat-")  # of mode 0600
    path, ended = Path(name), False
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", errors="replace") as file:
            file.write(text)
        _run(editor, path)
        return read_text(path).strip("\n")
    except Ended:
        ended = True
        raise
    finally:
        with suppress(OSError, UsageError):
            if not ended or read_text(path) == text:  # what was saved stands nowhere else then
                path.unlink()


def edit_file(path: Path) -> None:
    """Open a file in its person's editor, and wait for its end.

    Raises:
        UsageError: there is no editor, or it fails.
    """
    _run(_editor(), path)


def _editor() -> str:
    for variable in ("VISUAL", "EDITOR"):
        if editor := os.environ.get(variable, "").strip():
            return editor
    if sys.stdin and sys.stdin.isatty():  # else nobody is there to leave it
        for name in FALLBACKS:
            if program := shutil.which(name):
                return program
    raise UsageError("there is no editor: neither VISUAL nor EDITOR is set", "Set EDITOR")


def _run(editor: str, path: Path) -> None:
    """Run an editor; it gets the terminal also where standard input or output is a pipe."""
    with ExitStack() as opened:
        streams: list[IO[bytes] | None] = [None, None]
        for place, (stream, mode) in enumerate(((sys.stdin, "rb"), (sys.stdout, "wb"))):
            if stream is None or not stream.isatty():
                with suppress(OSError):  # without a terminal, the editor may still be a script
                    streams[place] = opened.enter_context(Path(TERMINAL).open(mode))
        try:
            with ChildSignals():
                command = [*shlex.split(editor), str(path)]
                with core_files.inherited_limit():
                    process = subprocess.Popen(command, stdin=streams[0], stdout=streams[1])
                code = _wait(process)
        except (OSError, ValueError) as error:
            why = getattr(error, "strerror", None) or error
            raise UsageError(
                f"the editor {format_value(editor)} cannot be started ({why})"
            ) from error
    if code:
        raise UsageError(f"the editor ended with code {code}; nothing is changed or asked")


def _wait(process: subprocess.Popen[bytes]) -> int:
    """The code of an editor that ended; where this process is to end first, so is the editor."""
    try:
        return process.wait()
    except Ended:
        process.terminate()  # not killed: editors keep then what was not saved
        try:
            process.wait(SECONDS_TO_KEEP)
        except subprocess.TimeoutExpired:
            process.kill()
        raise
