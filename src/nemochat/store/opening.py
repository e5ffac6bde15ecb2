"""How is a file of SQLite opened: tried first, or to be read alone? A door to sqlite3."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from nemochat.errors import StoreError

if TYPE_CHECKING:
    from sqlite3 import Connection

SECONDS_BUSY = 5.0  # to wait for other processes
_FULL = 13  # SQLITE_FULL


@contextmanager
def foreign(path: Path) -> Iterator[Connection]:
    """Somebody's database opened to be read alone; no byte of it is changed.

    Raises:
        StoreError: it cannot be read.
    """
    import sqlite3

    try:
        with closing(_foreign(path)) as db:
            yield db
    except (sqlite3.Error, OSError) as error:
        raise StoreError(f"the database {path} cannot be read ({why(error)})") from error


def _foreign(path: Path) -> Connection:
    import sqlite3

    log = path.with_name(f"{path.name}-wal")
    with path.open("rb") as file:
        logged = file.read(20)[18:] == b"\2\2"
    if logged and not log.exists():  # nobody has it open; SQLite would leave a log behind
        return read_only(path, immutable=True)
    try:
        db = read_only(path, immutable=False)
        return tried(db, lambda: db.execute("SELECT count(*) FROM sqlite_master").fetchone())
    except sqlite3.OperationalError:  # its log cannot be made: nobody can write here
        return read_only(path, immutable=True)


def read_only(path: Path, *, immutable: bool) -> Connection:
    """A database that nothing is written to; an immutable one is read without its log."""
    import sqlite3

    flags = "mode=ro&immutable=1" if immutable else "mode=ro"
    return sqlite3.connect(
        f"file:{quote(str(path))}?{flags}", uri=True, timeout=SECONDS_BUSY, isolation_level=None
    )


def tried(db: Connection, use: Callable[[], object]) -> Connection:
    """A connection that can be used so; it is closed where it cannot."""
    try:
        use()
    except BaseException:
        db.close()
        raise
    return db


def why(error: Exception) -> str:
    """Why a database cannot be used, in the words of the system or of SQLite."""
    if isinstance(error, OSError):
        return error.strerror or str(error)
    if getattr(error, "sqlite_errorcode", None) == _FULL:
        return "the disk is full"
    return str(error)
