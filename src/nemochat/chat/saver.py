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
_SAVED_AGAIN = "Saving works again: everything is saved"


class Saver:
    """A store for a chat: nothing raises, except for a name that is taken.

    A conversation knows which of its messages are unsaved; the saver knows which conversations
    have such messages, and in which store each belongs.

    Attributes:
        store: Where conversations are saved from now on.
        announce: Whether `news` tells when saving fails and when it works again.
        failure: Why saving failed last; None while everything is saved.
    """

    def __init__(self, store: Store, *, announce: bool = True) -> None:
        self.store = store
        self.announce = announce
        self.failure: StoreError | None = None
        self._announced = False
        self._behind: list[tuple[Store, Conversation]] = []
        self._attempted = 0.0
        self._news: list[str] = []

    def begin(self, conversation: Conversation, message: Message) -> int:
        """Save a new message after the conversation's head; return its key.

        A question waits for a lock, unless saving fails already; an answer doesn't.
        """
        is_question = message.role is not Role.ASSISTANT
        wait = is_question and self.failure is None
        try:
            if self.is_behind(conversation):
                self._save(self.store, conversation, wait=wait)
            return self._with_a_free_name(
                conversation, lambda: self.store.begin(conversation, message, wait=wait)
            )
        except StoreError as error:
            key = conversation.provisional_key
            self._fall_behind(conversation, key, error)
            if is_question:
                self._announce()
            return key

    def grow(self, conversation: Conversation, key: int, answer: PartialAnswer) -> None:
        """Save more of an answer, now and then."""
        try:
            if not self.is_behind(conversation):
                self.store.grow(conversation, key, answer)
            elif time.monotonic() - self._attempted >= SECONDS_BETWEEN_ATTEMPTS:
                conversation.replace(key, answer.message())
                self._fall_behind(conversation, key)
                self._save(self.store, conversation, wait=False)
        except StoreError as error:
            conversation.replace(key, answer.message())
            self._fall_behind(conversation, key, error)

    def settle(self, conversation: Conversation, key: int, message: Message) -> None:
        """Save the whole of an answer, which is in the tree already; `catch_up` waits for locks."""
        try:
            if self.is_behind(conversation):
                self._fall_behind(conversation, key)
            else:
                self.store.settle(conversation, key, message, wait=False)
        except StoreError as error:
            self._fall_behind(conversation, key, error)

    def mark(self, conversation: Conversation) -> None:
        """Save a conversation's name, settings and head.

        Raises:
            NameTaken: another conversation has the name.
        """
        try:
            if self.is_behind(conversation):
                self.store.save(conversation, wait=False)
                self._drop(conversation)
            else:
                self.store.mark(conversation)
        except NameTaken:
            raise
        except StoreError as error:
            self._fall_behind(conversation, None, error)
            self._announce()

    def catch_up(self, current: Conversation) -> None:
        """Save what is unsaved, waiting for locks; tell if that fails, or works again.

        Args:
            current: The conversation of the chat. Another one that was deleted is given up.
        """
        for store, conversation in list(self._behind):
            try:
                self._save(store, conversation, wait=True)
            except ConversationDeleted as error:
                self.failure = error
                if conversation is not current:
                    self._drop(conversation)
            except StoreError as error:
                self.failure = error
                break
        if self._behind:
            self._announce()

    def is_behind(self, conversation: Conversation) -> bool:
        """Return whether something of a conversation is unsaved."""
        return any(each is conversation for _, each in self._behind)

    def newest(self, conversation: Conversation) -> Conversation:
        """Return the version of a saved conversation that has its unsaved messages, too."""
        for _, each in self._behind:
            if each.id is not None and each.id == conversation.id:
                return each
        return conversation

    def count_unsaved_turns(self) -> int:
        """Return of how many turns something is unsaved."""
        return sum(conversation.count_unsaved_turns() for _, conversation in self._behind)

    def take_notices(self) -> list[str]:
        """Return what the user should know of saving, each sentence once."""
        news, self._news = [*self.store.take_notices(), *self._news], []
        if self._announced and self.failure is None:
            self._announced = False
            news.append(_SAVED_AGAIN)
        return news

    def _save(self, store: Store, conversation: Conversation, *, wait: bool) -> None:
        """Save all that is unsaved of a conversation."""
        self._attempted = time.monotonic()
        self._with_a_free_name(conversation, lambda: store.save(conversation, wait=wait))
        self._drop(conversation)

    def _with_a_free_name(self, conversation: Conversation, write: Callable[[], T]) -> T:
        """Write; a name that another conversation has by now is no reason to lose a message."""
        try:
            return write()
        except NameTaken:
            self._news.append(
                f"Another conversation is named {format_value(conversation.name)} now, so this one"
                " has no name any more; /rename gives it another"
            )
            conversation.name = ""
            return write()

    def _fall_behind(
        self, conversation: Conversation, key: int | None, error: StoreError | None = None
    ) -> None:
        """Note that a message is unsaved, or only the name, settings and head."""
        if key is not None:
            conversation.unsaved.setdefault(key, datetime.now(UTC))
        if not self.is_behind(conversation):
            self._behind.append((self.store, conversation))
        if error is not None:
            self.failure = error
            self._attempted = time.monotonic()

    def _drop(self, conversation: Conversation) -> None:
        self._behind = [pair for pair in self._behind if pair[1] is not conversation]
        if not self._behind:
            self.failure = None

    def _announce(self) -> None:
        """Tell that saving fails, once until it works again."""
        if self._announced or not self.announce:
            return
        self._announced = True
        if isinstance(self.failure, ConversationDeleted):
            self._news.append(f"{self.failure}. Until then nothing more of it is saved")
        else:
            self._news.append(
                f"Not saved: {self.failure}. The conversation stays in memory; nemochat tries again"
                " after every answer"
            )
