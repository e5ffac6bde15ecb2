"""Store that keeps nothing beyond the process, for private chats."""

from __future__ import annotations

from nemochat.core.conversation import Conversation
from nemochat.core.delta import PartialAnswer
from nemochat.core.messages import Message


class MemoryStore:
    """Gives messages numbers and forgets them; below zero, so that they are never a row's."""

    def begin(self, conversation: Conversation, message: Message, *, wait: bool = True) -> int:
        """Return a key that the conversation does not have."""
        return conversation.provisional_key

    def grow(self, conversation: Conversation, key: int, answer: PartialAnswer) -> None:
        """Keep nothing."""

    def settle(
        self, conversation: Conversation, key: int, message: Message, *, wait: bool = True
    ) -> None:
        """Keep nothing."""

    def mark(self, conversation: Conversation, *, wait: bool = True) -> None:
        """Keep nothing."""

    def save(self, conversation: Conversation, *, wait: bool = True) -> None:
        """Keep nothing."""

    def take_notices(self) -> list[str]:
        """There is none."""
        return []
