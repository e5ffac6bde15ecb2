"""Import of OpenAI messages (an array, a request body, JSON lines) and of shell_gpt's cache."""

from __future__ import annotations

from functools import partial
from typing import Any

from nemochat.core.conversation import Conversation
from nemochat.core.messages import Ending, Message, Provenance, Role, ToolCall
from nemochat.core.records import Json
from nemochat.store.formats.reading import (
    ParsedRecords,
    Source,
    append_message,
    new_conversation,
    parse_record,
    require_text,
)

_ROLES = {"developer": Role.SYSTEM, "function": Role.TOOL}
_SHELL_GPT_ROLE = "You are "  # how every system prompt of shell_gpt begins


def recognises(source: Source) -> bool:
    """Return whether a file is an array of messages, an object with one, or lines of these."""
    return any(_is_messages(messages) for messages, _ in _bodies(source.json))


def read(source: Source) -> ParsedRecords:
    """Yield the conversations of a file."""
    for place, (data, model) in enumerate(_bodies(source.json), 1):
        yield parse_record(f"conversation {place}", partial(conversation, data, model))


def recognises_shell_gpt(source: Source) -> bool:
    """Return whether a file is a chat cached by shell_gpt: no suffix, and a role comes first."""
    data = source.json
    return (
        not source.path.suffix
        and _is_messages(data)
        and isinstance(data[0], dict)
        and data[0].get("role") == "system"
        and str(data[0].get("content")).startswith(_SHELL_GPT_ROLE)
    )


def read_shell_gpt(source: Source) -> ParsedRecords:
    """Yield the conversation of a file."""
    name = source.path.name
    yield parse_record(name, lambda: conversation(source.json, name=name))


def conversation(data: Json, model: str = "", name: str = "") -> Conversation:
    """Return the conversation in an array of messages; otherwise TypeError or ValueError."""
    result = new_conversation(name)
    if not isinstance(data, list):
        raise TypeError("its messages are not a list")
    for each in data:
        entry = message(each, model)
        if entry.role is Role.SYSTEM and not result.nodes and not result.settings.system:
            result.settings.system = entry.content
        else:
            append_message(result, entry)
    return result


def message(data: dict[str, Any], model: str = "") -> Message:
    """Return a message from its JSON values; otherwise TypeError or ValueError."""
    role = require_text(data["role"])
    calls = tuple(
        ToolCall(c["id"], c["function"]["name"], c["function"]["arguments"])
        for c in data.get("tool_calls") or ()
    )
    our_role = _ROLES.get(role) or Role(role)
    origin = Provenance(model=model, ending=Ending.COMPLETE) if model else None
    return Message(
        our_role,
        _content(data.get("content")),
        tool_calls=calls,
        tool_call_id=data.get("tool_call_id") or "",
        provenance=origin if our_role is Role.ASSISTANT else None,
    )


def _content(data: Json) -> str:
    """Return a content's text: the text itself, or that of its parts; other parts are named."""
    if isinstance(data, list):
        return "\n".join(
            require_text(part["text"]) if part.get("type") == "text" else f"[{part.get('type')}]"
            for part in data
        )
    return "" if data is None else require_text(data)


def _bodies(data: Json) -> list[tuple[Json, str]]:
    """Return each array of messages, with the model that a request body names."""
    if _is_messages(data):
        return [(data, "")]
    bodies = []
    for each in data if isinstance(data, list) else [data]:
        body = each if isinstance(each, dict) else {"messages": each}
        model = body.get("model")
        bodies.append((body.get("messages"), model if isinstance(model, str) else ""))
    return bodies


def _is_messages(data: Json) -> bool:
    return isinstance(data, list) and any(isinstance(m, dict) and "role" in m for m in data)
