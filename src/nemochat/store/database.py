"""The SQLite database: opening, transactions, and recovery from damage and locks."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from shlex import quote as quoted
from sqlite3 import Connection
from urllib.parse import quote

from nemochat.errors import ConversationDeleted, NameTaken, StoreError, UsageError
from nemochat.store import tables_sql
from nemochat.store.private_files import (
    backup_name,
    create_private_file,
    move_aside,
    prepare_database_file,
)
from nemochat.store.rows import DELETED

SECONDS_BUSY = 5.0  # to wait for other processes
_FULL = 13  # SQLITE_FULL
SECONDS_STREAMING = 0.05  # to wait for other processes while an answer streams
_READ_ONLY = 8  # SQLITE_READONLY
_DAMAGED = {11, 26}  # SQLITE_CORRUPT, SQLITE_NOTADB


@contextmanager
def open_foreign(path: Path) -> Iterator[Connection]:
    """Somebody's database opened to be read alone; no byte of it is changed.

    Raises:
        StoreError: it cannot be read.
    """
    try:
        with closing(_open_foreign(path)) as db:
            yield db
    except (sqlite3.Error, OSError) as error:
        raise StoreError(f"the database {path} cannot be read ({reason_for(error)})") from error


def _open_foreign(path: Path) -> Connection:
    log = path.with_name(f"{path.name}-wal")
    with path.open("rb") as file:
        logged = file.read(20)[18:] == b"\2\2"
    if logged and not log.exists():  # nobody has it open; SQLite would leave a log behind
        return open_read_only(path, immutable=True)
    try:
        db = open_read_only(path, immutable=False)
        return check_connection(
            db, lambda: db.execute("SELECT count(*) FROM sqlite_master").fetchone()
        )
    except sqlite3.OperationalError:  # its log cannot be made: nobody can write here
        return open_read_only(path, immutable=True)


def open_read_only(path: Path, *, immutable: bool) -> Connection:
    """A database that nothing is written to; an immutable one is read without its log."""
    flags = "mode=ro&immutable=1" if immutable else "mode=ro"
    return sqlite3.connect(
        f"file:{quote(str(path))}?{flags}", uri=True, timeout=SECONDS_BUSY, isolation_level=None
    )


def check_connection(db: Connection, use: Callable[[], object]) -> Connection:
    """A connection that can be used so; it is closed where it cannot."""
    try:
        use()
    except BaseException:
        db.close()
        raise
    return db


def reason_for(error: Exception) -> str:
    """Why a database cannot be used, in the words of the system or of SQLite."""
    if isinstance(error, OSError):
        return error.strerror or str(error)
    if getattr(error, "sqlite_errorcode", None) == _FULL:
        return "the disk is full"
    return str(error)


class Database:
    """The database at `path`, opened when it is first needed.

    Attributes:
        path: Where it is.
        seconds: How long it waits for a lock of another process.
    """

    def __init__(self, path: Path, seconds: float = SECONDS_BUSY) -> None:
        self.path = path
        self.seconds = seconds
        self._timeout = seconds
        self._news: list[str] = []
        self._connection: Connection | None = None

    def close(self) -> None:
        """Close the file."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    @contextmanager
    def transaction(self, synchronous: str = "FULL", *, wait: bool = True) -> Iterator[Connection]:
        """One transaction: all of it is on the disk, or nothing.

        Args:
            synchronous: "FULL" survives a power cut, "NORMAL" the end of the process.
            wait: Whether to wait `seconds` for a lock, or hardly at all.

        Raises:
            StoreError: it cannot be kept.
        """
        with self.connection(wait=wait) as db:
            if db.in_transaction:  # a signal came between a transaction's begin and its care
                db.rollback()
            db.execute(f"PRAGMA synchronous = {synchronous}")
            db.execute("BEGIN IMMEDIATE")
            try:
                yield db
                db.commit()
            except BaseException:
                db.rollback()
                raise

    @contextmanager
    def connection(self, *, wait: bool = True) -> Iterator[Connection]:
        """The open database; what SQLite says against it becomes a sentence.

        Args:
            wait: Whether to wait `seconds` for a lock, or hardly at all.

        Raises:
            StoreError: it cannot be used.
        """
        try:
            yield self._ready(self.seconds if wait else min(self.seconds, SECONDS_STREAMING))
        except sqlite3.IntegrityError as error:
            raise _busy_error(error, self.path) from error
        except (sqlite3.Error, OSError) as error:
            if getattr(error, "sqlite_errorcode", 0) & 0xFF == _READ_ONLY:
                self.close()  # the next attempt opens it anew: it may be writable by then
            raise StoreError(
                f"the database {self.path} cannot be used ({reason_for(error)})"
            ) from error

    def backup(self, target: Path) -> None:
        """Copy the whole database into a new file, also while others write.

        Raises:
            UsageError: there is something of this name.
            StoreError: it cannot be written.
        """
        with self.connection():
            try:
                _copy(self.path, target)
            except FileExistsError:
                raise UsageError(f"{target} is there already", "It is left as it is") from None
            except OSError as error:
                raise StoreError(f"{target} cannot be written ({error.strerror})") from error

    def _ready(self, timeout: float) -> Connection:
        """Return the open database, with this timeout in seconds for locks."""
        if self._connection is None:
            self._connection = self._open(timeout)
            self._timeout = timeout
        elif self._timeout != timeout:
            self._connection.execute(f"PRAGMA busy_timeout = {timeout * 1000:.0f}")
            self._timeout = timeout
        return self._connection

    def _open(self, timeout: float) -> Connection:
        """The open database; one that is damaged is set aside, and a new one begun."""
        try:
            return _connect(self.path, timeout)
        except sqlite3.DatabaseError as error:
            if getattr(error, "sqlite_errorcode", None) not in _DAMAGED:
                raise
            if aside := move_aside(Path(os.path.realpath(self.path))):
                self._news.append(
                    f"the database {self.path.name} is damaged: it was set aside, whole, and a new"
                    f" one begun. What can be read comes back with nemochat chats import"
                    f" {quoted(str(aside))}"
                )
            return _connect(self.path, timeout)

    def take_notices(self) -> list[str]:
        """What its person should hear of it, each sentence once."""
        notices, self._news = self._news, []
        return notices


