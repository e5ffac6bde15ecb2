"""What does its person's own editor make of a text?"""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from nemochat.core.values import shown
from nemochat.errors import UsageError
from nemochat.files import read_text

FALLBACKS = ("editor", "nano", "vim", "vi")  # where neither VISUAL nor EDITOR is set


def edited(text: str) -> str:
    """A text as its person's editor leaves it, without newlines around it.

    Raises:
        UsageError: there is no editor, or it fails.
    """
    editor = _editor()
    if not editor:
        raise UsageError("there is no editor: neither VISUAL nor EDITOR is set", "Set EDITOR")
    descriptor, name = tempfile.mkstemp(suffix=".md", prefix="nemochat-")  # of mode 0600
    path = Path(name)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", errors="replace") as file:
            file.write(text)
        try:
            with _interrupts_its_own():
                code = subprocess.run([*shlex.split(editor), name], check=False).returncode  # noqa: S603 - theirs
        except (OSError, ValueError) as error:
            raise UsageError(f"the editor {shown(editor)} cannot be started ({error})") from error
        if code:
            raise UsageError(f"the editor ended with code {code}; nothing is changed or asked")
        return read_text(path).strip("\n")
    finally:
        with suppress(OSError):
            path.unlink()


def _editor() -> str:
    for variable in ("VISUAL", "EDITOR"):
        if editor := os.environ.get(variable, "").strip():
            return editor
    if not sys.stdin or not sys.stdin.isatty():
        return ""  # nobody is there to leave it
    return next((found for name in FALLBACKS if (found := shutil.which(name))), "")


@contextmanager
def _interrupts_its_own() -> Iterator[None]:
    """Let Ctrl-C be the editor's alone: a handler of ours is reset in it, SIG_IGN would not be."""
    before = signal.signal(signal.SIGINT, lambda *_: None)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
