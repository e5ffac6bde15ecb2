"""Import of OpenAI messages: an array, a request body, or lines of JSONL."""

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


def recognises(source: Source) -> bool:
    """Whether a file is such an array, or an object with one, or lines of them."""
    return any(_is_messages(each) for each in _arrays(source.json))


def read(source: Source) -> ParsedRecords:
    """The conversations of a file."""
    for place, (data, model) in enumerate(_bodies(source.json), 1):
        yield parse_record(f"conversation {place}", partial(conversation, data, model))


def conversation(data: Json, model: str = "") -> Conversation:
    """Return the conversation in an array of messages; TypeError or ValueError if it is none."""
    result = new_conversation()
    if not isinstance(data, list):
        raise TypeError("its messages are no list")
    for each in data:
        entry = message(each, model)
        if entry.role is Role.SYSTEM and not result.nodes and not result.settings.system:
            result.settings.system = entry.content
        else:
            append_message(result, entry)
    return result


def message(data: dict[str, Any], model: str = "") -> Message:
    """Return a message from its JSON values; TypeError or ValueError if it is none."""
    role = require_text(data["role"])
    calls = tuple(
        ToolCall(
            require_text(c["id"]),
            require_text(c["function"]["name"]),
            require_text(c["function"]["arguments"]),
        )
        for c in data.get("tool_calls") or ()
    )
    our_role = _ROLES.get(role) or Role(role)
    origin = Provenance(model=model, ending=Ending.COMPLETE) if model else None
    return Message(
        our_role,
        _content(data.get("content")),
        tool_calls=calls,
        tool_call_id=require_text(data.get("tool_call_id") or ""),
        provenance=origin if our_role is Role.ASSISTANT else None,
    )


def _content(data: Json) -> str:
    """A content's text: itself, or the texts of its parts; an image is told in words."""
    if data is None:
        return ""
    if isinstance(data, list):
        return "\n".join(
            require_text(part["text"]) if part.get("type") == "text" else f"[{part.get('type')}]"
            for part in data
        )
    return require_text(data)


def _bodies(data: Json) -> list[tuple[Json, str]]:
    if _is_messages(data):
        return [(data, "")]
    bodies = []
    for each in data if isinstance(data, list) else [data]:
        model = each.get("model") if isinstance(each, dict) else ""
        messages = each.get("messages") if isinstance(each, dict) else each
        bodies.append((messages, model if isinstance(model, str) else ""))
    return bodies


def _arrays(data: Json) -> list[Json]:
    return [messages for messages, _ in _bodies(data)]


def _is_messages(data: Json) -> bool:
    return isinstance(data, list) and any(isinstance(m, dict) and "role" in m for m in data)
