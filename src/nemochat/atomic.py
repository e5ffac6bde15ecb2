"""Atomic writes of files, and private folders."""

from __future__ import annotations

import errno
import os
from contextlib import suppress
from pathlib import Path
from stat import S_IMODE

PRIVATE = 0o600  # the mode of a file for its owner alone
SHARED = 0o666  # that of one for whom the umask lets


def make_private_folder(path: Path) -> None:
    """Make a folder and those above it where they lack, for their owner alone."""
    if not path.is_dir():
        if path.exists():
            raise NotADirectoryError(errno.ENOTDIR, f"{path} is not a directory")
        make_private_folder(path.parent)
        path.mkdir(mode=0o700, exist_ok=True)


def create_private_file(path: Path) -> int:
    """Create a file for its owner alone and return its descriptor; FileExistsError if it exists."""
    return os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_CLOEXEC, PRIVATE)


def write_atomically(path: Path, content: bytes, *, mode: int) -> None:
    """Put a content in the place of a file's: after a crash the old one is there, or the new one.

    Args:
        path: The file. A link leads where it led.
        content: All of it.
        mode: Of a new file, less what the umask takes; one that is there keeps its permissions.

    Raises:
        OSError: it cannot be written; what was there is as it was.
    """
    target = Path(os.path.realpath(path))
    temporary = target.with_name(f".{target.name[:64]}.{os.urandom(4).hex()}")
    flags = os.O_CREAT | os.O_EXCL | os.O_WRONLY | getattr(os, "O_CLOEXEC", 0)
    descriptor = os.open(temporary, flags, mode)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            with suppress(FileNotFoundError):
                temporary.chmod(S_IMODE(target.stat().st_mode))
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(target)
    except BaseException:
        with suppress(FileNotFoundError):
            temporary.unlink()
        raise
