"""Request to the guide, parsed as strictly as the real endpoint does."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from nemochat.core import parameters
from nemochat.core.messages import Message, Role
from nemochat.core.parameters import Value, Values
from nemochat.errors import UsageError

MODEL = "mistralai/Mistral-Nemo-Instruct-2407"
MODELS = (MODEL, "nemochat/guide")

_Place = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Request:
    """A request that can be answered."""

    model: str
    messages: tuple[Message, ...]
    parameters: Values
    stream: bool
    include_usage: bool


class RequestError(Exception):
    """A request that is answered with an error: its HTTP status, the body as JSON, more headers."""

    def __init__(self, status: int, body: object, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(status)
        self.status = status
        self.body = body
        self.headers = headers or {}


class _Problems:
    """What is wrong with a body, collected, so that one answer names all of it."""

    def __init__(self) -> None:
        self.detail: list[dict[str, object]] = []

    def add(self, place: _Place, msg: str) -> None:
        self.detail.append({"loc": ["body", *place], "msg": msg, "type": "value_error"})


def parse_request(raw: bytes) -> Request:
    """Read a request body.

    Raises:
        Refused: it is no JSON (400), a member is wrong (422), or the model is unknown (404).
    """
    try:
        body = json.loads(raw)
    except (ValueError, RecursionError):
        raise RequestError(400, {"error": {"message": "the request body is not JSON"}}) from None
    faults = _Problems()
    if not isinstance(body, dict):
        faults.add((), "an object was expected")
        raise RequestError(422, {"detail": faults.detail})
    request = Request(
        _model(body, faults),
        tuple(_messages(body.get("messages"), faults)),
        _parameters(body, faults),
        _flag(body, "stream", faults),
        _include_usage(body, faults),
    )
    if request.stream and not parameters.can_stream(request.parameters):
        faults.add(("n",), "n != 1 is incompatible with streaming")
    _refuse_unsupported(body, faults)
    if faults.detail:
        raise RequestError(422, {"detail": faults.detail})
    if request.model not in MODELS:
        raise RequestError(404, {"error": "Model not found"})
    return request


def _model(body: dict[str, Any], faults: _Problems) -> str:
    model = body.get("model")
    if isinstance(model, str) and model:
        return model
    faults.add(("model",), "a name was expected")
    return ""


def _flag(body: dict[str, Any], name: str, faults: _Problems) -> bool:
    flag = body.get(name)
    if flag is not None and not isinstance(flag, bool):
        faults.add((name,), "true or false was expected")
    return flag is True


def _include_usage(body: dict[str, Any], faults: _Problems) -> bool:
    options = body.get("stream_options")
    if options is None:
        return False
    if not isinstance(options, dict):
        faults.add(("stream_options",), "an object was expected")
        return False
    return options.get("include_usage") is True


def _parameters(body: dict[str, Any], faults: _Problems) -> Values:
    """The sampling parameters; null is the default, but lifts the limit of max_tokens."""
    values: dict[str, Value] = {}
    for parameter in parameters.TABLE:
        if parameter.name not in body:
            continue
        value = body[parameter.name]
        if value is None and parameter.name != "max_tokens":
            continue
        try:
            values[parameter.name] = parameter.check(value)
        except UsageError as error:
            faults.add((parameter.name,), error.sentence)
    return values


def _refuse_unsupported(body: dict[str, Any], faults: _Problems) -> None:
    tools = body.get("tools")
    if tools is not None and not (
        isinstance(tools, list) and all(isinstance(tool, dict) for tool in tools)
    ):
        faults.add(("tools",), "a list of objects was expected")
    format_ = body.get("response_format")
    if format_ is not None and not (isinstance(format_, dict) and format_.get("type") == "text"):
        faults.add(("response_format",), "the guide writes text and no JSON: ask a model for that")


def _messages(messages: object, faults: _Problems) -> Iterator[Message]:
    if not isinstance(messages, list) or not messages:
        faults.add(("messages",), "a list of messages was expected")
        return
    roles = []
    for number, message in enumerate(messages):
        place = ("messages", number)
        if not isinstance(message, dict):
            faults.add(place, "an object was expected")
            continue
        role = message.get("role")
        if role not in tuple(Role):
            faults.add((*place, "role"), f"one of {', '.join(Role)} was expected")
            continue
        roles.append(role)
        yield Message(Role(role), _content(message, place, faults))
    if roles.count(Role.SYSTEM) > 1:
        faults.add(("messages",), "at most one system message is taken")
    spoken = [role for role in roles if role != Role.SYSTEM]
    if Role.USER not in spoken or spoken[-1] == Role.ASSISTANT:
        faults.add(
            ("messages",), "the conversation must end with a message of the user, or a tool's"
        )


def _content(message: dict[str, Any], place: _Place, faults: _Problems) -> str:
    content = message.get("content")
    if isinstance(content, str):
        return content
    if isinstance(content, list):
        parts = [part.get("text") if isinstance(part, dict) else None for part in content]
        texts = [part for part in parts if isinstance(part, str)]
        if len(texts) == len(parts):
            return "".join(texts)
    elif content is None and message["role"] == Role.ASSISTANT and message.get("tool_calls"):
        return ""
    faults.add((*place, "content"), "a text was expected")
    return ""
