"""Our own JSON: the OpenAI messages of the path, and the complete tree with provenance."""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import partial
from typing import Any

from nemochat.core import records
from nemochat.core.conversation import Conversation, MessageNode, Settings
from nemochat.core.messages import Message, Role
from nemochat.store.formats.reading import ParsedRecords, Source, parse_record, parse_time

VERSION = 1
MARK = "nemochat"  # the member that marks our JSON; its value is the version


def write(conversations: list[Conversation]) -> str:
    """Return one object, or a list of several."""
    objects = [to_object(each) for each in conversations]
    return (
        json.dumps(objects[0] if len(objects) == 1 else objects, ensure_ascii=False, indent=2)
        + "\n"
    )


def write_lines(conversations: list[Conversation]) -> str:
    """Return one object per line."""
    return "".join(json.dumps(to_object(c), ensure_ascii=False) + "\n" for c in conversations)


def to_object(conversation: Conversation) -> dict[str, Any]:
    """Return a conversation as JSON values; `messages` can be sent to an endpoint unchanged."""
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
    """Return whether a file is our JSON."""
    return any(isinstance(each, dict) and MARK in each for each in _objects(source))


def read(source: Source) -> ParsedRecords:
    """Yield the conversations of a file."""
    for place, data in enumerate(_objects(source), 1):
        yield parse_record(f"conversation {place}", partial(from_object, data))


def from_object(data: dict[str, Any]) -> Conversation:
    """Return a conversation from its JSON values, whose types `parse_record` checks.

    Raises:
        ValueError: it is not one; also KeyError, TypeError and AttributeError.
    """
    if data[MARK] != VERSION:
        raise ValueError(f"its version is {data[MARK]!r}, not {VERSION}")
    settings = Settings(
        data["model"],
        data["endpoint"],
        data.get("system", ""),
        records.parameters_from_json(data.get("parameters", {})),
        data.get("profile", ""),
        dict(data.get("filling", {})),
        records.from_plain(data.get("examples", ())),
    )
    started = parse_time(data.get("started"))
    conversation = Conversation(settings, name=data.get("name", ""), started=started)
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
        raise ValueError("a message's key is not a number")
    message = records.message_from_json(data["role"], data["content"], data)
    return MessageNode(key, parent, message, parse_time(data.get("written")))
