"""The SQLite database: transactions, and recovery from damage, locks and deletion."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from shlex import quote
from sqlite3 import Connection

from nemochat.errors import ConversationDeleted, NameTaken, StoreError, UsageError
from nemochat.store import connect, rows
from nemochat.store.connect import SECONDS_BUSY, wait_for_lock

SECONDS_STREAMING = 0.05  # to wait for other processes while an answer streams
LONGEST_LOG = 1024 * 1024  # bytes of the write-ahead log that may be left behind at the end
_READ_ONLY = 8  # SQLITE_READONLY
_DAMAGED = {11, 26}  # SQLITE_CORRUPT, SQLITE_NOTADB
_SIGNS_OF_DAMAGE = ("not a database", "malformed")


class Database:
    """The database at `path`, opened when it is first needed.

    Attributes:
        path: The file.
        seconds: How long to wait for a lock of another process.
        generation: How often the file was deleted while it was open.
    """

    def __init__(self, path: Path, seconds: float = SECONDS_BUSY) -> None:
        self.path = path
        self.seconds = seconds
        self.generation = 0
        self._file: os.stat_result | None = None
        self._notices: list[str] = []
        self._connection: Connection | None = None

    def close(self) -> None:
        """Close the file, and shorten its log if that is long."""
        self.shorten_log()
        db, self._connection = self._connection, None
        if db is not None:
            db.close()

    def shorten_log(self) -> None:
        """Write a log of more than `LONGEST_LOG` bytes into the file, for a copy of it alone."""
        with suppress(sqlite3.Error, OSError):
            log = self.path.with_name(f"{self.path.name}-wal")
            if self._connection is not None and log.stat().st_size > LONGEST_LOG:
                self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    @contextmanager
    def transaction(self, synchronous: str = "FULL", *, wait: bool = True) -> Iterator[Connection]:
        """Run one transaction: all of it is on the disk afterwards, or nothing.

        Args:
            synchronous: "FULL" survives a power cut, "NORMAL" a crash of the process.
            wait: Whether to wait `seconds` for a lock, or hardly at all.

        Raises:
            StoreError: it cannot be saved.
        """
        with self.connection(wait=wait) as db:
            if db.in_transaction:  # a signal came right after the BEGIN of an earlier transaction
                db.rollback()
            db.execute(f"PRAGMA synchronous = {synchronous}")
            wait_for_lock(lambda: db.execute("BEGIN IMMEDIATE"), self._patience(wait=wait))
            try:
                yield db
                db.commit()
            except BaseException:
                db.rollback()
                raise

    @contextmanager
    def connection(self, *, wait: bool = True) -> Iterator[Connection]:
        """Yield the open database; errors of SQLite become sentences.

        Args:
            wait: Whether to wait `seconds` for a lock, or hardly at all.

        Raises:
            StoreError: it cannot be used.
        """
        try:
            self._forget_if_deleted()
            if self._connection is None:
                self._connection = self._open(self._patience(wait=wait))
                self._file = self.path.stat()
            yield self._connection
        except sqlite3.IntegrityError as error:
            raise _explain_conflict(error, self.path) from error
        except (sqlite3.Error, OSError, UnicodeDecodeError) as error:
            if getattr(error, "sqlite_errorcode", 0) & 0xFF == _READ_ONLY:
                self.close()  # the next attempt may find it writable
            reason = connect.describe(error)
            raise StoreError(f"the database {self.path} cannot be used ({reason})") from error

    def backup(self, target: Path) -> None:
        """Copy the database into a new file, even while other processes write.

        Raises:
            UsageError: the file exists.
            StoreError: it cannot be written.
        """
        with self.connection():
            try:
                connect.copy_database(self.path, target)
            except FileExistsError:
                raise UsageError(f"{target} already exists", "Choose another name") from None
            except OSError as error:
                raise StoreError(f"{target} cannot be written ({error.strerror})") from error

    def take_notices(self) -> list[str]:
        """Return what the user should know about the database, each sentence once."""
        notices, self._notices = self._notices, []
        return notices

    def _patience(self, *, wait: bool) -> float:
        return self.seconds if wait else min(self.seconds, SECONDS_STREAMING)

    def _forget_if_deleted(self) -> None:
        """Close a file that was deleted, or replaced by another one."""
        if self._connection is None or self._file is None:
            return
        with suppress(FileNotFoundError, NotADirectoryError):
            if os.path.samestat(self.path.stat(), self._file):
                return
        self._connection.close()
        self._connection = None
        self.generation += 1
        self._notices.append(
            f"The database {self.path} was deleted or replaced while nemochat was using it."
            " The conversation is still in memory and is saved in a new database."
        )

    def _open(self, seconds: float) -> Connection:
        """Return the open database; a damaged one is moved aside, and a new one created."""
        try:
            return connect.open_database(self.path, seconds)
        except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
            is_damaged = isinstance(error, UnicodeDecodeError) or (
                getattr(error, "sqlite_errorcode", None) in _DAMAGED
            )
            if not is_damaged:
                raise
            if aside := connect.move_aside(self.path):
                self._notices.append(
                    f"The database {self.path.name} is damaged: it was moved aside intact, and a"
                    " new one was created. To recover what is readable, run nemochat chats import"
                    f" --with-settings {quote(str(aside))}"
                )
            return connect.open_database(self.path, seconds)


def count_conversations(path: Path) -> int:
    """Check the integrity of a database without changing it, and count its conversations.

    Raises:
        StoreError: it is damaged, was created by a newer version, or cannot be read.
    """
    hint = (
        "The next chat moves it aside and creates a new one; to recover what is readable, run"
        f" nemochat chats import --with-settings {quote(str(path))}.corrupt-…"
    )
    connect.check_database_file(path)
    try:
        with connect.open_foreign(path, trusted=True) as db:
            version = rows.read_version(db)
            if version > rows.VERSION:
                raise connect.newer_version_error(path)
            (message,) = db.execute("PRAGMA integrity_check(1)").fetchone()
            count = 0
            if version and message == "ok":
                (count,) = db.execute("SELECT count(*) FROM conversations").fetchone()
    except StoreError as error:
        if not error.hint and any(sign in error.sentence for sign in _SIGNS_OF_DAMAGE):
            error.hint = hint
        raise
    if message != "ok":
        raise StoreError(f"the database {path} is damaged ({message})", hint)
    return int(count)


def _explain_conflict(error: Exception, path: Path) -> StoreError:
    """Return what another process has written in the meantime."""
    if "conversations.name" in str(error):
        return NameTaken("another conversation has this name")
    if "FOREIGN KEY" in str(error):
        return ConversationDeleted(*rows.DELETED)
    return StoreError(f"the database {path} rejected a change ({error})")
