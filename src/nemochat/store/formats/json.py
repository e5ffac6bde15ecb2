"""Our own JSON: the OpenAI messages of the path, and the whole tree with provenance."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import partial
from types import NoneType
from typing import Any

from nemochat.core import records
from nemochat.core.conversation import Conversation, MessageNode, Settings
from nemochat.core.messages import Message, Role, Usage
from nemochat.core.records import Json
from nemochat.store.formats.reading import (
    ParsedRecords,
    Source,
    parse_record,
    parse_time,
    require_text,
)

VERSION = 1
_KINDS = (int, float, str, list, NoneType)  # of the values of parameters
MARK = "nemochat"  # the member that tells our JSON: its value is the version


def write(conversations: list[Conversation]) -> str:
    """One object, or a list of them where there are several."""
    objects = [to_object(each) for each in conversations]
    return (
        json.dumps(objects[0] if len(objects) == 1 else objects, ensure_ascii=False, indent=2)
        + "\n"
    )


def write_lines(conversations: list[Conversation]) -> str:
    """One object a line."""
    return "".join(json.dumps(to_object(c), ensure_ascii=False) + "\n" for c in conversations)


def to_object(conversation: Conversation) -> dict[str, Any]:
    """A conversation as JSON values; `messages` can be sent to an endpoint as it stands."""
    settings = conversation.settings
    return {
        MARK: VERSION,
        "name": conversation.name,
        "started": conversation.started.isoformat() if conversation.started else None,
        "endpoint": settings.endpoint,
        "model": settings.model,
        "system": settings.system,
        "parameters": settings.parameters,
        "profile": settings.profile,
        "filling": settings.filling,
        "examples": records.to_plain(settings.examples),
        "messages": list(_openai(settings.system, [*settings.examples, *conversation.messages()])),
        "head": conversation.head,
        "tree": [_node_to_object(node) for node in conversation.nodes.values()],
    }


def recognises(source: Source) -> bool:
    """Whether a file is our JSON."""
    return any(isinstance(each, dict) and MARK in each for each in _objects(source))


def read(source: Source) -> ParsedRecords:
    """The conversations of a file."""
    for place, data in enumerate(_objects(source), 1):
        yield parse_record(f"conversation {place}", partial(from_object, data))


def from_object(data: dict[str, Any]) -> Conversation:
    """A conversation from its JSON values.

    Raises:
        ValueError: it is none; KeyError, TypeError and AttributeError too.
    """
    if data[MARK] != VERSION:
        raise ValueError(f"it is of version {data[MARK]!r}, not {VERSION}")
    parameters = records.parameters_from_json(_check_parameters(data.get("parameters", {})))
    settings = Settings(
        require_text(data["model"]),
        require_text(data["endpoint"]),
        require_text(data.get("system", "")),
        parameters,
        require_text(data.get("profile", "")),
        {
            require_text(name): require_text(value)
            for name, value in data.get("filling", {}).items()
        },
        tuple(
            Message(Role(require_text(each["role"])), require_text(each["content"]))
            for each in data.get("examples", ())
        ),
    )
    conversation = Conversation(
        settings, name=require_text(data.get("name", "")), started=parse_time(data.get("started"))
    )
    for each in data["tree"]:
        conversation.graft(_node_from_object(each))
    conversation.go_to(data.get("head"))
    return conversation


def _objects(source: Source) -> list[Any]:
    values = source.json
    return values if isinstance(values, list) else [values]


def _openai(system: str, path: list[Message]) -> Iterable[dict[str, Any]]:
    first = [Message(Role.SYSTEM, system)] if system.strip() else []
    for message in (*first, *path):
        if message.empty and message.role is not Role.TOOL:
            continue
        yield records.to_request(message)


def _node_to_object(node: MessageNode) -> dict[str, Any]:
    written = {"written": node.written.isoformat()} if node.written else {}
    return {
        "key": node.key,
        "parent": node.parent,
        "role": node.message.role.value,
        "content": node.message.content,
        **written,
        **records.details_to_json(node.message),
    }


def _node_from_object(data: dict[str, Any]) -> MessageNode:
    key, parent = data["key"], data["parent"]
    if type(key) is not int or (parent is not None and type(parent) is not int):
        raise ValueError("a message's key is no number")
    if "provenance" in data:
        _check_provenance(data["provenance"])
    message = records.message_from_json(
        require_text(data["role"]), require_text(data["content"]), data
    )
    require_text(message.reasoning), require_text(message.tool_call_id)
    for call in message.tool_calls:
        require_text(call.id), require_text(call.name), require_text(call.arguments)
    return MessageNode(key, parent, message, parse_time(data.get("written")))


def _check_provenance(data: Mapping[str, Any]) -> None:
    for name in ("model", "asked_model", "endpoint", "reason", "ending"):
        require_text(data.get(name, ""))
    numbers = [data.get("first_token", 0), data.get("seconds", 0)]
    usage = data.get("usage", {})
    numbers += [usage.get(name, 0) for name in Usage._fields]
    for joined in data.get("continued", ()):
        numbers += [joined["at"], joined["overlap"]]
        require_text(joined["ending"]), require_text(joined["asked"])
    if not all(isinstance(n, int | float) and not isinstance(n, bool) for n in numbers):
        raise ValueError("a figure of a provenance is no number")
    _check_parameters(data.get("parameters", {}))


def _check_parameters(data: Json) -> dict[str, Any]:
    if not isinstance(data, dict) or not all(isinstance(v, _KINDS) for v in data.values()):
        raise ValueError("parameters are names with values")
    return data
