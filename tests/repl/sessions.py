"""A chat's session without an endpoint, for what only looks at it."""

from __future__ import annotations

import sys
from io import BytesIO
from typing import cast

from nemochat.chat import Chat
from nemochat.config import Config
from nemochat.connect import Connector
from nemochat.core.conversation import Conversation, Settings
from nemochat.core.messages import Message, Role
from nemochat.parts import Endpoint
from nemochat.repl.lines import Lines
from nemochat.repl.session import Session
from nemochat.screen.plain import Plain
from nemochat.store.conversations import Conversations
from nemochat.store.memory import Memory


def session(*said: str, saved: Conversations | None = None) -> Session:
    """A session in which questions and answers took turns."""
    talk = Conversation(Settings("mistralai/Mistral-Nemo-Instruct-2407", "deepinfra"))
    for number, text in enumerate(said, 1):
        talk.append(number, Message(Role.USER if number % 2 else Role.ASSISTANT, text))
    view = Plain(BytesIO(), sys.stderr)
    chat = Chat(talk, cast(Endpoint, None), Memory(), view)
    lines = Lines(iter(()), view, shown=False)
    return Session(chat, Connector(Config(), {}, view), saved, view, lines)
