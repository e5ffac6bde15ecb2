"""Export to plain text: who spoke, and exactly what they said."""

from __future__ import annotations

from nemochat.core.conversation import Conversation
from nemochat.core.messages import Message, Role

_SPEAKERS = {Role.USER: "You", Role.ASSISTANT: "Nemo", Role.SYSTEM: "System", Role.TOOL: "Tool"}
_BETWEEN = "\n\n" + "-" * 72 + "\n\n"


def write(conversations: list[Conversation]) -> str:
    """One conversation after the other, a line between them."""
    return _BETWEEN.join(_page(each) for each in conversations) + "\n"


def _page(conversation: Conversation) -> str:
    system = conversation.settings.system
    messages = [Message(Role.SYSTEM, system)] if system else []
    messages += [message for message in conversation.messages() if message.content]
    parts = [conversation.title(), *(f"{_SPEAKERS[m.role]}:\n{_text(m)}" for m in messages)]
    return "\n\n".join(part for part in parts if part)


def _text(message: Message) -> str:
    return message.content + (f"\n[{message.outcome}]" if message.outcome else "")
