"""Files with the names that the shell completes."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from nemochat.atomic import PRIVATE, make_private_folder, write_atomically

CHATS, MODELS = "chats", "models"  # the files, as the completions name them
_FOLDER = "names"


def write_names(state: Path, kind: str, names: Iterable[str]) -> None:
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
        make_private_folder(path.parent)
        write_atomically(path, content.encode("utf-8", "replace"), mode=PRIVATE)
