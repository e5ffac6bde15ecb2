"""Saving that recovers: what the store cannot write stays in memory and is saved later."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TypeVar

from nemochat.chat.ports import Store
from nemochat.core.conversation import Conversation
from nemochat.core.delta import PartialAnswer
from nemochat.core.messages import Message, Role
from nemochat.core.text import format_value
from nemochat.errors import ConversationDeleted, NameTaken, StoreError

T = TypeVar("T")

SECONDS_BETWEEN_ATTEMPTS = 0.4  # while an answer streams
_SAVED_AGAIN = "Saving works again; everything is saved."


class Saver:
    """Store for a chat; raises no StoreError but NameTaken.

    A conversation knows which of its messages are unsaved. The saver knows which conversations have
    unsaved messages, and to which store each belongs.

    Attributes:
        store: Where conversations are saved.
        announce: Whether to announce that saving fails or works again.
        failure: Why saving failed last; None while everything is saved.
    """

    def __init__(self, store: Store, *, announce: bool = True) -> None:
        self.store = store
        self.announce = announce
        self.failure: StoreError | None = None
        self._announced = False
        self._unsaved: list[tuple[Store, Conversation]] = []
        self._attempted = 0.0
        self._notices: list[str] = []

    def begin(self, conversation: Conversation, message: Message) -> int:
        """Save a new message after the conversation's head, and return its key.

        Saving a question waits for a lock, unless saving already fails; saving an answer does not.
        """
        is_question = message.role is not Role.ASSISTANT
        wait = is_question and self.failure is None
        try:
            if self.has_unsaved(conversation):
                self._save(self.store, conversation, wait=wait)
            return self._retry_without_name(
                conversation, lambda: self.store.begin(conversation, message, wait=wait)
            )
        except StoreError as error:
            key = conversation.provisional_key
            self._note_unsaved(conversation, key, error)
            if is_question:
                self._announce()
            return key

    def grow(self, conversation: Conversation, key: int, answer: PartialAnswer) -> None:
        """Save more of an answer, now and then."""
        try:
            if not self.has_unsaved(conversation):
                self.store.grow(conversation, key, answer)
            elif time.monotonic() - self._attempted >= SECONDS_BETWEEN_ATTEMPTS:
                conversation.replace(key, answer.message())
                self._note_unsaved(conversation, key)
                self._save(self.store, conversation, wait=False)
        except StoreError as error:
            conversation.replace(key, answer.message())
            self._note_unsaved(conversation, key, error)

    def settle(self, conversation: Conversation, key: int, message: Message) -> None:
        """Save the final form of an answer, which is in the tree, without waiting for locks."""
        try:
            if self.has_unsaved(conversation):
                self._note_unsaved(conversation, key)
            else:
                self.store.settle(conversation, key, message, wait=False)
        except StoreError as error:
            self._note_unsaved(conversation, key, error)

    def save_header(self, conversation: Conversation) -> None:
        """Save a conversation's name, settings and head.

        Raises:
            NameTaken: another conversation has the name.
        """
        try:
            if self.has_unsaved(conversation):
                self.store.save(conversation, wait=False)
                self._forget(conversation)
            else:
                self.store.save_header(conversation)
        except NameTaken:
            raise
        except StoreError as error:
            self._note_unsaved(conversation, None, error)
            self._announce()

    def catch_up(self, current: Conversation) -> None:
        """Save what is unsaved, waiting for locks; announce whether saving fails or works again.

        Args:
            current: The conversation of the chat. Others are given up if they were deleted.
        """
        for store, conversation in list(self._unsaved):
            try:
                self._save(store, conversation, wait=True)
            except ConversationDeleted as error:
                self.failure = error
                if conversation is not current:
                    self._forget(conversation)
            except StoreError as error:
                self.failure = error
                break
        if self._unsaved:
            self._announce()

    def has_unsaved(self, conversation: Conversation) -> bool:
        """Return whether something of a conversation is unsaved."""
        return any(each is conversation for _, each in self._unsaved)

    def prefer_unsaved(self, conversation: Conversation) -> Conversation:
        """Return the version of a saved conversation that includes its unsaved messages."""
        for _, each in self._unsaved:
            if each.id is not None and each.id == conversation.id:
                return each
        return conversation

    def count_unsaved_turns(self) -> int:
        """Return the number of turns with unsaved messages."""
        return sum(conversation.count_unsaved_turns() for _, conversation in self._unsaved)

    def take_notices(self) -> list[str]:
        """Return what the user should know about saving, each sentence once."""
        notices, self._notices = [*self.store.take_notices(), *self._notices], []
        if self._announced and self.failure is None:
            self._announced = False
            notices.append(_SAVED_AGAIN)
        return notices

    def _save(self, store: Store, conversation: Conversation, *, wait: bool) -> None:
        """Save everything that is unsaved of a conversation."""
        self._attempted = time.monotonic()
        self._retry_without_name(conversation, lambda: store.save(conversation, wait=wait))
        self._forget(conversation)

    def _retry_without_name(self, conversation: Conversation, write: Callable[[], T]) -> T:
        """Call `write`, again without the conversation's name if another one has taken it."""
        try:
            return write()
        except NameTaken:
            self._notices.append(
                f"{format_value(conversation.name)} is now the name of another conversation, so"
                " this one is unnamed; `/rename` names it."
            )
            conversation.name = ""
            return write()

    def _note_unsaved(
        self, conversation: Conversation, key: int | None, error: StoreError | None = None
    ) -> None:
        """Note that a message is unsaved or, without a key, only the name, settings and head."""
        if key is not None:
            conversation.unsaved.setdefault(key, datetime.now(UTC))
        if not self.has_unsaved(conversation):
            self._unsaved.append((self.store, conversation))
        if error is not None:
            self.failure = error
            self._attempted = time.monotonic()

    def _forget(self, conversation: Conversation) -> None:
        """Stop tracking a conversation: it is saved, or given up."""
        self._unsaved = [pair for pair in self._unsaved if pair[1] is not conversation]
        if not self._unsaved:
            self.failure = None

    def _announce(self) -> None:
        """Announce that saving fails, once until it works again."""
        if self._announced or not self.announce:
            return
        self._announced = True
        if isinstance(self.failure, ConversationDeleted):
            self._notices.append(f"{self.failure}. Until then, new messages are not saved.")
        else:
            self._notices.append(
                f"Not saved: {self.failure}. The conversation stays in memory; nemochat tries again"
                " after every answer."
            )
