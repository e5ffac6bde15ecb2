"""Atomic writes of files, and private folders."""

from __future__ import annotations

import errno
import os
from contextlib import suppress
from pathlib import Path
from stat import S_IMODE

PRIVATE = 0o600  # mode of a file for its owner only
SHARED = 0o666  # mode of a file for everyone that the umask permits
PERMISSIONS = 0o777  # mode bits kept when a file is replaced, without set-user-ID and set-group-ID


def make_private_folder(path: Path) -> None:
    """Create a folder and its missing parents, for their owner only."""
    if not path.is_dir():
        if path.exists():
            raise NotADirectoryError(errno.ENOTDIR, f"{path} is not a directory")
        make_private_folder(path.parent)
        path.mkdir(mode=0o700, exist_ok=True)


def create_private_file(path: Path) -> int:
    """Create a file for its owner alone and return its descriptor; FileExistsError if it exists."""
    return os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_CLOEXEC, PRIVATE)


def write_atomically(path: Path, content: bytes, *, mode: int) -> None:
    """Replace the content of a file, so that a crash leaves either the old or the new content.

    Args:
        path: The file; symbolic links are followed.
        content: New content.
        mode: Mode of a new file, before the umask; an existing file keeps its permissions.

    Raises:
        OSError: the file cannot be written; it is unchanged.
    """
    target = Path(os.path.realpath(path))
    temporary = target.with_name(f".{target.name[:64]}.{os.urandom(4).hex()}")
    flags = os.O_CREAT | os.O_EXCL | os.O_WRONLY | getattr(os, "O_CLOEXEC", 0)
    existing: int | None = None
    with suppress(FileNotFoundError):
        existing = S_IMODE(target.stat().st_mode) & PERMISSIONS
    descriptor = os.open(temporary, flags, mode if existing is None else existing & mode)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            if existing is not None:
                temporary.chmod(existing)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(target)
    except BaseException:
        with suppress(FileNotFoundError):
            temporary.unlink()
        raise
