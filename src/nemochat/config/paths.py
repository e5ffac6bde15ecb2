"""Folders of the platform, and the names that shells complete."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import platformdirs

from nemochat.atomic import PRIVATE, make_private_folder, write_atomically
from nemochat.errors import ConfigurationError

CHATS, MODELS = "chats", "models"  # the kinds of names, as the completion scripts call them


class Directories(NamedTuple):
    """The folders of nemochat: configuration, conversations, and what is neither."""

    config: Path
    data: Path
    state: Path

    @property
    def database(self) -> Path:
        """Return the file that holds the conversations."""
        return self.data / "nemochat.db"


def directories() -> Directories:
    """Return the platform's folders, honouring XDG_CONFIG_HOME, XDG_DATA_HOME and XDG_STATE_HOME.

    Raises:
        ConfigurationError: there is no home directory.
    """
    try:
        dirs = platformdirs.PlatformDirs("nemochat", appauthor=False)
        return Directories(dirs.user_config_path, dirs.user_data_path, dirs.user_state_path)
    except RuntimeError:
        raise ConfigurationError("there is no home directory", "Set HOME") from None


def write_names(state: Path, kind: str, names: Iterable[str]) -> None:
    """Write the names that shells complete, one a line; failures are ignored.

    Args:
        state: The folder of what is neither configuration nor conversations.
        kind: `CHATS` or `MODELS`.
        names: All names of this kind; those that do not fit on a line are left out.
    """
    path = state / "names" / kind
    content = "".join(f"{name}\n" for name in sorted(set(names)) if name and name.isprintable())
    with suppress(OSError):
        if path.exists() and path.read_text("utf-8", "replace") == content:
            return
        if not content and not path.exists():
            return
        make_private_folder(path.parent)
        write_atomically(path, content.encode("utf-8", "replace"), mode=PRIVATE)
