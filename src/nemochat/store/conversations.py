"""Conversations in the database: kept message by message, found again by name or number."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from nemochat.core import records
from nemochat.core.conversation import Conversation, Node, Settings
from nemochat.core.deltas import Growing
from nemochat.core.messages import Message
from nemochat.errors import StoreError
from nemochat.store.database import Database

if TYPE_CHECKING:
    from sqlite3 import Connection

SECONDS_BETWEEN_GROWTHS = 0.4  # of an answer on disk: at most that much is lost with the process


@dataclass(frozen=True, slots=True)
class Entry:
    """A conversation in a list: `turns` is the number of questions in all its branches."""

    id: int
    name: str
    first: str
    started: datetime
    turns: int


class Conversations:
    """The store of conversations; its file is opened when it is first needed."""

    def __init__(self, path: Path) -> None:
        self.database = Database(path)
        self._grown = 0.0

    def begin(self, conversation: Conversation, message: Message) -> int:
        """Put a message after the conversation's head and on the disk; return its number.

        Raises:
            StoreError: it cannot be kept.
        """
        with self.database.writing() as db:
            if conversation.id is None:
                conversation.started = conversation.started or datetime.now(UTC)
                conversation.id = _insert_conversation(db, conversation)
            key = db.execute(
                "INSERT INTO messages (conversation, parent, role, content, written, details)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                (
                    conversation.id,
                    conversation.head,
                    message.role.value,
                    message.content,
                    datetime.now(UTC).isoformat(timespec="seconds"),
                    _details(message),
                ),
            ).lastrowid
            assert key is not None
            _mark(db, conversation, head=key)
        self._grown = time.monotonic()
        return key

    def grow(self, key: int, answer: Growing) -> None:
        """Put more of an answer on the disk, if the last time is long enough ago.

        Raises:
            StoreError: it cannot be kept.
        """
        if time.monotonic() - self._grown < SECONDS_BETWEEN_GROWTHS:
            return
        with self.database.writing("NORMAL") as db:
            _update_message(db, key, answer.message())
        self._grown = time.monotonic()

    def settle(self, conversation: Conversation, key: int, message: Message) -> None:
        """Put the whole answer and where the conversation stands on the disk.

        Raises:
            StoreError: it cannot be kept.
        """
        with self.database.writing() as db:
            _update_message(db, key, message)
            _mark(db, conversation, head=conversation.head)

    def mark(self, conversation: Conversation) -> None:
        """Keep a conversation's name, settings and head; nothing if it was never begun.

        Raises:
            StoreError: it cannot be kept, or another conversation has the name.
        """
        if conversation.id is None:
            return
        with self.database.writing() as db:
            _mark(db, conversation, head=conversation.head)

    def holds(self, name: str) -> int | None:
        """The number of the conversation of this name, or None."""
        with self.database.reading() as db:
            row = db.execute("SELECT id FROM conversations WHERE name = ?", (name,)).fetchone()
        return row[0] if row else None

    def entries(self, most: int = 20) -> list[Entry]:
        """The conversations, the one talked in last first."""
        with self.database.reading() as db:
            found = db.execute(
                "SELECT c.id, coalesce(c.name, ''), c.started,"
                " (SELECT content FROM messages m WHERE m.conversation = c.id AND role = 'user'"
                "  ORDER BY id LIMIT 1),"
                " (SELECT count(*) FROM messages m WHERE m.conversation = c.id AND role = 'user')"
                " FROM conversations c"
                " ORDER BY (SELECT max(id) FROM messages m WHERE m.conversation = c.id) DESC"
                " LIMIT ?",
                (most,),
            ).fetchall()
        return [
            Entry(id_, name, first or "", datetime.fromisoformat(started), turns)
            for id_, name, started, first, turns in found
        ]

    def names(self) -> list[str]:
        """The names of all conversations that have one."""
        with self.database.reading() as db:
            found = db.execute("SELECT name FROM conversations WHERE name NOT NULL ORDER BY name")
            return [name for (name,) in found]

    def last(self) -> Conversation | None:
        """The conversation in which something was said last, or None."""
        with self.database.reading() as db:
            row = db.execute("SELECT conversation FROM messages ORDER BY id DESC").fetchone()
        return self.load(str(row[0])) if row else None

    def load(self, wanted: str) -> Conversation:
        """The conversation of this name, or of this number.

        Raises:
            StoreError: there is none, or it cannot be read.
        """
        with self.database.reading() as db:
            row = db.execute(
                "SELECT id, coalesce(name, ''), started, model, endpoint, system, parameters, head"
                " FROM conversations WHERE name = ?1 OR CAST(id AS TEXT) = ?1"
                " ORDER BY name = ?1 DESC LIMIT 1",
                (wanted,),
            ).fetchone()
            if not row:
                raise StoreError(f"there is no conversation {wanted!r}", "/list shows them")
            id_, name, started, model, endpoint, system, parameters, head = row
            settings = Settings(model, endpoint, system, records.values(json.loads(parameters)))
            conversation = Conversation(
                settings, id=id_, name=name, started=datetime.fromisoformat(started)
            )
            for key, parent, *said in db.execute(
                "SELECT id, parent, role, content, details FROM messages"
                " WHERE conversation = ? ORDER BY id",
                (id_,),
            ):
                conversation.graft(Node(key, parent, _message(*said)))
        conversation.go_to(head)
        return conversation


def _details(message: Message) -> str | None:
    kept = records.details(message)
    return json.dumps(kept, ensure_ascii=False) if kept else None


def _message(role: str, content: str, details: str | None) -> Message:
    return records.message(role, content, json.loads(details) if details else {})


def _insert_conversation(db: Connection, conversation: Conversation) -> int:
    assert conversation.started is not None
    settings = conversation.settings
    row = db.execute(
        "INSERT INTO conversations (name, started, model, endpoint, system, parameters)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        (
            conversation.name or None,
            conversation.started.isoformat(timespec="seconds"),
            settings.model,
            settings.endpoint,
            settings.system,
            json.dumps(settings.parameters, ensure_ascii=False),
        ),
    )
    assert row.lastrowid is not None
    return row.lastrowid


def _update_message(db: Connection, key: int, message: Message) -> None:
    db.execute(
        "UPDATE messages SET content = ?, details = ? WHERE id = ?",
        (message.content, _details(message), key),
    )


def _mark(db: Connection, conversation: Conversation, head: int | None) -> None:
    settings = conversation.settings
    db.execute(
        "UPDATE conversations SET name = ?, model = ?, endpoint = ?, system = ?, parameters = ?,"
        " head = ? WHERE id = ?",
        (
            conversation.name or None,
            settings.model,
            settings.endpoint,
            settings.system,
            json.dumps(settings.parameters, ensure_ascii=False),
            head,
            conversation.id,
        ),
    )
