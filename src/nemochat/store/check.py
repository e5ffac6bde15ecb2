"""Integrity check of a database, which changes none of its bytes."""

from __future__ import annotations

from pathlib import Path
from shlex import quote
from sqlite3 import Connection

from nemochat.errors import StoreError
from nemochat.store import tables_sql
from nemochat.store.database import open_foreign

_DAMAGED = ("damaged", "not a database", "malformed")


def count_conversations(path: Path) -> int:
    """How many conversations a sound database holds.

    Raises:
        StoreError: it is damaged, of a newer nemochat, or cannot be read.
    """
    try:
        with open_foreign(path) as db:
            return _count(db, path)
    except StoreError as error:
        if not error.hint and any(word in error.sentence for word in _DAMAGED):
            error.hint = (
                "The next chat sets it aside and begins a new one; what can be read comes back with"
                f" nemochat chats import {quote(str(path))}.corrupt-…"
            )
        raise


def _count(db: Connection, path: Path) -> int:
    version = tables_sql.version(db)
    if version > tables_sql.VERSION:
        raise StoreError(
            f"the database {path} is of a newer nemochat",
            "Update nemochat; until then chats are not saved",
        )
    (message,) = db.execute("PRAGMA integrity_check(1)").fetchone()
    if message != "ok":
        raise StoreError(f"the database {path} is damaged ({message})")
    if version == 0:
        return 0
    (count,) = db.execute("SELECT count(*) FROM conversations").fetchone()
    assert isinstance(count, int)
    return count
