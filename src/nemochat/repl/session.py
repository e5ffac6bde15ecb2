"""What a slash command may touch: the chat, its store, its screen, and who types."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from nemochat import profiles
from nemochat.chat import Chat
from nemochat.connect import Connector
from nemochat.core.conversation import Conversation, Settings
from nemochat.editing import edited
from nemochat.errors import UsageError
from nemochat.parts import Screen
from nemochat.repl.folding import Folds
from nemochat.store.conversations import Conversations
from nemochat.store.memory import Memory


class Person(Protocol):
    """Who chats."""

    def message(self) -> str:
        """The next message; EOFError leaves, KeyboardInterrupt takes the line back."""

    def reply(self, question: str) -> str:
        """The answer to a question of ours, a line; "" where there is none."""


@dataclass(slots=True, eq=False, repr=False)
class Session:
    """A chat in the hands of its person.

    Attributes:
        chat: What is being talked.
        connector: Makes endpoints by their names.
        saved: The conversations on disk; None in a private chat.
        screen: Where answers, and what commands return, are shown.
        person: Who types.
        private: Whether nothing is kept from here on, though there are conversations on disk.
        played: Lines that are to be taken before the person is asked for one.
        attached: Texts that go with the next question, fenced already.
        multiline: Whether Enter makes a new line, and Alt-Enter or Ctrl-J sends.
        draft: What stands on the next prompt already.
        folds: The long pastes that stand on a prompt as a mark each.
        runs: How many files were played since the person was last asked for a line.
        told: What was said already that is said once.
    """

    chat: Chat
    connector: Connector
    saved: Conversations | None
    screen: Screen
    person: Person
    private: bool = False
    played: list[str] = field(default_factory=list)
    attached: list[str] = field(default_factory=list)
    multiline: bool = False
    draft: str = ""
    folds: Folds = field(default_factory=Folds)
    runs: int = 0
    told: set[str] = field(default_factory=set)

    @property
    def settings(self) -> Settings:
        """Model, endpoint, system prompt and parameters in force."""
        return self.chat.conversation.settings

    def conversations(self) -> Conversations:
        """The conversations on disk; UsageError in a private chat."""
        if self.saved is None or self.private:
            raise UsageError("this chat is private: nothing is saved")
        return self.saved

    def tell_news(self) -> None:
        """Tell what is new about the database, such as that it was damaged and set aside."""
        for news in self.saved.news() if self.saved else ():
            self.screen.notice(news)

    def agreed(self, question: str) -> bool:
        """Whether the person says yes to a question; anything but y and yes is a no.

        While lines are played, the next one of them is the answer.
        """
        question = f"{question} [y/N]"
        if not self.played:
            return self.person.reply(question).lower() in {"y", "yes"}
        reply = self.played.pop(0).strip()
        self.screen.asked(f"{question} {reply}")
        return reply.lower() in {"y", "yes"}

    def edited(self, text: str) -> str:
        """A text as its person's editor leaves it; UsageError if that fails."""
        with self.screen.keyboard.lent():
            return edited(text)

    def open(self, conversation: Conversation) -> None:
        """Go on with another conversation, at its own endpoint."""
        if conversation.settings.endpoint != self.settings.endpoint:
            self.reach(conversation.settings.endpoint)
        self.chat.switch(conversation, self.saved if self.saved and not self.private else Memory())
        if lost := profiles.missed(self.connector.config.profiles, conversation.settings):
            self.screen.notice(lost)

    def renew(self) -> None:
        """Begin a new conversation under the same settings, with the examples of its profile."""
        fresh = self.settings.copied()
        if fresh.profile in self.connector.config.profiles:
            fresh.examples = self.connector.config.profiles[fresh.profile].messages
        self.open(Conversation(fresh))

    def without_profile(self) -> Settings:
        """The settings as they are when the profile in force is dropped."""
        connector, empty = self.connector, not self.chat.conversation.nodes
        return profiles.dropped(connector.config, self.settings, connector.model, empty=empty)

    def change(self, settings: Settings) -> None:
        """Talk with other settings from now on; ConfigurationError if nobody can be asked so."""
        if settings.endpoint != self.settings.endpoint:
            self.reach(settings.endpoint)
        self.chat.conversation.settings = settings
        self.chat.mark()

    def reach(self, endpoint: str) -> None:
        """Ask another endpoint from now on; ConfigurationError if it cannot be asked."""
        client = self.connector.client(endpoint)
        self.chat.endpoint.close()
        self.chat.endpoint = client
