"""Connections to SQLite files: our own database, and files that are only read."""

from __future__ import annotations

import fcntl
import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from sqlite3 import Connection
from typing import TypeVar
from urllib.parse import quote

from nemochat.atomic import PRIVATE, create_private_file, make_private_folder
from nemochat.errors import StoreError
from nemochat.signals import SaveSignals, has_to_give_up
from nemochat.store import rows

T = TypeVar("T")
SECONDS_BUSY = 5.0  # to wait for other processes
SECONDS_TO_READ = 30.0  # for all queries of one record in a file that may be hostile
LONGEST_TEXT = 16 * 1024 * 1024  # bytes of a cell in such a file
_SECONDS_BETWEEN_SIGNALS = 0.05  # a lock is waited for in steps, which signals can end
_STEPS_BETWEEN_SIGNALS = 10_000  # of SQLite's virtual machine: about a millisecond
_FULL, _BUSY, _INTERRUPTED = 13, 5, 9  # SQLITE_FULL, SQLITE_BUSY, SQLITE_INTERRUPT
_SUFFIXES = ("", "-wal", "-shm")  # a database is up to three files


def open_database(path: Path, timeout: float) -> Connection:
    """Open our own database, creating or migrating it where necessary.

    Raises:
        StoreError: it is something else, or was created by a newer version.
        OSError: the folder or the file cannot be used.
    """
    try:
        prepare_database_file(path)
        patience = min(timeout, _SECONDS_BETWEEN_SIGNALS)
        db = sqlite3.connect(path, timeout=patience, isolation_level=None)
        try:
            _configure(db, path, timeout)
        except BaseException:
            db.close()
            raise
    except (OSError, sqlite3.OperationalError):
        if not path.is_file() or os.access(path.parent, os.W_OK):
            raise
        return open_read_only(path, immutable=True)  # on a read-only disk
    return db


def _configure(db: Connection, path: Path, timeout: float) -> None:
    wait_for_lock(lambda: rows.read_version(db), timeout)
    version = rows.read_version(db)
    if version > rows.VERSION:
        raise newer_version_error(path)
    wait_for_lock(lambda: db.execute("PRAGMA journal_mode = WAL"), timeout)
    db.execute("PRAGMA temp_store = MEMORY")  # nothing is written outside our folders
    db.execute("PRAGMA secure_delete = ON")  # deleted text is overwritten
    if version < rows.VERSION:
        wait_for_lock(lambda: db.execute("BEGIN IMMEDIATE"), timeout)
        if 0 < (version := rows.read_version(db)) < rows.VERSION:  # no other process was faster
            copy_database(path, choose_backup_name(path, f"version-{version}"))
        rows.migrate(db)
        db.execute("COMMIT")
    db.execute("PRAGMA foreign_keys = ON")
    db.execute("PRAGMA cache_size = -128")  # kB; saving a long answer would fill the default 2 MB


def wait_for_lock(execute: Callable[[], T], seconds: float) -> T:
    """Call `execute` until no other process holds the lock, and return its result.

    Raises:
        sqlite3.OperationalError: the lock is held for longer, or a signal came.
    """
    deadline = time.monotonic() + seconds
    while True:
        try:
            return execute()
        except sqlite3.OperationalError as error:
            if getattr(error, "sqlite_errorcode", 0) & 0xFF != _BUSY:
                raise
            if time.monotonic() >= deadline or has_to_give_up():
                raise
            time.sleep(_SECONDS_BETWEEN_SIGNALS / 5)


@contextmanager
def interruptible(db: Connection, seconds: float | None = None) -> Iterator[None]:
    """Let signals end the queries on a connection, and a deadline if there is one.

    A signal is obeyed afterwards: sqlite3 swallows what a handler raises within a callback.
    """
    deadline = time.monotonic() + seconds if seconds is not None else float("inf")
    with SaveSignals(can_give_up=True):
        db.set_progress_handler(
            lambda: has_to_give_up() or time.monotonic() > deadline, _STEPS_BETWEEN_SIGNALS
        )
        try:
            yield
        finally:
            db.set_progress_handler(None, 0)


@contextmanager
def open_foreign(path: Path, *, trusted: bool = False) -> Iterator[Connection]:
    """Open a database for reading; no byte of it is changed.

    Args:
        path: The file.
        trusted: Whether it is our own database. Otherwise it may be hostile: cells are limited to
            `LONGEST_TEXT`, and all queries together to `SECONDS_TO_READ`.

    Raises:
        StoreError: it cannot be read.
    """
    try:
        with closing(_open_foreign(path)) as db:
            db.execute("PRAGMA query_only = ON")
            if not trusted:
                db.execute("SELECT count(*) FROM sqlite_master")  # loads the schema: see below
                db.execute("PRAGMA trusted_schema = OFF")  # rejects a schema with json_extract
                db.execute("PRAGMA cell_size_check = ON")
                db.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LONGEST_TEXT)
            db.text_factory = lambda content: content.decode("utf-8", "replace")
            with interruptible(db, None if trusted else SECONDS_TO_READ):
                yield db
    except (sqlite3.Error, OSError, UnicodeDecodeError) as error:
        raise StoreError(f"the database {path} cannot be read ({describe(error)})") from error


