"""Catalogue of the saved conversations: listed, found by name or number, renamed, deleted."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from nemochat.core.conversation import LONGEST_TITLE, first_line
from nemochat.core.text import format_value
from nemochat.errors import NoSuchConversation, UsageError
from nemochat.store import rows

if TYPE_CHECKING:
    from sqlite3 import Connection

    from nemochat.store.database import Database

LISTED = "nemochat chats list, or /list in the chat, shows them"
MOST_NAMED = 5  # matches that an error lists
BY_NAME = "name:"  # before anything that is a name, even digits
_DIGITS = 18  # of the longest number that fits SQLite's integers
_DELETED_AT_ONCE = 500
_DELETE = (
    "DELETE FROM messages WHERE conversation IN (SELECT value FROM json_each(?))",
    "DELETE FROM conversations WHERE id IN (SELECT value FROM json_each(?))",
)
_ENTRIES = "SELECT id, coalesce(name, ''), first, started, touched, turns, cost FROM conversations"


class CatalogueEntry(NamedTuple):
    """A conversation in a list.

    Attributes:
        id: The number.
        name: The user's name for it, or "".
        first: The start of the first question.
        started: When it began.
        touched: When its newest message was written.
        turns: The number of questions in all branches.
        cost: US dollars of all answers; None if the endpoint reported none.
    """

    id: int
    name: str
    first: str
    started: datetime
    touched: datetime
    turns: int
    cost: float | None

    @property
    def title(self) -> str:
        """Return the name, or the first line of the first question."""
        return self.name or first_line(self.first)

    @property
    def reference(self) -> str:
        """Return what a user can type for this conversation: its name or its number."""
        return refer_to(self.name) if self.name else str(self.id)


class Catalogue:
    """The list of conversations in a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def entries(self, most: int = 20, after: int = 0) -> list[CatalogueEntry]:
        """Return at most `most` conversations, the latest first, without the first `after`."""
        return self._entries("ORDER BY last DESC, id DESC LIMIT ? OFFSET ?", most, after)

    def entry(self, number: int) -> CatalogueEntry:
        """Return the conversation of this number; NoSuchConversation if there is none."""
        entries = self._entries("WHERE id = ?", number)
        if not entries:
            raise NoSuchConversation(f"there is no conversation {number}", LISTED)
        return entries[0]

    def list_untouched(self, since: timedelta) -> list[CatalogueEntry]:
        """Return the conversations without a new message for this long, the oldest first."""
        before = (datetime.now(UTC) - since).isoformat(timespec="seconds")
        return self._entries("WHERE coalesce(touched, started) < ? ORDER BY last", before)

    def count(self) -> int:
        """Return the number of conversations."""
        with self._database.connection() as db:
            (number,) = db.execute("SELECT count(*) FROM conversations").fetchone()
        assert isinstance(number, int)
        return number

    def numbers(self) -> list[int]:
        """Return the numbers of all conversations, the oldest first."""
        with self._database.connection() as db:
            return [number for (number,) in db.execute("SELECT id FROM conversations ORDER BY id")]

    def names(self) -> list[str]:
        """Return the names of all conversations that have one."""
        with self._database.connection() as db:
            rows = db.execute("SELECT name FROM conversations WHERE name NOT NULL ORDER BY name")
            return [name for (name,) in rows]

    def find(self, reference: str) -> int:
        """Return the number of the conversation that a user refers to.

        Digits alone are always a number. Anything else is a name, or the beginning of exactly one
        name; after `name:` also a name that consists of digits, or that begins with `name:`.

        Raises:
            NoSuchConversation: there is none, or there are several.
        """
        reference = reference.strip()
        with self._database.connection() as db:
            if is_number(reference):
                number, near = _find_by_number(db, reference), []
            else:
                name = reference.removeprefix(BY_NAME).strip()
                number = _find_by_name(db, name)
                near = _names_with_prefix(db, name) if name else []
            has_name = _find_by_name(db, reference) is not None
        if number is not None:
            return number
        if len(near) == 1:
            return near[0][0]
        if near:
            names = ", ".join(format_value(name) for _, name in near[:MOST_NAMED])
            more = ", …" if len(near) > MOST_NAMED else ""
            raise NoSuchConversation(
                f"{format_value(reference)} matches {names}{more}", "Type more of the name"
            )
        hint = f"To refer to the name, type {refer_to(reference)}" if has_name else LISTED
        raise NoSuchConversation(f"there is no conversation {format_value(reference)}", hint)

    def find_exact(self, name: str) -> int | None:
        """Return the number of the conversation with exactly this name, or None."""
        with self._database.connection() as db:
            return _find_by_name(db, name)

    def rename(self, number: int, name: str) -> None:
        """Rename a conversation; "" removes its name.

        Raises:
            UsageError: the name is not allowed.
            StoreError: another conversation has the name, or it cannot be saved.
        """
        name = check_name(name) if name else ""
        with self._database.transaction() as db:
            db.execute("UPDATE conversations SET name = ? WHERE id = ?", (name or None, number))

    def delete(self, numbers: list[int], so_far: Callable[[int], None] = lambda _: None) -> None:
        """Delete conversations and all their messages for good.

        Args:
            numbers: The conversations.
            so_far: Called with the number of deleted conversations as it grows.

        Raises:
            StoreError: they cannot be deleted.
        """
        with self._database.connection() as db:
            db.execute("PRAGMA foreign_keys = OFF")  # cascading fails at a depth of 1,000
        try:
            with self._database.transaction() as db:
                (count,) = db.execute("SELECT count(*) FROM conversations").fetchone()
                with rows.pause_index(db) if 2 * len(numbers) > count else nullcontext():
                    for start in range(0, len(numbers), _DELETED_AT_ONCE):
                        some = json.dumps(numbers[start : start + _DELETED_AT_ONCE])
                        for statement in _DELETE:
                            db.execute(statement, (some,))
                        so_far(min(start + _DELETED_AT_ONCE, len(numbers)))
        finally:
            with self._database.connection() as db:
                db.execute("PRAGMA foreign_keys = ON")
                db.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # the log also contains the texts

    def _entries(self, which: str, *values: int | str) -> list[CatalogueEntry]:
        with self._database.connection() as db:
            rows = db.execute(f"{_ENTRIES} {which}", values).fetchall()
        return [
            CatalogueEntry(
                number,
                name,
                first,
                datetime.fromisoformat(started),
                datetime.fromisoformat(touched or started),
                turns,
                cost,
            )
            for number, name, first, started, touched, turns, cost in rows
        ]


