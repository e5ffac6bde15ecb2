"""Messages as JSON values, as they are sent, stored and exported, and back."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from nemochat.core.messages import Continuation, Ending, Message, Provenance, Role, ToolCall, Usage
from nemochat.core.parameters import Value

Json = Any  # what json.loads gives; every use asks for the type first


def to_request(message: Message) -> dict[str, Any]:
    """A message as the Chat Completions protocol writes it."""
    made: dict[str, Any] = {"role": message.role.value, "content": message.content}
    if message.tool_calls:
        made["tool_calls"] = [
            {
                "id": call.id,
                "type": "function",
                "function": {"name": call.name, "arguments": call.arguments},
            }
            for call in message.tool_calls
        ]
    if message.role is Role.TOOL:
        made["tool_call_id"] = message.tool_call_id
    return made


def details_to_json(message: Message) -> dict[str, Any]:
    """All of a message but its role and content."""
    kept: dict[str, Any] = {}
    if message.reasoning:
        kept["reasoning"] = message.reasoning
    if message.tool_calls:
        kept["tool_calls"] = [call._asdict() for call in message.tool_calls]
    if message.tool_call_id:
        kept["tool_call_id"] = message.tool_call_id
    if message.provenance:
        kept["provenance"] = provenance_to_json(message.provenance)
    return kept


def message_from_json(role: str, content: str, kept: dict[str, Any]) -> Message:
    """A message from its role, its content and its details."""
    origin = kept.get("provenance")
    return Message(
        Role(role),
        content,
        reasoning=kept.get("reasoning", ""),
        tool_calls=tuple(ToolCall(**call) for call in kept.get("tool_calls", ())),
        tool_call_id=kept.get("tool_call_id", ""),
        provenance=provenance_from_json(origin) if origin is not None else None,
    )


def provenance_to_json(origin: Provenance) -> dict[str, Any]:
    """A provenance as JSON values, without what is not known."""
    made = {
        name: value for name, value in origin._asdict().items() if value not in (None, "", {}, ())
    }
    if origin.ending:
        made["ending"] = origin.ending.label
    if origin.continued:
        made["continued"] = [each._asdict() for each in origin.continued]
    if origin.usage:
        made["usage"] = {k: v for k, v in origin.usage._asdict().items() if v is not None}
    return made


def provenance_from_json(told: dict[str, Any]) -> Provenance:
    """A provenance from its JSON values; members that this version does not know are left out."""
    made = {name: value for name, value in told.items() if name in Provenance._fields}
    if "ending" in made:
        made["ending"] = Ending.from_label(made["ending"])
    if "usage" in made:
        made["usage"] = Usage(**{k: v for k, v in made["usage"].items() if k in Usage._fields})
    made["continued"] = tuple(Continuation(**each) for each in made.get("continued", ()))
    made["parameters"] = parameters_from_json(made.get("parameters", {}))
    return Provenance(**made)


def to_plain(messages: Iterable[Message]) -> list[dict[str, str]]:
    """Messages as their roles and contents alone."""
    return [{"role": each.role.value, "content": each.content} for each in messages]


def from_plain(told: Iterable[dict[str, str]]) -> tuple[Message, ...]:
    """Messages from their roles and contents."""
    return tuple(Message(Role(each["role"]), each["content"]) for each in told)


def parameters_from_json(told: dict[str, Any]) -> dict[str, Value]:
    """Sampling parameters from JSON values: lists are tuples here."""
    return {k: tuple(v) if isinstance(v, list) else v for k, v in told.items()}
