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

_ROLES = {"user": Role.USER, "assistant": Role.ASSISTANT, "tool": Role.TOOL}  # system: hidden there
_WHOLE = "finished_successfully"
_UNSAID = {"model_editable_context", "thoughts", "reasoning_recap", "user_editable_context"}


def recognises(source: Source) -> bool:
    """Whether a file is such an export."""
    told = source.json
    listed = told if isinstance(told, list) else [told]
    return any(isinstance(each, dict) and "mapping" in each for each in listed)


def read(source: Source) -> ParsedRecords:
    """The conversations of an export."""
    told = source.json
    for place, each in enumerate(told if isinstance(told, list) else [told], 1):
        title = each.get("title") if isinstance(each, dict) else None
        record = f"conversation {place}" + (f" ({title})" if isinstance(title, str) else "")
        yield parse_record(record, partial(_conversation, each))


def _conversation(told: dict[str, Any]) -> Conversation:
    made = new_conversation(
        require_text(told.get("title") or ""), parse_time(told.get("create_time"))
    )
    mapping: dict[str, Any] = told["mapping"]
    ours: dict[str, int | None] = {}  # the node that stands for one of theirs: itself, or one above
    for theirs in _topological_keys(mapping):
        parent = ours.get(mapping[theirs].get("parent"))
        said = _message(mapping[theirs].get("message") or {})
        if said is None:
            ours[theirs] = parent
            continue
        key = len(made.nodes) + 1
        made.graft(
            MessageNode(
                key, parent, said, parse_time(mapping[theirs]["message"].get("create_time"))
            )
        )
        ours[theirs] = key
    head = ours.get(told.get("current_node") or "")
    made.go_to(head if head is not None else made.tip(None))
    return made


def _topological_keys(mapping: dict[str, Any]) -> list[str]:
    """The keys of all nodes, parents before children; what hangs in a circle is left out."""
    waiting = [key for key, node in mapping.items() if node.get("parent") not in mapping][::-1]
    found: list[str] = []
    seen: set[str] = set()
    while waiting:
        key = waiting.pop()
        if key in seen or key not in mapping:
            continue
        seen.add(key)
        found.append(key)
        waiting += list(mapping[key].get("children") or ())[::-1]
    return found


def _message(told: dict[str, Any]) -> Message | None:
    """A message that was to be seen, or None."""
    role = _ROLES.get((told.get("author") or {}).get("role", ""))
    metadata = told.get("metadata") or {}
    content = told.get("content") or {}
    if role is None or metadata.get("is_visually_hidden_from_conversation"):
        return None
    said = _content(content)
    if not said.strip():
        return None
    provenance = None
    if role is Role.ASSISTANT:
        model = metadata.get("model_slug")
        whole = told.get("status", _WHOLE) == _WHOLE
        provenance = Provenance(
            model=model if isinstance(model, str) else "",
            endpoint="chatgpt",
            ending=Ending.COMPLETE if whole else Ending.UNFINISHED,
        )
    return Message(role, said, provenance=provenance)


def _content(told: dict[str, Any]) -> str:
    kind = told.get("content_type")
    if kind in _UNSAID:
        return ""
    if kind == "code":
        language = told.get("language")
        named = language if isinstance(language, str) and language.isidentifier() else ""
        return f"```{named}\n{require_text(told['text'])}\n```"
    if "parts" in told:
        return "\n".join(_part(part) for part in told["parts"] or ())
    return require_text(told.get("text") or told.get("result") or "")


def _part(told: Json) -> str:
    if isinstance(told, str):
        return told
    return require_text(told.get("text") or f"[{told.get('content_type', 'something')}]")
