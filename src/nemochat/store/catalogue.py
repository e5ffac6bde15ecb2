"""Catalogue of conversations: listed, found by name or number, renamed, deleted."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from nemochat.core.conversation import LONGEST_TITLE, first_line
from nemochat.core.text import format_value
from nemochat.errors import NoSuchConversation, UsageError

if TYPE_CHECKING:
    from sqlite3 import Connection

    from nemochat.store.database import Database

LISTED = "/list shows them, and so does nemochat chats list"
MOST_NAMED = 5  # of several matches
BY_NAME = "name:"  # before what is a name, whatever it looks like
_DIGITS = 18  # of the longest number that fits SQLite's integers
_ENTRIES = "SELECT id, coalesce(name, ''), first, started, touched, turns, cost FROM conversations"


class CatalogueEntry(NamedTuple):
    """A conversation in a list.

    Attributes:
        id: Its number.
        name: What its person calls it, or "".
        first: The start of its first question.
        started: When it began.
        touched: When something was said in it last.
        turns: The number of questions in all its branches.
        cost: US dollars of all its answers; None where the endpoint told none.
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
        """Its name, or the first line of its first question."""
        return self.name or first_line(self.first)

    @property
    def reference(self) -> str:
        """What a user can type for this conversation: its name, or its number if it has none."""
        return refer_to(self.name) if self.name else str(self.id)


class Catalogue:
    """The list of conversations in a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def entries(self, most: int = 20, after: int = 0) -> list[CatalogueEntry]:
        """The conversations, the one talked in last first, without the first `after` of them."""
        return self._entries("ORDER BY last DESC, id DESC LIMIT ? OFFSET ?", most, after)

    def entry(self, number: int) -> CatalogueEntry:
        """The conversation of this number; NoSuchConversation if there is none."""
        entries = self._entries("WHERE id = ?", number)
        if not entries:
            raise NoSuchConversation(f"there is no conversation {number}", LISTED)
        return entries[0]

    def list_untouched(self, since: timedelta) -> list[CatalogueEntry]:
        """The conversations in which nothing was said for so long, the oldest first."""
        before = (datetime.now(UTC) - since).isoformat(timespec="seconds")
        return self._entries("WHERE coalesce(touched, started) < ? ORDER BY last", before)

    def count(self) -> int:
        """How many there are."""
        with self._database.connection() as db:
            (number,) = db.execute("SELECT count(*) FROM conversations").fetchone()
        assert isinstance(number, int)
        return number

    def numbers(self) -> list[int]:
        """The numbers of all, the oldest first."""
        with self._database.connection() as db:
            return [number for (number,) in db.execute("SELECT id FROM conversations ORDER BY id")]

    def names(self) -> list[str]:
        """The names of all conversations that have one."""
        with self._database.connection() as db:
            rows = db.execute("SELECT name FROM conversations WHERE name NOT NULL ORDER BY name")
            return [name for (name,) in rows]

    def find(self, reference: str) -> int:
        """Return the number of the conversation that a user refers to.

        This is the only place where a conversation is looked up by what a user wrote. Digits alone
        are always a number. Anything else is a name, or the beginning of exactly one name; after
        `name:` that includes names that are made of digits, or that begin with `name:` themselves.

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
                f"{format_value(reference)} may be {names}{more}", "Type more of the name"
            )
        hint = f"There is one with that name: {refer_to(reference)}" if has_name else LISTED
        raise NoSuchConversation(f"there is no conversation {format_value(reference)}", hint)

    def find_exact(self, name: str) -> int | None:
        """Return the number of the conversation with exactly this name, or None."""
        with self._database.connection() as db:
            return _find_by_name(db, name)

    def rename(self, number: int, name: str) -> None:
        """Give a conversation another name, or none.

        Raises:
            UsageError: it is no name.
            StoreError: another conversation has it, or it cannot be kept.
        """
        name = check_name(name) if name else ""
        with self._database.transaction() as db:
            db.execute("UPDATE conversations SET name = ? WHERE id = ?", (name or None, number))

    def delete(self, numbers: list[int], so_far: Callable[[int], None] = lambda _: None) -> None:
        """Delete conversations with all their messages, for good.

        Args:
            numbers: Of the conversations.
            so_far: Takes the number of conversations that are done, each time that it is one more.

        Raises:
            StoreError: it cannot be done.
        """
        with self._database.transaction() as db:
            for done, number in enumerate(numbers, 1):
                rows = db.execute(
                    "SELECT id FROM messages WHERE conversation = ? ORDER BY id DESC", (number,)
                ).fetchall()
                # From the leaves up: rows below a row would be deleted by a recursion, which ends
                # with an error at a depth of 1,000.
                db.executemany("DELETE FROM messages WHERE id = ?", rows)
                db.execute("DELETE FROM conversations WHERE id = ?", (number,))
                so_far(done)
        with self._database.connection() as db:
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # the log held the texts too

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
    """Return a new name without the blanks around it.

    Raises:
        UsageError: no conversation can be given this name.
    """
    if not name.strip() or not name.isprintable() or len(name) > LONGEST_TITLE:
        raise UsageError(f"a name is one line of 1 to {LONGEST_TITLE} characters")
    name = name.strip()
    if is_number(name):
        number = format_value(name)
        raise UsageError(
            f"a name cannot be digits alone: {number} means conversation number {number}"
        )
    return name


def is_number(text: str) -> bool:
    """Return whether a text is a number, in the digits of any script, and so never a name."""
    return text.isdecimal()


def refer_to(name: str) -> str:
    """Return what a user can type for the conversation of this name, in the chat or a shell."""
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
