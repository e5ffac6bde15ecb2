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
    for place, (told, model) in enumerate(_bodies(source.json), 1):
        yield parse_record(f"conversation {place}", partial(conversation, told, model))


def conversation(told: Json, model: str = "") -> Conversation:
    """Return the conversation in an array of messages; TypeError or ValueError if it is none."""
    made = new_conversation()
    if not isinstance(told, list):
        raise TypeError("its messages are no list")
    for each in told:
        said = message(each, model)
        if said.role is Role.SYSTEM and not made.nodes and not made.settings.system:
            made.settings.system = said.content
        else:
            append_message(made, said)
    return made


def message(told: dict[str, Any], model: str = "") -> Message:
    """Return a message from its JSON values; TypeError or ValueError if it is none."""
    role = require_text(told["role"])
    calls = tuple(
        ToolCall(
            require_text(c["id"]),
            require_text(c["function"]["name"]),
            require_text(c["function"]["arguments"]),
        )
        for c in told.get("tool_calls") or ()
    )
    known = _ROLES.get(role) or Role(role)
    origin = Provenance(model=model, ending=Ending.COMPLETE) if model else None
    return Message(
        known,
        _content(told.get("content")),
        tool_calls=calls,
        tool_call_id=require_text(told.get("tool_call_id") or ""),
        provenance=origin if known is Role.ASSISTANT else None,
    )


def _content(told: Json) -> str:
    """A content's text: itself, or the texts of its parts; an image is told in words."""
    if told is None:
        return ""
    if isinstance(told, list):
        return "\n".join(
            require_text(part["text"]) if part.get("type") == "text" else f"[{part.get('type')}]"
            for part in told
        )
    return require_text(told)


def _bodies(told: Json) -> list[tuple[Json, str]]:
    if _is_messages(told):
        return [(told, "")]
    found = []
    for each in told if isinstance(told, list) else [told]:
        model = each.get("model") if isinstance(each, dict) else ""
        messages = each.get("messages") if isinstance(each, dict) else each
        found.append((messages, model if isinstance(model, str) else ""))
    return found


def _arrays(told: Json) -> list[Json]:
    return [messages for messages, _ in _bodies(told)]


def _is_messages(told: Json) -> bool:
    return isinstance(told, list) and any(isinstance(m, dict) and "role" in m for m in told)
