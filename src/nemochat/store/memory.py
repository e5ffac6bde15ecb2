"""A store that keeps nothing beyond the process: for private chats, and when the disk fails."""

from __future__ import annotations

from nemochat.core.conversation import Conversation
from nemochat.core.deltas import Growing
from nemochat.core.messages import Message


class Memory:
    """Gives messages numbers and forgets them; below zero, so that they are never a row's."""

    def begin(self, conversation: Conversation, message: Message) -> int:  # noqa: ARG002 - Store's
        """The number of a new message: one that the conversation does not have."""
        return min((0, *conversation.nodes)) - 1

    def grow(self, key: int, answer: Growing) -> None:
        """Keep nothing."""

    def settle(self, conversation: Conversation, key: int, message: Message) -> None:
        """Keep nothing."""

    def mark(self, conversation: Conversation) -> None:
        """Keep nothing."""

    def news(self) -> list[str]:
        """There is none."""
        return []
