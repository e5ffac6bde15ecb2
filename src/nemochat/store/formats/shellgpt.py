"""Import of a chat cached by shell_gpt: an array of OpenAI messages."""

from __future__ import annotations

from nemochat.core.conversation import Conversation
from nemochat.store.formats import openai
from nemochat.store.formats.reading import ParsedRecords, Source, parse_record

_ROLE = "You are "  # how the system prompt of every role begins


def recognises(source: Source) -> bool:
    """Whether a file is such a chat: without a suffix, and with a role first."""
    data = source.json
    return (
        not source.path.suffix
        and isinstance(data, list)
        and bool(data)
        and isinstance(data[0], dict)
        and data[0].get("role") == "system"
        and str(data[0].get("content")).startswith(_ROLE)
    )


def read(source: Source) -> ParsedRecords:
    """The conversation of a file."""

    def read_named() -> Conversation:
        conversation = openai.conversation(source.json)
        conversation.name = source.path.name
        return conversation

    yield parse_record(source.path.name, read_named)
