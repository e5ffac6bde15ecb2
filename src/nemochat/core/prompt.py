"""Prompt for one request: the path of a conversation as Nemo's chat template accepts it.

The template accepts one system message at the start, then alternating user and assistant messages,
and requires the last one to be from the user or a tool. Anything else is refused with status 400,
or drops the system prompt. Interrupted answers, failures, undos and imports leave other histories,
so the messages to send are built from the path here. The path itself is never changed.
"""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256
from itertools import takewhile
from typing import NamedTuple

from nemochat.core.json_schema import ResponseFormat
from nemochat.core.messages import Message, Role, ToolCall
from nemochat.core.parameters import Values

_ALPHANUMERIC = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
_TOOL_CALL_ID_LENGTH = 9
_TALKERS = {Role.USER, Role.ASSISTANT}
WINDOW = 131_072  # tokens that Mistral Nemo can read and write in one turn
_BYTES_A_TOKEN = 4  # of UTF-8; English prose has more per token, code fewer
_TOKENS_A_MESSAGE = 4  # of the chat template, around each message


class Prompt(NamedTuple):
    """The content of one request.

    Attributes:
        response_format: The required form of the answer; None leaves it to the model.
    """

    model: str
    messages: tuple[Message, ...]
    parameters: Values
    stream: bool = True
    response_format: ResponseFormat | None = None


def build_messages(system: str, path: Iterable[Message]) -> tuple[Message, ...]:
    """Return the messages to send for this path, as Nemo's template accepts them.

    Args:
        system: The system prompt, or "". It overrides system messages within the path.
        path: The messages from the first to the question to be answered.
    """
    path = tuple(path)
    systems = [system] if system.strip() else [m.content for m in path if m.role is Role.SYSTEM]
    spoken = _without_loose_tools(
        [m for m in path if m.role is Role.TOOL or (m.role in _TALKERS and not m.empty)]
    )
    merged: list[Message] = []
    for message in spoken:
        if (
            merged
            and merged[-1].role is message.role
            and _is_plain(message)
            and _is_plain(merged[-1])
        ):
            both = f"{merged[-1].content}\n\n{message.content}"
            merged[-1] = merged[-1]._replace(content=both)
        elif merged or message.role is Role.USER:  # an answer cannot come first
            merged.append(message)
    while merged and merged[-1].role is Role.ASSISTANT:
        merged.pop()
    head = [Message(Role.SYSTEM, "\n\n".join(systems))] if any(s.strip() for s in systems) else []
    return (*head, *(_with_short_ids(message) for message in merged))


def _is_plain(message: Message) -> bool:
    return not message.tool_calls and message.role is not Role.TOOL


def _without_loose_tools(messages: list[Message]) -> list[Message]:
    """Remove tool calls without results, results without calls, and exchanges without an answer.

    The template does not count an exchange with tools as a turn: it has to follow a question and to
    lead to an answer, or to be the last.
    """
    kept: list[Message] = []
    for place, message in enumerate(messages):
        follows_question = bool(kept) and kept[-1].role in {Role.USER, Role.TOOL}
        if message.tool_calls:
            calls = {call.id for call in message.tool_calls}
            following = takewhile(lambda m: m.role is Role.TOOL, messages[place + 1 :])
            results = [result for result in following if result.tool_call_id in calls]
            if follows_question and calls == {result.tool_call_id for result in results}:
                kept += [message, *results]
            elif message.content.strip():
                kept.append(message._replace(tool_calls=()))
        elif message.role is not Role.TOOL:
            if message.role is Role.USER:
                _drop_unanswered(kept)
            kept.append(message)
    return kept


def _drop_unanswered(result: list[Message]) -> None:
    """Remove an exchange with tools from the end, up to the question before it."""
    while result and (result[-1].role is Role.TOOL or result[-1].tool_calls):
        result.pop()


def _with_short_ids(message: Message) -> Message:
    if not message.tool_calls and not message.tool_call_id:
        return message
    return message._replace(
        tool_calls=tuple(
            ToolCall(shorten_id(call.id), call.name, call.arguments) for call in message.tool_calls
        ),
        tool_call_id=shorten_id(message.tool_call_id) if message.tool_call_id else "",
    )


def shorten_id(id: str) -> str:
    """Return an id as the 9 alphanumerics that Nemo's template requires; equal for equal ids."""
    if len(id) == _TOOL_CALL_ID_LENGTH and all(c in _ALPHANUMERIC for c in id):
        return id
    digest = sha256(id.encode("utf-8", "surrogatepass")).digest()
    return "".join(
        _ALPHANUMERIC[byte % len(_ALPHANUMERIC)] for byte in digest[:_TOOL_CALL_ID_LENGTH]
    )


def estimate_tokens(text: str) -> int:
    """Return roughly how many tokens a text has, from its bytes: within a third for prose and code.

    Greek and Cyrillic letters count as half a token each, which is somewhat too much, Chinese and
    Japanese characters as three quarters of one.
    """
    size = len(text) if text.isascii() else len(text.encode("utf-8", "replace"))
    return -(-size // _BYTES_A_TOKEN)


def estimate_filled(system: str, path: Iterable[Message], texts: Iterable[str]) -> int:
    """Return roughly how many tokens of the context the path and further texts use."""
    return estimate_used(system, path) + sum(map(estimate_tokens, texts))


def estimate_used(system: str, path: Iterable[Message]) -> int:
    """Return roughly how many tokens of the context are used before the next question.

    That is the endpoint's count for the last answer, and an estimate of later messages.
    """
    tokens = estimate_tokens(system)
    for message in path:
        usage = message.provenance.usage if message.provenance else None
        if usage and usage.prompt_tokens is not None and usage.completion_tokens is not None:
            tokens = usage.prompt_tokens + usage.completion_tokens
        else:
            tokens += estimate_tokens(message.content) + _TOKENS_A_MESSAGE
    return tokens