def _connect(path: Path, timeout: float) -> Connection:
    try:
        prepare_database_file(path)
        db = sqlite3.connect(path, timeout=timeout, isolation_level=None)
        return check_connection(db, lambda: _make_ready(db, path, timeout))
    except (OSError, sqlite3.OperationalError):
        if not path.is_file() or os.access(path.parent, os.W_OK):
            raise
        return open_read_only(path, immutable=True)  # on a disk that nobody writes to


def _make_ready(db: Connection, path: Path, timeout: float) -> None:
    version = tables_sql.version(db)
    if version > tables_sql.VERSION:
        raise StoreError(
            f"the database {path} is of a newer nemochat", "Update nemochat; it is left as it is"
        )
    _enable_wal(db, timeout)
    db.execute("PRAGMA temp_store = MEMORY")  # nothing is written outside our folders
    db.execute("PRAGMA secure_delete = ON")  # what is deleted is overwritten
    if version < tables_sql.VERSION:
        db.execute("BEGIN IMMEDIATE")  # others may be at it: look again when they are done
        if 0 < (version := tables_sql.version(db)) < tables_sql.VERSION:
            _copy(path, backup_name(path, f"version-{version}"))
        tables_sql.migrate(db)
        db.execute("COMMIT")
    db.execute("PRAGMA foreign_keys = ON")
    db.execute("PRAGMA cache_size = -128")  # kB; keeping a long answer would fill the usual 2 MB


def _copy(path: Path, target: Path) -> None:
    """Copy a database into a new file, over a connection of its own: one that writes would wait.

    Raises:
        OSError: the file cannot be made; FileExistsError if there is one.
    """
    os.close(create_private_file(target))
    try:
        with (
            closing(open_read_only(path, immutable=False)) as db,
            closing(sqlite3.connect(target)) as copy,
        ):
            db.backup(copy)
            copy.execute("PRAGMA journal_mode = DELETE")  # one file, whole by itself
    except BaseException:
        target.unlink()
        raise


def _enable_wal(db: Connection, timeout: float) -> None:
    """Switch to write-ahead logging; the switch does not wait for other processes by itself."""
    deadline = time.monotonic() + timeout
    while True:
        try:
            db.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > deadline:
                raise
            time.sleep(0.02)
        else:
            return


def _busy_error(error: Exception, path: Path) -> StoreError:
    """What a broken rule means: who wrote in between, and what."""
    if "conversations.name" in str(error):
        return NameTaken("another conversation has this name")
    if "FOREIGN KEY" in str(error):
        return ConversationDeleted(*DELETED)
    return StoreError(f"the database {path} refuses it ({error})")