def check_name(name: str) -> str:
    """Return a new name without surrounding spaces.

    Raises:
        UsageError: the name is not allowed.
    """
    if not name.strip() or not name.isprintable() or len(name) > LONGEST_TITLE:
        raise UsageError(f"a name must be one line of 1 to {LONGEST_TITLE} characters")
    name = name.strip()
    if is_number(name):
        number = format_value(name)
        raise UsageError(
            f"a name cannot consist of digits alone: {number} means conversation number {number}"
        )
    return name


def is_number(text: str) -> bool:
    """Return whether a text is a number, in the digits of any script, and thus never a name."""
    return text.isdecimal()


def refer_to(name: str) -> str:
    """Return what a user can type for the conversation of this name, in the chat or in a shell."""
    return f"{BY_NAME}{name}" if is_number(name) or name.startswith((BY_NAME, "-")) else name


def _find_by_number(db: Connection, digits: str) -> int | None:
    number = int(digits) if len(digits) <= _DIGITS else 0
    row = db.execute("SELECT id FROM conversations WHERE id = ?", (number,)).fetchone()
    return row[0] if row else None


def _find_by_name(db: Connection, name: str) -> int | None:
    row = db.execute("SELECT id FROM conversations WHERE name = ?", (name,)).fetchone()
    return row[0] if row else None


def _names_with_prefix(db: Connection, start: str) -> list[tuple[int, str]]:
    pattern = "".join("\\" + c if c in "\\%_" else c for c in start) + "%"
    rows = db.execute(
        "SELECT id, name FROM conversations WHERE name LIKE ? ESCAPE '\\' ORDER BY name LIMIT ?",
        (pattern, MOST_NAMED + 1),
    )
    return rows.fetchall()
