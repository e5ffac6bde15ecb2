"""What a slash command may touch: the chat, its store, and the means to change the endpoint."""

from __future__ import annotations

from dataclasses import dataclass

from nemochat.chat import Chat
from nemochat.connect import Connector
from nemochat.core.conversation import Conversation, Settings
from nemochat.errors import UsageError
from nemochat.store.conversations import Conversations
from nemochat.store.memory import Memory


@dataclass(slots=True)
class Session:
    """A chat in the hands of its person.

    Attributes:
        chat: What is being talked.
        connector: Makes endpoints by their names.
        saved: The conversations on disk; None in a private chat.
        private: Whether nothing is kept from here on, though there are conversations on disk.
    """

    chat: Chat
    connector: Connector
    saved: Conversations | None
    private: bool = False

    @property
    def settings(self) -> Settings:
        """Model, endpoint, system prompt and parameters in force."""
        return self.chat.conversation.settings

    def conversations(self) -> Conversations:
        """The conversations on disk; UsageError in a private chat."""
        if self.saved is None or self.private:
            raise UsageError("this chat is private: nothing is saved")
        return self.saved

    def open(self, conversation: Conversation) -> None:
        """Go on with another conversation, at its own endpoint."""
        if conversation.settings.endpoint != self.settings.endpoint:
            self.reach(conversation.settings.endpoint)
        self.chat.conversation = conversation
        self.chat.store = self.saved if self.saved and not self.private else Memory()

    def renew(self) -> None:
        """Begin a new conversation under the same settings."""
        now = self.settings
        fresh = Settings(now.model, now.endpoint, now.system, dict(now.parameters))
        self.open(Conversation(fresh))

    def reach(self, endpoint: str) -> None:
        """Ask another endpoint from now on; ConfigurationError if it cannot be asked."""
        client = self.connector.client(endpoint)
        self.chat.endpoint.close()
        self.chat.endpoint = client
