"""Export to Markdown: questions quoted, answers as they came, and how each ended."""

from __future__ import annotations

from nemochat.core.conversation import Conversation
from nemochat.core.messages import Message, Role


def write(conversations: list[Conversation]) -> str:
    """One conversation after the other, a rule between them."""
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
    """How an answer ended, as a paragraph of its own, if it is not whole."""
    stopped = message.provenance is not None and message.ending is None
    outcome = message.outcome or ("stopped with nemochat" if stopped and message.content else "")
    return f"\n\n*[{outcome}]*" if outcome else ""


def _quote(text: str) -> str:
    return "\n".join(f"> {line}".rstrip() for line in text.strip("\n").splitlines())
