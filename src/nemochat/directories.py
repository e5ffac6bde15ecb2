"""Where nemochat keeps what; the only door to platformdirs."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from nemochat.errors import ConfigurationError


@dataclass(frozen=True, slots=True)
class Directories:
    """Where nemochat keeps what: settings, conversations, and what was typed."""

    config: Path
    data: Path
    state: Path


def directories() -> Directories:
    """The platform's directories; XDG_CONFIG_HOME, XDG_DATA_HOME and XDG_STATE_HOME are honoured.

    Raises:
        ConfigurationError: there is no home directory to put them in.
    """
    import platformdirs

    try:
        dirs = platformdirs.PlatformDirs("nemochat", appauthor=False)
        return Directories(dirs.user_config_path, dirs.user_data_path, dirs.user_state_path)
    except RuntimeError:
        raise ConfigurationError("there is no home directory", "Set HOME") from None
