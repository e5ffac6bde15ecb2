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

SECONDS_BETWEEN_GROWTHS = 0.4  # of an answer: the most that a crash can lose
_LOST = "the database was deleted while nemochat was using it"
BRANCHED = (
    "Another nemochat is using this conversation; what you say becomes a separate branch."
    " `/tree` shows both."
)


class ConversationStore:
    """The store of conversations; its file is opened when it is first needed."""

    def __init__(self, path: Path, seconds: float | None = None) -> None:
        """Use the database at `path`; wait `seconds`, or the usual time, for locks of others."""
        self._path = path
        self._seconds = seconds
        self._last_saved = 0.0
        self._notices: list[str] = []

    @cached_property
    def database(self) -> Database:
        """The database; SQLite is loaded with it."""
        from nemochat.store.connect import SECONDS_BUSY
        from nemochat.store.database import Database

        return Database(self._path, SECONDS_BUSY if self._seconds is None else self._seconds)

    def shorten_log(self) -> None:
        """Move a long log into the database, at the end of the program."""
        if "database" in self.__dict__:  # otherwise nothing was saved
            self.database.shorten_log()

    @cached_property
    def catalogue(self) -> Catalogue:
        """The catalogue of the conversations."""
        return Catalogue(self.database)

    def begin(self, conversation: Conversation, message: Message, *, wait: bool = True) -> int:
        """Save a new message after the conversation's head, and return its key.

        A question is on the disk before it is sent. Messages that other processes added to this
        conversation are put into its tree first, as branches.

        Raises:
            StoreError: it cannot be saved.
        """
        is_question = message.role is not Role.ASSISTANT
        if self._is_lost(conversation):
            if not (is_question and wait):
                raise StoreError(_LOST)
            self.save(conversation)
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
        conversation.id, conversation.generation = number, self.database.generation
        if is_question:
            conversation.known = key
        self._last_saved = time.monotonic()
        return key

    def grow(self, conversation: Conversation, key: int, answer: PartialAnswer) -> None:
        """Save more of an answer, unless it was saved less than `SECONDS_BETWEEN_GROWTHS` ago.

        Raises:
            StoreError: it cannot be saved.
        """
        if time.monotonic() - self._last_saved < SECONDS_BETWEEN_GROWTHS:
            return
        self._check_generation(conversation)
        row = _row(conversation, key)
        with self.database.transaction("NORMAL", wait=False) as db:
            rows.update_message(db, row, answer.message(), settled=False)
        self._last_saved = time.monotonic()

    def settle(
        self, conversation: Conversation, key: int, message: Message, *, wait: bool = True
    ) -> None:
        """Save the final form of an answer and the conversation's head.

        Raises:
            StoreError: it cannot be saved.
        """
        self._check_generation(conversation)
        row = _row(conversation, key)
        with self.database.transaction(wait=wait) as db:
            assert conversation.id is not None
            if not rows.update_message(db, row, message, settled=True):
                raise ConversationDeleted(*rows.DELETED)
            rows.update_conversation(db, conversation.id, conversation, conversation.head)

    def save_header(self, conversation: Conversation, *, wait: bool = True) -> None:
        """Save a conversation's name, settings and head, unless it has no messages yet.

        Raises:
            StoreError: they cannot be saved, or another conversation has the name.
        """
        if conversation.id is None:
            return
        if self._is_lost(conversation):
            self.save(conversation, wait=wait)
            return
        with self.database.transaction(wait=wait) as db:
            rows.update_conversation(db, conversation.id, conversation, conversation.head)

    def save(self, conversation: Conversation, *, wait: bool = True) -> None:
        """Save everything of a conversation that is unsaved, in one transaction.

        Raises:
            StoreError: it cannot be saved; all of it is still unsaved.
        """
        if self._is_lost(conversation):
            if not wait:  # a turn may be using the numbers of messages
                raise StoreError(_LOST)
            conversation.detach(self.database.generation)
        if not conversation.unsaved:
            self.save_header(conversation, wait=wait)
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
            # If a signal came after the commit, the rows are on disk: note that, or they are
            # written twice.
            if (
                not isinstance(error, StoreError)
                and number
                and self._is_committed(number, new_rows)
            ):
                _note_saved(conversation, number, new_rows)
            raise
        _note_saved(conversation, number, new_rows)
        conversation.generation = self.database.generation

    def _is_lost(self, conversation: Conversation) -> bool:
        """Return whether the database that held a conversation was deleted."""
        if conversation.id is None:
            return False
        with self.database.connection():
            return conversation.generation != self.database.generation

    def _check_generation(self, conversation: Conversation) -> None:
        if self._is_lost(conversation):
            raise StoreError(_LOST)

    def take_notices(self) -> list[str]:
        """Return what the user should know about the store, each sentence once."""
        notices, self._notices = [*self.database.take_notices(), *self._notices], []
        return notices

    def add_imported(self, conversation: Conversation) -> Conversation:
        """Save a tree that came from elsewhere as a new conversation, and return it as saved.

        Raises:
            StoreError: it cannot be saved, or another conversation has its name.
        """
        now = datetime.now(UTC)
        conversation.started = conversation.started or now
        keys: dict[int | None, int | None] = {None: None}
        with self.database.transaction("NORMAL") as db:  # closing the database syncs it
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
        """Put messages that other processes have added to a conversation into its tree.

        Raises:
            StoreError: it cannot be read.
        """
        if conversation.id is not None:
            self._refresh(conversation)

    def last(self) -> Conversation | None:
        """Return the conversation with the newest message, or None."""
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
        conversation.generation = self.database.generation
        for key in (tip, head):
            if key is None or key in conversation.nodes:
                conversation.go_to(key)
        return conversation

    def _is_committed(self, number: int, new_rows: Mapping[int | None, int]) -> bool:
        """Return whether the rows written by a transaction are on the disk."""
        with self.database.connection() as db:
            row = db.execute(
                "SELECT 1 FROM messages WHERE conversation = ? AND id = ?",
                (number, max(new_rows.values(), default=0)),
            ).fetchone()
        return row is not None

    def _refresh_with_notice(self, conversation: Conversation) -> None:
        """Refresh a conversation; note if another process has added to our path."""
        count = len(conversation.nodes)
        self._refresh(conversation)
        path: set[int | None] = {None, *(node.key for node in conversation.path())}
        if any(node.parent in path for node in islice(conversation.nodes.values(), count, None)):
            self._notices.append(BRANCHED)

    def _refresh(self, conversation: Conversation) -> None:
        """Read the new messages of a conversation, and the answers that were still growing."""
        growing = [
            node.key
            for node in conversation.nodes.values()
            if node.message.provenance
            and not node.message.ending
            and node.key not in conversation.unsaved
        ]
        keys = {row: key for key, row in conversation.rows.items()}
        with self.database.connection() as db:
            for record in db.execute(
                f"{rows.MESSAGES} WHERE conversation = ? AND id > ? ORDER BY id",
                (conversation.id, conversation.known),
            ):
                conversation.known = record[0]
                if record[0] in conversation.nodes:  # our own answer
                    continue
                node = rows.parse_node(record)
                conversation.graft(node._replace(parent=keys.get(node.parent or 0, node.parent)))
            for key in growing:
                row = conversation.row(key)
                for record in db.execute(f"{rows.MESSAGES} WHERE id = ?", (row,)):
                    conversation.replace(key, rows.parse_node(record).message)


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
