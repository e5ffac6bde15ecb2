"""Messages as JSON values, as they are sent, stored and exported, and back."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from nemochat.core.messages import Continuation, Ending, Message, Provenance, Role, ToolCall, Usage
from nemochat.core.parameters import Value

Json = Any  # what json.loads gives; every use asks for the type first


def to_request(message: Message) -> dict[str, Any]:
    """A message as the Chat Completions protocol writes it."""
    result: dict[str, Any] = {"role": message.role.value, "content": message.content}
    if message.tool_calls:
        result["tool_calls"] = [
            {
                "id": call.id,
                "type": "function",
                "function": {"name": call.name, "arguments": call.arguments},
            }
            for call in message.tool_calls
        ]
    if message.role is Role.TOOL:
        result["tool_call_id"] = message.tool_call_id
    return result


def details_to_json(message: Message) -> dict[str, Any]:
    """All of a message but its role and content."""
    details: dict[str, Any] = {}
    if message.reasoning:
        details["reasoning"] = message.reasoning
    if message.tool_calls:
        details["tool_calls"] = [call._asdict() for call in message.tool_calls]
    if message.tool_call_id:
        details["tool_call_id"] = message.tool_call_id
    if message.provenance:
        details["provenance"] = provenance_to_json(message.provenance)
    return details


def message_from_json(role: str, content: str, details: dict[str, Any]) -> Message:
    """A message from its role, its content and its details."""
    origin = details.get("provenance")
    return Message(
        Role(role),
        content,
        reasoning=details.get("reasoning", ""),
        tool_calls=tuple(ToolCall(**call) for call in details.get("tool_calls", ())),
        tool_call_id=details.get("tool_call_id", ""),
        provenance=provenance_from_json(origin) if origin is not None else None,
    )


def provenance_to_json(origin: Provenance) -> dict[str, Any]:
    """A provenance as JSON values, without what is not known."""
    result = {
        name: value for name, value in origin._asdict().items() if value not in (None, "", {}, ())
    }
    if origin.ending:
        result["ending"] = origin.ending.label
    if origin.continued:
        result["continued"] = [each._asdict() for each in origin.continued]
    if origin.usage:
        result["usage"] = {k: v for k, v in origin.usage._asdict().items() if v is not None}
    return result


def provenance_from_json(data: dict[str, Any]) -> Provenance:
    """A provenance from its JSON values; members that this version does not know are left out."""
    result = {name: value for name, value in data.items() if name in Provenance._fields}
    if "ending" in result:
        result["ending"] = Ending.from_label(result["ending"])
    if "usage" in result:
        result["usage"] = Usage(**{k: v for k, v in result["usage"].items() if k in Usage._fields})
    result["continued"] = tuple(Continuation(**each) for each in result.get("continued", ()))
    result["parameters"] = parameters_from_json(result.get("parameters", {}))
    return Provenance(**result)


def to_plain(messages: Iterable[Message]) -> list[dict[str, str]]:
    """Messages as their roles and contents alone."""
    return [{"role": each.role.value, "content": each.content} for each in messages]


def from_plain(data: Iterable[dict[str, str]]) -> tuple[Message, ...]:
    """Messages from their roles and contents."""
    return tuple(Message(Role(each["role"]), each["content"]) for each in data)


def parameters_from_json(data: dict[str, Any]) -> dict[str, Value]:
    """Sampling parameters from JSON values: lists are tuples here."""
    return {k: tuple(v) if isinstance(v, list) else v for k, v in data.items()}