def list_columns(db: Connection, table: str) -> set[str]:
    """Return the stored columns of a table, or an empty set.

    Views, virtual tables and generated columns are left out: a hostile file can make these
    compute endless or huge values.
    """
    row = db.execute(
        "SELECT sql FROM main.sqlite_master WHERE type = 'table' AND name = ?", (table,)
    ).fetchone()
    if row is None or str(row[0]).upper().startswith("CREATE VIRTUAL"):
        return set()
    columns = db.execute("SELECT name, hidden FROM pragma_table_xinfo(?)", (table,))
    return {str(name) for name, hidden in columns if not hidden}


def _open_foreign(path: Path) -> Connection:
    log = path.with_name(f"{path.name}-wal")
    with path.open("rb") as file:
        is_logged = file.read(20)[18:] == b"\2\2"
    if is_logged and not log.exists():  # no process uses it; SQLite would leave a log behind
        return open_read_only(path, immutable=True)
    db = open_read_only(path, immutable=False)
    try:
        wait_for_lock(lambda: db.execute("SELECT count(*) FROM sqlite_master"), SECONDS_BUSY)
    except sqlite3.OperationalError:  # its log cannot be created: the folder is read-only
        db.close()
        return open_read_only(path, immutable=True)
    except BaseException:
        db.close()
        raise
    return db


def open_read_only(path: Path, *, immutable: bool) -> Connection:
    """Open a database for reading; an immutable one is read without its log."""
    flags = "mode=ro&immutable=1" if immutable else "mode=ro"
    return sqlite3.connect(
        f"file:{quote(str(path))}?{flags}",
        uri=True,
        timeout=_SECONDS_BETWEEN_SIGNALS,
        isolation_level=None,
    )


def describe(error: Exception) -> str:
    """Return why a database cannot be used, in the words of the system or of SQLite."""
    if isinstance(error, OSError):
        return error.strerror or str(error)
    if isinstance(error, UnicodeDecodeError):  # in SQLite's own message, which quotes the schema
        return "its schema is damaged"
    code = getattr(error, "sqlite_errorcode", 0)
    return {_FULL: "the disk is full", _INTERRUPTED: "it took too long"}.get(code, str(error))


def newer_version_error(path: Path) -> StoreError:
    """Return the error for a database that this version cannot use."""
    return StoreError(
        f"the database {path} was created by a newer version of nemochat",
        "Update nemochat; until then conversations are not saved",
    )


def check_database_file(path: Path) -> None:
    """Raise StoreError if something that is not a regular file has the database's name.

    It is left alone, as is the target of a symbolic link.
    """
    kind = ""
    if path.is_symlink():
        kind = "a symbolic link"
    elif path.is_dir():
        kind = "a folder"
    elif path.exists() and not path.is_file():  # reading a pipe would block
        kind = "a special file"
    if kind:
        raise StoreError(
            f"{path} is {kind}, not a database",
            "Move it away so that conversations can be saved",
        )


def prepare_database_file(path: Path) -> None:
    """Create the folder and the file of a database, or make the existing file private.

    Raises:
        StoreError: something else has its name.
    """
    make_private_folder(path.parent)
    check_database_file(path)
    with suppress(FileExistsError):
        os.close(create_private_file(path))
        return
    status = path.stat()
    if status.st_mode & 0o077 and status.st_uid == os.getuid():
        path.chmod(PRIVATE)


def choose_backup_name(path: Path, kind: str) -> Path:
    """Return an unused name next to `path`, with the kind of backup and the time."""
    time = datetime.now(UTC).strftime("%Y%m%dT%H%M%S")
    name, number = path.with_name(f"{path.name}.{kind}-{time}"), 1
    while name.exists():
        number += 1
        name = path.with_name(f"{path.name}.{kind}-{time}-{number}")
    return name


def move_aside(path: Path) -> Path | None:
    """Rename a damaged database and its log, and return the new name.

    None means that another process was faster, and that the file is a new one.
    """
    with path.open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        if not path.exists() or not os.path.samestat(os.fstat(file.fileno()), path.stat()):
            return None
        aside = choose_backup_name(path, "corrupt")
        for suffix in reversed(_SUFFIXES):
            with suppress(FileNotFoundError):
                Path(f"{path}{suffix}").rename(f"{aside}{suffix}")
    return aside


def copy_database(path: Path, target: Path) -> None:
    """Copy a database into a new file, over another connection: one that writes would wait.

    Raises:
        OSError: the file cannot be created; FileExistsError if it exists.
    """
    os.close(create_private_file(target))
    try:
        with (
            closing(open_read_only(path, immutable=False)) as db,
            closing(sqlite3.connect(target)) as copy,
        ):
            db.execute(f"PRAGMA busy_timeout = {SECONDS_BUSY * 1000:.0f}")
            db.backup(copy)
            copy.execute("PRAGMA journal_mode = DELETE")  # a single file
    except BaseException:
        target.unlink()
        raise
