"""The user's editor, as set in VISUAL or EDITOR."""

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
from nemochat.signals import EditorSignals

TERMINAL = "/dev/tty"
FALLBACKS = ("editor", "nano", "vim", "vi")  # if neither VISUAL nor EDITOR is set
SECONDS_TO_SAVE = 1.0  # for an editor when this process is terminated


def edit_text(text: str) -> str:
    """Let the user edit a text; return it without newlines around it.

    Raises:
        UsageError: there is no editor, it fails, or the result is not text.
    """
    editor = _find_editor()
    descriptor, name = tempfile.mkstemp(suffix=".md", prefix="nemochat-")  # with mode 0600
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
            if not ended or read_text(path) == text:  # the file may hold the only copy
                path.unlink()


def edit_file(path: Path) -> None:
    """Let the user edit a file.

    Raises:
        UsageError: there is no editor, or it fails.
    """
    _run(_find_editor(), path)


def _find_editor() -> str:
    for variable in ("VISUAL", "EDITOR"):
        if editor := os.environ.get(variable, "").strip():
            return editor
    if sys.stdin and sys.stdin.isatty():  # otherwise nobody can close it
        for name in FALLBACKS:
            if program := shutil.which(name):
                return program
    raise UsageError("there is no editor: neither VISUAL nor EDITOR is set", "Set EDITOR")


def _run(editor: str, path: Path) -> None:
    """Run an editor, on the terminal even if standard input or output is a pipe."""
    with ExitStack() as files:
        streams: list[IO[bytes] | None] = [None, None]
        for number, (stream, mode) in enumerate(((sys.stdin, "rb"), (sys.stdout, "wb"))):
            if stream is None or not stream.isatty():
                with suppress(OSError):  # without a terminal, the editor may still be a script
                    streams[number] = files.enter_context(Path(TERMINAL).open(mode))
        try:
            with EditorSignals():
                command = [*shlex.split(editor), str(path)]
                with core_files.inherited_limit():
                    process = subprocess.Popen(command, stdin=streams[0], stdout=streams[1])
                code = _wait(process)
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or error
            sentence = f"the editor {format_value(editor)} cannot be started ({reason})"
            raise UsageError(sentence) from error
    if code:
        raise UsageError(f"the editor failed with exit code {code}; nothing was changed or sent")


def _wait(process: subprocess.Popen[bytes]) -> int:
    """Return the exit code of an editor; terminate it if this process is terminated."""
    try:
        return process.wait()
    except Ended:
        process.terminate()  # lets editors save their buffers, unlike SIGKILL
        try:
            process.wait(SECONDS_TO_SAVE)
        except subprocess.TimeoutExpired:
            process.kill()
        raise
