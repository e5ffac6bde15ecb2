"""Import of ChatGPT's export, `conversations.json`: each conversation is a tree."""

from __future__ import annotations

from functools import partial
from typing import Any

from nemochat.core.conversation import Conversation, MessageNode
from nemochat.core.messages import Ending, Message, Provenance, Role
from nemochat.core.records import Json
from nemochat.store.formats.reading import (
    ParsedRecords,
    Source,
    new_conversation,
    parse_record,
    parse_time,
    require_text,
)

_ROLES = {
    "user": Role.USER,
    "assistant": Role.ASSISTANT,
    "tool": Role.TOOL,
}  # it hides the others
_WHOLE = "finished_successfully"
_UNSAID = {"model_editable_context", "thoughts", "reasoning_recap", "user_editable_context"}


def recognises(source: Source) -> bool:
    """Return whether a file is such an export."""
    data = source.json
    listed = data if isinstance(data, list) else [data]
    return any(isinstance(each, dict) and "mapping" in each for each in listed)


def read(source: Source) -> ParsedRecords:
    """Yield the conversations of an export."""
    data = source.json
    for place, each in enumerate(data if isinstance(data, list) else [data], 1):
        title = each.get("title") if isinstance(each, dict) else None
        record = f"conversation {place}" + (f" ({title})" if isinstance(title, str) else "")
        yield parse_record(record, partial(_conversation, each))


def _conversation(data: dict[str, Any]) -> Conversation:
    conversation = new_conversation(
        require_text(data.get("title") or ""), parse_time(data.get("create_time"))
    )
    mapping: dict[str, Any] = data["mapping"]
    our_keys: dict[str, int | None] = {}  # by their keys; a hidden node has its parent's
    for their_key in _topological_keys(mapping):
        parent = our_keys.get(mapping[their_key].get("parent"))
        message = _message(mapping[their_key].get("message") or {})
        if message is None:
            our_keys[their_key] = parent
            continue
        key = len(conversation.nodes) + 1
        conversation.graft(
            MessageNode(
                key, parent, message, parse_time(mapping[their_key]["message"].get("create_time"))
            )
        )
        our_keys[their_key] = key
    head = our_keys.get(data.get("current_node") or "")
    conversation.go_to(head if head is not None else conversation.tip(None))
    return conversation


def _topological_keys(mapping: dict[str, Any]) -> list[str]:
    """Return the keys of all nodes, parents before children; cycles are left out."""
    waiting = [key for key, node in mapping.items() if node.get("parent") not in mapping][::-1]
    keys: list[str] = []
    seen: set[str] = set()
    while waiting:
        key = waiting.pop()
        if key in seen or key not in mapping:
            continue
        seen.add(key)
        keys.append(key)
        waiting += list(mapping[key].get("children") or ())[::-1]
    return keys


def _message(data: dict[str, Any]) -> Message | None:
    """Return a message, or None for one that ChatGPT hides."""
    role = _ROLES.get((data.get("author") or {}).get("role", ""))
    metadata = data.get("metadata") or {}
    content = data.get("content") or {}
    if role is None or metadata.get("is_visually_hidden_from_conversation"):
        return None
    text = _content(content)
    if not text.strip():
        return None
    provenance = None
    if role is Role.ASSISTANT:
        model = metadata.get("model_slug")
        whole = data.get("status", _WHOLE) == _WHOLE
        provenance = Provenance(
            model=model if isinstance(model, str) else "",
            endpoint="chatgpt",
            ending=Ending.COMPLETE if whole else Ending.UNFINISHED,
        )
    return Message(role, text, provenance=provenance)


def _content(data: dict[str, Any]) -> str:
    kind = data.get("content_type")
    if kind in _UNSAID:
        return ""
    if kind == "code":
        language = data.get("language")
        info = language if isinstance(language, str) and language.isidentifier() else ""
        return f"```{info}\n{require_text(data['text'])}\n```"
    if "parts" in data:
        return "\n".join(_part(part) for part in data["parts"] or ())
    return require_text(data.get("text") or data.get("result") or "")


def _part(data: Json) -> str:
    if isinstance(data, str):
        return data
    return require_text(data.get("text") or f"[{data.get('content_type', 'something')}]")
