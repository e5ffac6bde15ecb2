"""Which names does the shell complete? Small files of names, for their owner alone."""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from nemochat.writing import own_folder

CHATS, MODELS = "chats", "models"  # the files, as the completions name them
_FOLDER = "names"


def remember(state: Path, kind: str, names: Iterable[str]) -> None:
    """Let the shells know these names, and no others of their kind, from now on.

    Nothing is said where they cannot be kept: Tab then offers less.

    Args:
        state: The folder of what is not settings and not conversations.
        kind: `CHATS` or `MODELS`.
        names: Each becomes a line; what is no line is left out.
    """
    path = state / _FOLDER / kind
    content = "".join(f"{name}\n" for name in sorted(set(names)) if name and name.isprintable())
    with suppress(OSError):
        if path.exists() and path.read_text("utf-8", "replace") == content:
            return
        if not content and not path.exists():
            return
        import tempfile  # here, for it is seldom needed

        own_folder(path.parent)
        descriptor, made = tempfile.mkstemp(dir=path.parent)  # of mode 0600
        with os.fdopen(descriptor, "w", encoding="utf-8", errors="replace") as file:
            file.write(content)
        Path(made).replace(path)
