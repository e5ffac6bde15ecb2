"""Export to Markdown, with questions quoted, and to plain text, with speakers named."""

from __future__ import annotations

from nemochat.core.conversation import Conversation
from nemochat.core.messages import Message, Role

_SPEAKERS = {Role.USER: "You", Role.ASSISTANT: "Nemo", Role.SYSTEM: "System", Role.TOOL: "Tool"}
_BETWEEN = "\n\n" + "-" * 72 + "\n\n"


def write(conversations: list[Conversation]) -> str:
    """Return the conversations in Markdown, separated by rules."""
    return "\n---\n\n".join(_page(each) for each in conversations)


def _page(conversation: Conversation) -> str:
    title = " ".join(conversation.title().split()) or "A conversation"
    parts = [f"# {title}"]
    if conversation.settings.system:
        parts.append(f"**System prompt**\n\n{_quote(conversation.settings.system)}")
    parts += [text for message in conversation.messages() if (text := _format_message(message))]
    return "\n\n".join(parts) + "\n"


def _format_message(message: Message) -> str:
    if message.role is Role.ASSISTANT:
        return message.content.strip("\n") + format_ending(message)
    if message.role is Role.USER:
        return _quote(message.content)
    return f"**{message.role.value}**\n\n{_quote(message.content)}" if message.content else ""


def format_ending(message: Message) -> str:
    """Return how an answer ended as a paragraph, or "" if it is complete."""
    stopped = message.provenance is not None and message.ending is None
    outcome = message.outcome or ("nemochat ended too early" if stopped and message.content else "")
    return f"\n\n*[{outcome}]*" if outcome else ""


def _quote(text: str) -> str:
    return "\n".join(f"> {line}".rstrip() for line in text.strip("\n").splitlines())


def write_text(conversations: list[Conversation]) -> str:
    """Return the conversations as plain text, separated by lines."""
    return _BETWEEN.join(_text_page(each) for each in conversations) + "\n"


def _text_page(conversation: Conversation) -> str:
    system = conversation.settings.system
    messages = [Message(Role.SYSTEM, system)] if system else []
    messages += [message for message in conversation.messages() if message.content]
    parts = [conversation.title(), *(f"{_SPEAKERS[m.role]}:\n{_text(m)}" for m in messages)]
    return "\n\n".join(part for part in parts if part)


def _text(message: Message) -> str:
    return message.content + (f"\n[{message.outcome}]" if message.outcome else "")
