"""A chat's session without an endpoint, for what only looks at it."""

from __future__ import annotations

import sys
from io import BytesIO
from typing import cast

from nemochat.chat.chat import Chat
from nemochat.chat.factory import ClientFactory
from nemochat.chat.ports import Endpoint
from nemochat.config.load import Config
from nemochat.core.conversation import Conversation, Settings
from nemochat.core.messages import Message, Role
from nemochat.repl.prompt.lines import LineSource
from nemochat.repl.session import Session
from nemochat.screen.plain import Plain
from nemochat.store.conversations import ConversationStore
from nemochat.store.memory import MemoryStore


def session(*said: str, saved: ConversationStore | None = None) -> Session:
    """A session in which questions and answers took turns."""
    talk = Conversation(Settings("mistralai/Mistral-Nemo-Instruct-2407", "deepinfra"))
    for number, text in enumerate(said, 1):
        talk.append(number, Message(Role.USER if number % 2 else Role.ASSISTANT, text))
    view = Plain(BytesIO(), sys.stderr)
    chat = Chat(talk, cast(Endpoint, None), MemoryStore(), view)
    lines = LineSource(iter(()), view, echo=False)
    return Session(chat, ClientFactory(Config(), {}, view), saved, view, lines)
