"""A text in the editor of its person: the one that VISUAL or EDITOR names."""

from __future__ import annotations

import os
import sys
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import IO

from nemochat.core.values import shown
from nemochat.errors import UsageError
from nemochat.files import read_text

TERMINAL = "/dev/tty"


def edited(text: str) -> str:
    """A text as its person's editor leaves it, without newlines around it.

    The editor gets the terminal also where standard input or output is a pipe.

    Raises:
        UsageError: there is no editor, it fails, or what it leaves is no text.
    """
    import tempfile  # here, for an editor is seldom asked for

    editor = os.environ.get("VISUAL", "").strip() or os.environ.get("EDITOR", "").strip()
    if not editor:
        raise UsageError("there is no editor: neither VISUAL nor EDITOR is set", "Set EDITOR")
    descriptor, name = tempfile.mkstemp(suffix=".md", prefix="nemochat-")  # of mode 0600
    path = Path(name)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
        code = _run(editor, name)
        if code:
            raise UsageError(f"the editor ended with code {code}; nothing was asked")
        return read_text(path).strip("\n")
    finally:
        with suppress(OSError):
            path.unlink()


def _run(editor: str, name: str) -> int:
    import shlex
    import subprocess

    with ExitStack() as opened:
        streams: list[IO[bytes] | None] = [None, None]
        for place, (stream, mode) in enumerate(((sys.stdin, "rb"), (sys.stdout, "wb"))):
            if stream is None or not stream.isatty():
                with suppress(OSError):  # without a terminal, the editor may still be a script
                    streams[place] = opened.enter_context(Path(TERMINAL).open(mode))
        try:
            return subprocess.run(  # noqa: S603 - their own editor
                [*shlex.split(editor), name], check=False, stdin=streams[0], stdout=streams[1]
            ).returncode
        except (OSError, ValueError) as error:
            raise UsageError(f"the editor {shown(editor)} cannot be started ({error})") from error
