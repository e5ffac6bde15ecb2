"""Messages as JSON values, as they are sent, stored and exported, and back."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from nemochat.core.messages import Continuation, Ending, Message, Provenance, Role, ToolCall, Usage
from nemochat.core.parameters import Value

Json = Any  # the result of json.loads; every use checks the type first


def to_request(message: Message) -> dict[str, Any]:
    """Return a message as in the Chat Completions protocol."""
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
    """Return everything of a message except its role and content."""
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
    """Return a message from its role, its content and its details."""
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
    """Return a provenance as JSON values, without unknown ones."""
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
    """Return a provenance from its JSON values; members unknown to this version are ignored."""
    result = {name: value for name, value in data.items() if name in Provenance._fields}
    if "ending" in result:
        result["ending"] = Ending.from_label(result["ending"])
    if "usage" in result:
        result["usage"] = Usage(**{k: v for k, v in result["usage"].items() if k in Usage._fields})
    result["continued"] = tuple(Continuation(**each) for each in result.get("continued", ()))
    result["parameters"] = parameters_from_json(result.get("parameters", {}))
    return Provenance(**result)


def to_plain(messages: Iterable[Message]) -> list[dict[str, str]]:
    """Return only the roles and contents of messages."""
    return [{"role": each.role.value, "content": each.content} for each in messages]


def from_plain(data: Iterable[dict[str, str]]) -> tuple[Message, ...]:
    """Return messages from their roles and contents."""
    return tuple(Message(Role(each["role"]), each["content"]) for each in data)


def parameters_from_json(data: dict[str, Any]) -> dict[str, Value]:
    """Return sampling parameters from JSON values, with tuples for lists."""
    return {k: tuple(v) if isinstance(v, list) else v for k, v in data.items()}
