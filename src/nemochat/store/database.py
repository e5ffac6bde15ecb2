"""The only door to sqlite3: one database file that crashes and crowds cannot harm."""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from nemochat.errors import StoreError

if TYPE_CHECKING:
    from sqlite3 import Connection

VERSION = 1
SECONDS_BUSY = 5.0  # to wait for other processes


class Database:
    """The database at `path`, opened when it is first needed."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._connection: Connection | None = None

    def close(self) -> None:
        """Close the file."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    @contextmanager
    def writing(self, synchronous: str = "FULL") -> Iterator[Connection]:
        """One transaction: all of it is on the disk, or nothing.

        Args:
            synchronous: "FULL" survives a power cut, "NORMAL" the end of the process.

        Raises:
            StoreError: it cannot be kept.
        """
        with self.reading() as db:
            db.execute(f"PRAGMA synchronous = {synchronous}")
            db.execute("BEGIN IMMEDIATE")
            try:
                yield db
            except BaseException:
                db.rollback()
                raise
            db.commit()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """The open database; what SQLite says against it becomes a sentence."""
        import sqlite3

        try:
            if self._connection is None:
                self._connection = _connect(self.path)
            yield self._connection
        except sqlite3.IntegrityError as error:
            if "conversations.name" in str(error):
                raise StoreError("another conversation has this name") from error
            raise StoreError(f"the database {self.path} refuses it ({error})") from error
        except (sqlite3.Error, OSError) as error:
            raise StoreError(f"the database {self.path} cannot be used ({_why(error)})") from error


def _connect(path: Path) -> Connection:
    import sqlite3

    _prepare(path)
    db = sqlite3.connect(path, timeout=SECONDS_BUSY, isolation_level=None)
    try:
        _wait_for_wal(db)
        db.execute("PRAGMA foreign_keys = ON")
        db.execute("BEGIN IMMEDIATE")
        (version,) = db.execute("PRAGMA user_version").fetchone()
        _refuse_newer(version, path)
        if version == 0:
            for statement in _statements():
                db.execute(statement)
            db.execute(f"PRAGMA user_version = {VERSION}")
        db.execute("COMMIT")
    except BaseException:
        db.close()
        raise
    return db


def _refuse_newer(version: int, path: Path) -> None:
    if version > VERSION:
        raise StoreError(
            f"the database {path} is of a newer nemochat", "Update nemochat; it is left as it is"
        )


def _wait_for_wal(db: Connection) -> None:
    """Switch to write-ahead logging; the switch does not wait for other processes by itself."""
    import sqlite3

    deadline = time.monotonic() + SECONDS_BUSY
    while True:
        try:
            db.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > deadline:
                raise
            time.sleep(0.02)
        else:
            return


def _prepare(path: Path) -> None:
    """Make the directory and the file, for their owner alone whatever the umask is."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if path.is_symlink() and path.lstat().st_uid != os.getuid():
        raise StoreError(f"{path} is somebody else's link", "It is left as it is")
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    except FileExistsError:
        if stat.S_ISDIR(path.stat().st_mode):
            raise StoreError(f"{path} is a directory, not a database") from None


def _statements() -> Iterator[str]:
    text = files("nemochat.store").joinpath("schema.sql").read_text(encoding="utf-8")
    lines = (line.partition("--")[0] for line in text.splitlines())
    yield from (s for statement in "\n".join(lines).split(";") if (s := statement.strip()))


def _why(error: Exception) -> str:
    return error.strerror or str(error) if isinstance(error, OSError) else str(error)
