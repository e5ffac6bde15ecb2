"""Conversations in the database, saved message by message."""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from nemochat.core.conversation import Conversation
from nemochat.core.delta import PartialAnswer
from nemochat.core.messages import Message, Role
from nemochat.errors import ConversationDeleted, NoSuchConversation, StoreError
from nemochat.store import rows
from nemochat.store.catalogue import LISTED, Catalogue

if TYPE_CHECKING:
    from nemochat.store.database import Database

SECONDS_BETWEEN_GROWTHS = 0.4  # of an answer on disk: at most that much is lost with the process
BRANCHED = (
    "another nemochat goes on with this conversation too: what you say is a branch beside its own;"
    " /tree shows both"
)


class ConversationStore:
    """The store of conversations; its file is opened when it is first needed."""

    def __init__(self, path: Path, seconds: float | None = None) -> None:
        """Use the database at `path`; wait `seconds`, or the usual time, for locks of others."""
        self._path = path
        self._seconds = seconds
        self._grown = 0.0
        self._news: list[str] = []

    @cached_property
    def database(self) -> Database:
        """The database; SQLite is loaded with it."""
        from nemochat.store.database import SECONDS_BUSY, Database

        return Database(self._path, SECONDS_BUSY if self._seconds is None else self._seconds)

    @cached_property
    def catalogue(self) -> Catalogue:
        """The catalogue of the conversations."""
        return Catalogue(self.database)

    def begin(self, conversation: Conversation, message: Message, *, wait: bool = True) -> int:
        """Put a message after the conversation's head and on the disk; return its number.

        A question survives a power cut before it is sent. Before it is put, what other processes
        said in this conversation meanwhile is put into its tree: it stands beside the path.

        Raises:
            StoreError: it cannot be kept.
        """
        is_question = message.role is not Role.ASSISTANT
        with self.database.transaction("FULL" if is_question else "NORMAL", wait=wait) as db:
            if conversation.id is None:
                conversation.started = conversation.started or datetime.now(UTC)
                number = rows.insert_conversation(db, conversation)
            else:
                number = conversation.id
            if is_question:
                self._refresh_with_notice(conversation)
            settled = is_question or message.ending is not None
            key = rows.insert_message(
                db,
                number,
                conversation.row(conversation.head),
                message,
                datetime.now(UTC),
                settled=settled,
            )
            rows.update_conversation(db, number, conversation, key)
        conversation.id = number
        if is_question:
            conversation.known = key
        self._grown = time.monotonic()
        return key

    def grow(self, conversation: Conversation, key: int, answer: PartialAnswer) -> None:
        """Put more of an answer on the disk, if the last time is long enough ago.

        Raises:
            StoreError: it cannot be kept.
        """
        if time.monotonic() - self._grown < SECONDS_BETWEEN_GROWTHS:
            return
        row = _row(conversation, key)
        with self.database.transaction("NORMAL", wait=False) as db:
            rows.update_message(db, row, answer.message(), settled=False)
        self._grown = time.monotonic()

    def settle(
        self, conversation: Conversation, key: int, message: Message, *, wait: bool = True
    ) -> None:
        """Put the whole answer and where the conversation stands on the disk.

        Raises:
            StoreError: it cannot be kept.
        """
        row = _row(conversation, key)
        with self.database.transaction(wait=wait) as db:
            assert conversation.id is not None
            if not rows.update_message(db, row, message, settled=True):
                raise ConversationDeleted(*rows.DELETED)
            rows.update_conversation(db, conversation.id, conversation, conversation.head)

    def mark(self, conversation: Conversation, *, wait: bool = True) -> None:
        """Keep a conversation's name, settings and head; nothing if it was never begun.

        Raises:
            StoreError: it cannot be kept, or another conversation has the name.
        """
        if conversation.id is None:
            return
        with self.database.transaction(wait=wait) as db:
            rows.update_conversation(db, conversation.id, conversation, conversation.head)

    def save(self, conversation: Conversation, *, wait: bool = True) -> None:
        """Put all of a conversation that is unsaved on the disk, in one transaction.

        Raises:
            StoreError: it cannot be kept; all of it is unsaved still.
        """
        if not conversation.unsaved:
            self.mark(conversation, wait=wait)
            return
        number = conversation.id
        new_rows: dict[int | None, int] = {}
        try:
            with self.database.transaction("FULL" if wait else "NORMAL", wait=wait) as db:
                if number is None:
                    conversation.started = conversation.started or min(
                        conversation.unsaved.values()
                    )
                    number = rows.insert_conversation(db, conversation)
                else:
                    self._refresh_with_notice(conversation)
                rows.write_unsaved(db, number, conversation, new_rows)
        except BaseException as error:
            # A signal during the commit comes after it: then nothing may be written again.
            if not isinstance(error, StoreError) and number and self._has(number, new_rows):
                _note_saved(conversation, number, new_rows)
            raise
        _note_saved(conversation, number, new_rows)

    def take_notices(self) -> list[str]:
        """What its person should hear of the store, each sentence once."""
        notices, self._news = [*self.database.take_notices(), *self._news], []
        return notices

    def add_imported(self, conversation: Conversation) -> Conversation:
        """Keep a whole tree that came from elsewhere as a new conversation; return it as kept.

        Raises:
            StoreError: it cannot be kept, or another conversation has its name.
        """
        now = datetime.now(UTC)
        conversation.started = conversation.started or now
        keys: dict[int | None, int | None] = {None: None}
        with self.database.transaction() as db:
            number = rows.insert_conversation(db, conversation)
            for node in conversation.nodes.values():
                keys[node.key] = rows.insert_message(
                    db, number, keys[node.parent], node.message, node.written or now
                )
            tip = conversation.tip(conversation.head)
            db.execute(
                "UPDATE conversations SET head = ?, tip = ? WHERE id = ?",
                (keys[conversation.head], keys[tip], number),
            )
        return self.read(number)

    def refresh(self, conversation: Conversation) -> None:
        """Put what other processes said in a conversation meanwhile into its tree.

        Raises:
            StoreError: it cannot be read.
        """
        if conversation.id is not None:
            self._refresh(conversation)

    def last(self) -> Conversation | None:
        """The conversation in which something was said last, or None."""
        with self.database.connection() as db:
            row = db.execute(
                "SELECT id FROM conversations WHERE last NOT NULL ORDER BY last DESC LIMIT 1"
            ).fetchone()
        return self.read(row[0]) if row else None

    def load(self, reference: str) -> Conversation:
        """Return the conversation that a user refers to, as `Catalogue.find` reads it.

        Raises:
            StoreError: there is none, there are several, or it cannot be read.
        """
        return self.read(self.catalogue.find(reference))

    def read(self, number: int) -> Conversation:
        """Return the conversation of this number.

        Raises:
            StoreError: there is none, or it cannot be read.
        """
        with self.database.connection() as db:
            row = rows.select_conversation(db, number)
            if row is None:
                raise NoSuchConversation(f"there is no conversation {number}", LISTED)
            conversation, head, tip = rows.parse_conversation(row)
            for node in rows.select_nodes(db, number):
                conversation.graft(node)
                conversation.known = node.key
        for key in (tip, head):
            if key is None or key in conversation.nodes:
                conversation.go_to(key)
        return conversation

    def _has(self, number: int, new_rows: Mapping[int | None, int]) -> bool:
        """Return whether the rows made in a transaction are on the disk."""
        with self.database.connection() as db:
            row = db.execute(
                "SELECT 1 FROM messages WHERE conversation = ? AND id = ?",
                (number, max(new_rows.values(), default=0)),
            ).fetchone()
        return row is not None

    def _refresh_with_notice(self, conversation: Conversation) -> None:
        """Refresh a conversation; if another process went on from our path too, that is news."""
        known = len(conversation.nodes)
        self._refresh(conversation)
        path: set[int | None] = {None, *(node.key for node in conversation.path())}
        if any(node.parent in path for node in islice(conversation.nodes.values(), known, None)):
            self._news.append(BRANCHED)

    def _refresh(self, conversation: Conversation) -> None:
        growing = [
            node.key
            for node in conversation.nodes.values()
            if node.message.provenance
            and not node.message.ending
            and node.key not in conversation.unsaved
        ]
        keys = {row: key for key, row in conversation.rows.items()}
        with self.database.connection() as db:
            for row in db.execute(
                f"{rows.MESSAGES} WHERE conversation = ? AND id > ? ORDER BY id",
                (conversation.id, conversation.known),
            ):
                conversation.known = row[0]
                if row[0] in conversation.nodes:  # an answer of our own
                    continue
                node = rows.parse_node(row)
                conversation.graft(node._replace(parent=keys.get(node.parent or 0, node.parent)))
            for key in growing:
                for row in db.execute(f"{rows.MESSAGES} WHERE id = ?", (conversation.row(key),)):
                    conversation.replace(key, rows.parse_node(row).message)


def _row(conversation: Conversation, key: int) -> int:
    row = conversation.row(key)
    assert row is not None
    return row


def _note_saved(
    conversation: Conversation, number: int, new_rows: Mapping[int | None, int]
) -> None:
    conversation.id = number
    conversation.rows.update({key: row for key, row in new_rows.items() if key is not None})
    conversation.known = max((conversation.known, *new_rows.values()))
    conversation.unsaved.clear()
