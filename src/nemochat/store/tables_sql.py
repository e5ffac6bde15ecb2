"""Migrations of the database: one step per version, all in one transaction."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlite3 import Connection

VERSION = 4


def version(db: Connection) -> int:
    """The version of an open database's tables; 0 where there are none yet."""
    (number,) = db.execute("PRAGMA user_version").fetchone()
    assert isinstance(number, int)
    return number


def migrate(db: Connection) -> None:
    """Take the steps from the version that is there to ours, within the caller's transaction."""
    for step in range(version(db) + 1, VERSION + 1):
        for statement in _statements(step):
            db.execute(statement)
        db.execute(f"PRAGMA user_version = {step}")


def _statements(step: int) -> Iterator[str]:
    """The statements of a step; a trigger is one, however many it holds."""
    source = Path(__file__).with_name("migrations") / f"{step}.sql"
    statement = ""
    for line in source.read_text("utf-8").splitlines():
        statement += line.partition("--")[0].rstrip() + "\n"
        if statement.endswith("END;\n" if "CREATE TRIGGER" in statement else ";\n"):
            yield statement
            statement = ""
