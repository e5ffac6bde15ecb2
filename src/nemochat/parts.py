"""What a chat is put together from, as it sees them: an endpoint, a store, a view."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import Protocol

from nemochat.core.conversation import Conversation
from nemochat.core.messages import Delta, Growing, Message
from nemochat.core.prompt import Prompt
from nemochat.errors import EndpointError


class Endpoint(Protocol):
    """Who answers."""

    def stream(self, prompt: Prompt) -> Generator[Delta]:
        """The answer to a prompt, piece by piece, each candidate with an ending.

        Raises:
            EndpointError: there is no answer.
        """

    def close(self) -> None:
        """Let go of the connection."""


class Store(Protocol):
    """What keeps conversations; every method raises StoreError if it cannot."""

    def begin(self, conversation: Conversation, message: Message) -> int:
        """Keep a new message after the conversation's head; return its number."""

    def grow(self, key: int, answer: Growing) -> None:
        """Keep more of an answer, now and then."""

    def settle(self, conversation: Conversation, key: int, message: Message) -> None:
        """Keep the whole of an answer."""

    def mark(self, conversation: Conversation) -> None:
        """Keep a conversation's name, settings and head."""


class View(Protocol):
    """What shows a turn."""

    def follow(self, deltas: Iterator[Delta]) -> Iterator[Delta]:
        """Pass the deltas on while waiting for them in the view's own way."""

    def write(self, delta: Delta) -> None:
        """Show more of the answer."""

    def settle(self, answers: list[Message]) -> None:
        """Show how the answer, or each candidate, ended."""

    def wait(self, seconds: float, error: EndpointError) -> None:
        """Wait before the endpoint is asked again, and tell why."""

    def notice(self, text: str) -> None:
        """Tell something that is not the answer."""
