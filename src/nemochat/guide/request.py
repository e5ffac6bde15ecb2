"""Request to the guide, validated as strictly as by the real endpoint."""

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
    """A valid request."""

    model: str
    messages: tuple[Message, ...]
    parameters: Values
    stream: bool
    include_usage: bool


class RequestError(Exception):
    """A request that is refused, with the HTTP status, the body as JSON and further headers."""

    def __init__(self, status: int, body: object, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(status)
        self.status = status
        self.body = body
        self.headers = headers or {}


class _Problems:
    """All problems of a body, for one response."""

    def __init__(self) -> None:
        self.detail: list[dict[str, object]] = []

    def add(self, place: _Place, message: str) -> None:
        self.detail.append({"loc": ["body", *place], "msg": message, "type": "value_error"})


def parse_request(raw: bytes) -> Request:
    """Parse the body of a request.

    Raises:
        RequestError: not JSON (400), an invalid member (422), or an unknown model (404).
    """
    try:
        body = json.loads(raw)
    except (ValueError, RecursionError):
        raise RequestError(400, {"error": {"message": "the request body is not JSON"}}) from None
    problems = _Problems()
    if not isinstance(body, dict):
        problems.add((), "must be an object")
        raise RequestError(422, {"detail": problems.detail})
    _check_members(body, problems)
    options = body.get("stream_options")
    request = Request(
        str(body.get("model")),
        tuple(_messages(body.get("messages"), problems)),
        _parameters(body, problems),
        stream=body.get("stream") is True,
        include_usage=isinstance(options, dict) and options.get("include_usage") is True,
    )
    if request.stream and not parameters.can_stream(request.parameters):
        problems.add(("n",), "n != 1 is incompatible with streaming")
    if problems.detail:
        raise RequestError(422, {"detail": problems.detail})
    if request.model not in MODELS:
        raise RequestError(404, {"error": "Model not found"})
    return request


def _check_members(body: dict[str, Any], problems: _Problems) -> None:
    """Check the members other than the messages and the sampling parameters."""
    model, stream, options, tools, format_ = map(
        body.get, ("model", "stream", "stream_options", "tools", "response_format")
    )
    are_objects = isinstance(tools, list) and all(isinstance(tool, dict) for tool in tools)
    is_text = isinstance(format_, dict) and format_.get("type") == "text"
    for is_valid, name, message in (
        (isinstance(model, str) and model != "", "model", "must be a name"),
        (isinstance(stream, bool | None), "stream", "must be true or false"),
        (isinstance(options, dict | None), "stream_options", "must be an object"),
        (tools is None or are_objects, "tools", "must be a list of objects"),
        (format_ is None or is_text, "response_format", "the guide can only answer in plain text"),
    ):
        if not is_valid:
            problems.add((name,), message)


def _parameters(body: dict[str, Any], problems: _Problems) -> Values:
    """Return the sampling parameters; null is the default, but removes the limit of max_tokens."""
    values: dict[str, Value] = {}
    for parameter in parameters.TABLE:
        name = parameter.name
        if body.get(name) is None and (name != "max_tokens" or name not in body):
            continue
        try:
            values[name] = parameter.check(body[name])
        except UsageError as error:
            problems.add((name,), error.sentence)
    return values


def _messages(messages: object, problems: _Problems) -> Iterator[Message]:
    if not isinstance(messages, list) or not messages:
        problems.add(("messages",), "must be a list of messages")
        return
    roles = []
    for number, message in enumerate(messages):
        place = ("messages", number)
        if not isinstance(message, dict):
            problems.add(place, "must be an object")
            continue
        role = message.get("role")
        if role not in tuple(Role):
            problems.add((*place, "role"), f"must be one of {', '.join(Role)}")
            continue
        roles.append(role)
        yield Message(Role(role), _content(message, place, problems))
    if roles.count(Role.SYSTEM) > 1:
        problems.add(("messages",), "there may be only one system message")
    spoken = [role for role in roles if role != Role.SYSTEM]
    if Role.USER not in spoken or spoken[-1] == Role.ASSISTANT:
        problems.add(("messages",), "the last message must be from the user or a tool")


def _content(message: dict[str, Any], place: _Place, problems: _Problems) -> str:
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
    problems.add((*place, "content"), "must be text")
    return ""
