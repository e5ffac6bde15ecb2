"""Our own JSON: the OpenAI messages of the path, and beside them the whole tree with provenance."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from nemochat.core import records
from nemochat.core.conversation import Conversation, Node, Settings
from nemochat.core.messages import Message, Role, Usage
from nemochat.store.formats.reading import Read, Source, guarded, moment, text

VERSION = 1
MARK = "nemochat"  # the member that tells our JSON: its value is the version


def write(conversations: list[Conversation]) -> str:
    """One object, or a list of them where there are several."""
    made = [as_object(each) for each in conversations]
    return json.dumps(made[0] if len(made) == 1 else made, ensure_ascii=False, indent=2) + "\n"


def write_lines(conversations: list[Conversation]) -> str:
    """One object a line."""
    return "".join(json.dumps(as_object(c), ensure_ascii=False) + "\n" for c in conversations)


def as_object(conversation: Conversation) -> dict[str, Any]:
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
        "examples": records.bare(settings.examples),
        "messages": list(_openai(settings.system, [*settings.examples, *conversation.messages()])),
        "head": conversation.head,
        "tree": [_placed(node) for node in conversation.nodes.values()],
    }


def recognises(source: Source) -> bool:
    """Whether a file is our JSON."""
    return any(isinstance(each, dict) and MARK in each for each in _objects(source))


def read(source: Source) -> Read:
    """The conversations of a file."""
    for place, told in enumerate(_objects(source), 1):
        yield guarded(f"conversation {place}", lambda told=told: from_object(told))  # type: ignore[misc]


def from_object(told: dict[str, Any]) -> Conversation:
    """A conversation from its JSON values.

    Raises:
        ValueError: it is none; KeyError, TypeError and AttributeError too.
    """
    if told[MARK] != VERSION:
        raise ValueError(f"it is of version {told[MARK]!r}, not {VERSION}")
    parameters = records.values(_checked_parameters(told.get("parameters", {})))
    settings = Settings(
        text(told["model"]),
        text(told["endpoint"]),
        text(told.get("system", "")),
        parameters,
        text(told.get("profile", "")),
        {text(name): text(value) for name, value in told.get("filling", {}).items()},
        tuple(
            Message(Role(text(each["role"])), text(each["content"]))
            for each in told.get("examples", ())
        ),
    )
    made = Conversation(
        settings, name=text(told.get("name", "")), started=moment(told.get("started"))
    )
    for each in told["tree"]:
        made.graft(_node(each))
    made.go_to(told.get("head"))
    return made


def _objects(source: Source) -> list[Any]:
    found = source.json
    return found if isinstance(found, list) else [found]


def _openai(system: str, path: list[Message]) -> Iterable[dict[str, Any]]:
    first = [Message(Role.SYSTEM, system)] if system.strip() else []
    for message in (*first, *path):
        if message.empty and message.role is not Role.TOOL:
            continue
        yield records.as_sent(message)


def _placed(node: Node) -> dict[str, Any]:
    written = {"written": node.written.isoformat()} if node.written else {}
    return {
        "key": node.key,
        "parent": node.parent,
        "role": node.message.role.value,
        "content": node.message.content,
        **written,
        **records.details(node.message),
    }


def _node(told: dict[str, Any]) -> Node:
    key, parent = told["key"], told["parent"]
    if type(key) is not int or (parent is not None and type(parent) is not int):
        raise ValueError("a message's key is no number")
    if "provenance" in told:
        _check_provenance(told["provenance"])
    said = records.message(text(told["role"]), text(told["content"]), told)
    text(said.reasoning), text(said.tool_call_id)
    for call in said.tool_calls:
        text(call.id), text(call.name), text(call.arguments)
    return Node(key, parent, said, moment(told.get("written")))


def _check_provenance(told: Mapping[str, Any]) -> None:
    for name in ("model", "asked_model", "endpoint", "reason", "ending"):
        text(told.get(name, ""))
    numbers = [told.get("first_token", 0), told.get("seconds", 0)]
    usage = told.get("usage", {})
    numbers += [usage.get(name, 0) for name in Usage._fields]
    for joined in told.get("continued", ()):
        numbers += [joined["at"], joined["overlap"]]
        text(joined["ending"]), text(joined["asked"])
    if not all(isinstance(n, int | float) and not isinstance(n, bool) for n in numbers):
        raise ValueError("a figure of a provenance is no number")
    _checked_parameters(told.get("parameters", {}))


def _checked_parameters(told: Any) -> dict[str, Any]:  # noqa: ANN401 - what the file holds
    kinds = int | float | str | list | None  # type: ignore[type-arg]
    if not isinstance(told, dict) or not all(isinstance(v, kinds) for v in told.values()):
        raise ValueError("parameters are names with values")
    return told
