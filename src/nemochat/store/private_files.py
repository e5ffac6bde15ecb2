"""Private files and folders of the database, whatever the umask is."""

from __future__ import annotations

import fcntl
import os
import stat
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from nemochat.atomic import make_private_folder
from nemochat.errors import StoreError

BESIDE = ("", "-wal", "-shm")  # a database is up to three files


def create_private_file(path: Path) -> int:
    """Make a new file for its owner alone; its descriptor, or FileExistsError if there is one."""
    return os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_CLOEXEC, 0o600)


def prepare_database_file(path: Path) -> None:
    """Make the folder and the file of a database, or see that what is there may be one.

    Raises:
        StoreError: something else stands in its place; it is left as it is.
    """
    make_private_folder(path.parent)
    if path.is_symlink() and path.lstat().st_uid != os.getuid():
        raise StoreError(f"{path} is somebody else's link", "It is left as it is")
    with suppress(FileExistsError):
        os.close(create_private_file(path))
        return
    status = path.stat()
    if not stat.S_ISREG(status.st_mode):
        kind = "a directory" if stat.S_ISDIR(status.st_mode) else "not a file"
        raise StoreError(f"{path} is {kind}, not a database", "It is left as it is")
    if status.st_mode & 0o077 and status.st_uid == os.getuid():
        path.chmod(0o600)


def backup_name(path: Path, what: str) -> Path:
    """A name beside `path` that tells what it is and when it was made: nothing has it yet."""
    time = datetime.now(UTC).strftime("%Y%m%dT%H%M%S")
    name, number = path.with_name(f"{path.name}.{what}-{time}"), 1
    while name.exists():
        number += 1
        name = path.with_name(f"{path.name}.{what}-{time}-{number}")
    return name


def move_aside(path: Path) -> Path | None:
    """Rename a damaged database with its log, changing no byte; return its new name.

    None: another process was quicker, and what stands here now is new.
    """
    with path.open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        if not path.exists() or not os.path.samestat(os.fstat(file.fileno()), path.stat()):
            return None
        aside = backup_name(path, "corrupt")
        for end in reversed(BESIDE):
            with suppress(FileNotFoundError):
                Path(f"{path}{end}").rename(f"{aside}{end}")
    return aside
