"""State of an interactive chat, which slash commands use and change."""

from __future__ import annotations

from typing import Protocol

from nemochat.chat.chat import Chat
from nemochat.chat.factory import ClientFactory
from nemochat.chat.ports import Screen
from nemochat.config import apply_profile
from nemochat.core.conversation import Conversation, Settings
from nemochat.core.text import is_yes
from nemochat.editor import edit_text
from nemochat.errors import UsageError
from nemochat.repl.prompt.paste import Pastes
from nemochat.store.conversations import ConversationStore
from nemochat.store.memory import MemoryStore


class MessageSource(Protocol):
    """Source of messages: a prompt, a script or a pipe."""

    def read_message(self) -> str:
        """Return the next entry; EOFError leaves, Cancelled drops the line."""

    def read_reply(self, question: str) -> str:
        """Return the reply to a question, one line, or "" if there is none."""


class Session:
    """An interactive chat.

    Attributes:
        chat: The conversation, its endpoint and its store.
        factory: Creates the client of an endpoint by its name.
        disk_store: The saved conversations; None if the chat was started as private.
        screen: Shows answers and the output of commands.
        message_source: Where messages come from.
        private: Whether nothing is saved for now, although `disk_store` exists.
        pending_lines: Lines of scripts that are handled before the next message is read.
        attachments: Texts for the next question, as code blocks.
        multiline: Whether Enter inserts a new line, and Alt-Enter or Ctrl-J sends.
        draft: Text for the next prompt.
        pastes: The texts that are folded on a prompt.
        script_count: How many scripts ran since a message was read.
        past_notices: Keys of notices that are shown only once.
    """

    def __init__(
        self,
        chat: Chat,
        factory: ClientFactory,
        disk_store: ConversationStore | None,
        screen: Screen,
        message_source: MessageSource,
    ) -> None:
        self.chat = chat
        self.factory = factory
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
        """Current model, endpoint, system prompt and parameters."""
        return self.chat.conversation.settings

    @property
    def is_private(self) -> bool:
        """Whether nothing is saved."""
        return self.private or self.disk_store is None

    def require_disk_store(self) -> ConversationStore:
        """Return the saved conversations; UsageError in a private chat."""
        if self.disk_store is None or self.private:
            raise UsageError("this chat is private: nothing is saved")
        return self.disk_store

    def show_store_notices(self) -> None:
        """Show what is new about the database, such as that a damaged one was moved aside."""
        for notice in self.disk_store.take_notices() if self.disk_store else ():
            self.screen.notice(notice)

    def confirm(self, question: str) -> bool:
        """Return whether the user, or the next line of a script, replies y or yes."""
        question = f"{question} [y/N]"
        if self.pending_lines:
            reply = self.pending_lines.pop(0).strip()
            self.screen.show_question(f"{question} {reply}")
        else:
            reply = self.message_source.read_reply(question)
        return is_yes(reply)

    def edit_text(self, text: str) -> str:
        """Return a text as the user's editor changed it; UsageError if the editor fails."""
        with self.screen.keyboard.lend():
            return edit_text(text)

    def switch_conversation(self, conversation: Conversation) -> None:
        """Continue with another conversation, at its own endpoint."""
        before, config = self.settings, self.factory.config
        if config.origin("base_url") == "--base-url":  # wins over what a conversation says
            conversation.settings.endpoint = before.endpoint
        if conversation.settings.endpoint != before.endpoint:
            self.switch_endpoint(conversation.settings.endpoint)
        if changes := apply_profile.describe_changes(before, conversation.settings):
            self.screen.notice(changes)
        self.chat.switch(
            conversation, self.disk_store if self.disk_store and not self.private else MemoryStore()
        )
        if notice := apply_profile.missing_profile_notice(
            self.factory.config.profiles, conversation.settings
        ):
            self.screen.notice(notice)

    def start_conversation(self) -> None:
        """Start a new conversation with the same settings and the examples of its profile."""
        settings = self.settings.copy()
        if settings.profile in self.factory.config.profiles:
            settings.examples = self.factory.config.profiles[settings.profile].messages
        self.switch_conversation(Conversation(settings))

    def settings_without_profile(self) -> Settings:
        """Return the current settings without those of the current profile."""
        is_empty = not self.chat.conversation.nodes
        return apply_profile.remove_profile(
            self.factory.config, self.settings, self.factory.model, empty=is_empty
        )

    def change_settings(self, settings: Settings) -> None:
        """Use other settings from now on; ConfigurationError if their endpoint is unusable."""
        if settings.endpoint != self.settings.endpoint:
            self.switch_endpoint(settings.endpoint)
        self.chat.conversation.settings = settings
        self.chat.save_header()

    def switch_endpoint(self, endpoint: str) -> None:
        """Use another endpoint from now on; ConfigurationError if it is unusable."""
        client = self.factory.client(endpoint)
        self.chat.endpoint.close()
        self.chat.endpoint = client
