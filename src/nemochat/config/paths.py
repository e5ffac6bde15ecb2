"""Folders of the platform: configuration, data and state."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import platformdirs

from nemochat.errors import ConfigurationError


class Directories(NamedTuple):
    """Where nemochat keeps what: settings, conversations, and what was typed."""

    config: Path
    data: Path
    state: Path

    @property
    def database(self) -> Path:
        """The file that holds the conversations."""
        return self.data / "nemochat.db"


def directories() -> Directories:
    """The platform's directories; XDG_CONFIG_HOME, XDG_DATA_HOME and XDG_STATE_HOME are honoured.

    Raises:
        ConfigurationError: there is no home directory to put them in.
    """
    try:
        dirs = platformdirs.PlatformDirs("nemochat", appauthor=False)
        return Directories(dirs.user_config_path, dirs.user_data_path, dirs.user_state_path)
    except RuntimeError:
        raise ConfigurationError("there is no home directory", "Set HOME") from None
