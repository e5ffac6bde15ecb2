"""Store that saves nothing, for private chats."""

from __future__ import annotations

from nemochat.core.conversation import Conversation
from nemochat.core.delta import PartialAnswer
from nemochat.core.messages import Message


class MemoryStore:
    """Store whose numbers are negative, and thus never those of a row."""

    def begin(self, conversation: Conversation, message: Message, *, wait: bool = True) -> int:
        """Return an unused key."""
        return conversation.provisional_key

    def grow(self, conversation: Conversation, key: int, answer: PartialAnswer) -> None:
        """Save nothing."""

    def settle(
        self, conversation: Conversation, key: int, message: Message, *, wait: bool = True
    ) -> None:
        """Save nothing."""

    def save_header(self, conversation: Conversation, *, wait: bool = True) -> None:
        """Save nothing."""

    def save(self, conversation: Conversation, *, wait: bool = True) -> None:
        """Save nothing."""

    def take_notices(self) -> list[str]:
        """Return an empty list."""
        return []
