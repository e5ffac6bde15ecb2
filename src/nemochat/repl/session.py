"""State of an interactive chat: everything that a slash command may use."""

from __future__ import annotations

from typing import Protocol

from nemochat.chat.chat import Chat
from nemochat.chat.factory import ClientFactory
from nemochat.chat.ports import Screen
from nemochat.config import apply_profile
from nemochat.core.conversation import Conversation, Settings
from nemochat.editor import edit_text
from nemochat.errors import UsageError
from nemochat.repl.prompt.paste import Pastes
from nemochat.store.conversations import ConversationStore
from nemochat.store.memory import MemoryStore


class MessageSource(Protocol):
    """Who chats."""

    def read_message(self) -> str:
        """The next message; EOFError leaves, Cancelled takes the line back."""

    def read_reply(self, question: str) -> str:
        """The answer to a question of ours, a line; "" where there is none."""


class Session:
    """A chat in the hands of its person.

    Attributes:
        chat: What is being talked.
        connector: Makes endpoints by their names.
        disk_store: The conversations on disk; None in a private chat.
        screen: Where answers, and what commands return, are shown.
        message_source: Who types.
        private: Whether nothing is kept from here on, though there are conversations on disk.
        pending_lines: Lines that are to be taken before the person is asked for one.
        attachments: Texts that go with the next question, fenced already.
        multiline: Whether Enter makes a new line, and Alt-Enter or Ctrl-J sends.
        draft: What stands on the next prompt already.
        pastes: The long pastes that stand on a prompt as a mark each.
        script_count: How many files were played since the person was last asked for a line.
        past_notices: What was said already that is said once.
    """

    def __init__(
        self,
        chat: Chat,
        connector: ClientFactory,
        disk_store: ConversationStore | None,
        screen: Screen,
        message_source: MessageSource,
    ) -> None:
        self.chat = chat
        self.connector = connector
        self.disk_store = disk_store
        self.screen = screen
        self.message_source = message_source
        self.private = False
        self.pending_lines: list[str] = []
        self.attachments: list[str] = []
        self.multiline = False
        self.draft = ""
        self.pastes = Pastes()
        self.script_count = 0
        self.past_notices: set[str] = set()

    @property
    def settings(self) -> Settings:
        """Model, endpoint, system prompt and parameters in force."""
        return self.chat.conversation.settings

    def require_disk_store(self) -> ConversationStore:
        """The conversations on disk; UsageError in a private chat."""
        if self.disk_store is None or self.private:
            raise UsageError("this chat is private: nothing is saved")
        return self.disk_store

    def show_store_notices(self) -> None:
        """Tell what is new about the database, such as that it was damaged and set aside."""
        for news in self.disk_store.take_notices() if self.disk_store else ():
            self.screen.notice(news)

    def confirm(self, question: str) -> bool:
        """Whether the person says yes to a question; anything but y and yes is a no.

        While lines are played, the next one of them is the answer.
        """
        question = f"{question} [y/N]"
        if not self.pending_lines:
            return self.message_source.read_reply(question).lower() in {"y", "yes"}
        reply = self.pending_lines.pop(0).strip()
        self.screen.show_question(f"{question} {reply}")
        return reply.lower() in {"y", "yes"}

    def edit_text(self, text: str) -> str:
        """A text as its person's editor leaves it; UsageError if that fails."""
        with self.screen.keyboard.lend():
            return edit_text(text)

    def switch_conversation(self, conversation: Conversation) -> None:
        """Go on with another conversation, at its own endpoint."""
        before, config = self.settings, self.connector.config
        if config.origin("base_url") == "--base-url":  # wins over what a conversation says
            conversation.settings.endpoint = before.endpoint
        if conversation.settings.endpoint != before.endpoint:
            self.switch_endpoint(conversation.settings.endpoint)
        if changes := apply_profile.describe_changes(before, conversation.settings):
            self.screen.notice(changes)
        self.chat.switch(
            conversation, self.disk_store if self.disk_store and not self.private else MemoryStore()
        )
        if lost := apply_profile.missing_profile_notice(
            self.connector.config.profiles, conversation.settings
        ):
            self.screen.notice(lost)

    def start_conversation(self) -> None:
        """Begin a new conversation under the same settings, with the examples of its profile."""
        fresh = self.settings.copy()
        if fresh.profile in self.connector.config.profiles:
            fresh.examples = self.connector.config.profiles[fresh.profile].messages
        self.switch_conversation(Conversation(fresh))

    def settings_without_profile(self) -> Settings:
        """The settings as they are when the profile in force is dropped."""
        connector, empty = self.connector, not self.chat.conversation.nodes
        return apply_profile.remove_profile(
            connector.config, self.settings, connector.model, empty=empty
        )

    def change_settings(self, settings: Settings) -> None:
        """Talk with other settings from now on; ConfigurationError if nobody can be asked so."""
        if settings.endpoint != self.settings.endpoint:
            self.switch_endpoint(settings.endpoint)
        self.chat.conversation.settings = settings
        self.chat.mark()

    def switch_endpoint(self, endpoint: str) -> None:
        """Ask another endpoint from now on; ConfigurationError if it cannot be asked."""
        client = self.connector.client(endpoint)
        self.chat.endpoint.close()
        self.chat.endpoint = client
