"""Messages: their roles, where answers came from, and how they ended."""

from __future__ import annotations

from enum import Enum, StrEnum
from types import MappingProxyType
from typing import NamedTuple

from nemochat.core.parameters import Values
from nemochat.errors import ExitCode


class Role(StrEnum):
    """The author of a message."""

    SYSTEM = "system"
    USER = "user"
    ASSISTANT = "assistant"
    TOOL = "tool"


class Ending(Enum):
    """End of an answer: its name in JSON, its exit code, and its description."""

    COMPLETE = "complete", ExitCode.OK, ""
    LENGTH = "length", ExitCode.INCOMPLETE, "cut off at the endpoint's token limit"
    MAX_TOKENS = "max_tokens", ExitCode.OK, "cut off at max_tokens"
    TOOL_CALLS = "tool_calls", ExitCode.OK, "the model wants to call tools"
    CONTENT_FILTER = (
        "content_filter",
        ExitCode.INCOMPLETE,
        "cut off by the endpoint's content filter",
    )
    INTERRUPTED = "interrupted", ExitCode.INTERRUPTED, "stopped by you"
    CONNECTION_LOST = "connection_lost", ExitCode.INCOMPLETE, "the connection was lost"
    STALLED = "stalled", ExitCode.INCOMPLETE, "the endpoint stopped sending"
    FAILED = "failed", ExitCode.INCOMPLETE, "the endpoint failed"
    UNFINISHED = "unfinished", ExitCode.INCOMPLETE, "the endpoint closed the connection early"
    REPEATING = "repeating", ExitCode.INCOMPLETE, "stopped because it repeated itself"
    EMPTY = "empty", ExitCode.NO_ANSWER, "the answer was empty"

    def __init__(self, label: str, exit_code: ExitCode, words: str) -> None:
        self.label = label
        self.exit_code = exit_code
        self.words = words

    @classmethod
    def from_label(cls, label: str) -> Ending:
        """Return the ending with this name in JSON and in the store; KeyError if there is none."""
        return _ENDINGS[label]

    @property
    def is_complete(self) -> bool:
        """Return whether nothing is missing from the answer."""
        return self in {Ending.COMPLETE, Ending.TOOL_CALLS}


_ENDINGS = {ending.label: ending for ending in Ending}


class Usage(NamedTuple):
    """Tokens and cost counted by the endpoint; None where it reports nothing.

    Attributes:
        estimated_cost: US dollars.
    """

    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    total_tokens: int | None = None
    cached_tokens: int | None = None
    estimated_cost: float | None = None


class ToolCall(NamedTuple):
    """A function that the model wants to call; `arguments` is its JSON text."""

    id: str
    name: str
    arguments: str


class Continuation(NamedTuple):
    """A place where an answer was cut and continued.

    Attributes:
        at: The number of characters before it.
        ending: How the answer had ended there; "" if the process had died.
        asked: The message that requested the rest.
        overlap: The number of repeated characters that were removed.
    """

    at: int
    ending: str
    asked: str
    overlap: int


class Provenance(NamedTuple):
    """Origin of an answer.

    Attributes:
        model: The model that answered, as the endpoint named it.
        asked_model: The model that was requested.
        endpoint: The endpoint's name.
        parameters: The sampling parameters that were sent.
        ending: How it ended; None while it grows, or if the process died before.
        reason: The endpoint's own words for a failed ending, or "".
        usage: The tokens and cost that the endpoint counted.
        first_token: Seconds from the request to the first delta.
        seconds: Seconds from the request to the end.
        continued: Where it was cut and continued.
    """

    model: str = ""
    asked_model: str = ""
    endpoint: str = ""
    parameters: Values = MappingProxyType({})
    ending: Ending | None = None
    reason: str = ""
    usage: Usage | None = None
    first_token: float | None = None
    seconds: float | None = None
    continued: tuple[Continuation, ...] = ()

    @property
    def tokens_a_second(self) -> float | None:
        """Return the speed of the answer after its first delta; None if unknown."""
        if not self.usage or not self.usage.completion_tokens or self.seconds is None:
            return None
        took = self.seconds - (self.first_token or 0)
        return self.usage.completion_tokens / took if took > 0 else None


class Message(NamedTuple):
    """One message of a conversation; only answers of the model have a `provenance`."""

    role: Role
    content: str
    reasoning: str = ""
    tool_calls: tuple[ToolCall, ...] = ()
    tool_call_id: str = ""
    provenance: Provenance | None = None

    @property
    def ending(self) -> Ending | None:
        """Return how this answer ended; None for other messages."""
        return self.provenance.ending if self.provenance else None

    @property
    def outcome(self) -> str:
        """Return how the answer ended in words, with the endpoint's reason, or ""."""
        if not self.provenance or not self.provenance.ending:
            return ""
        words, reason = self.provenance.ending.words, self.provenance.reason
        if reason.startswith(words):  # one of our own errors
            return reason
        return f"{words} ({reason})" if words and reason else words

    @property
    def empty(self) -> bool:
        """Return whether there is nothing to show or to send."""
        return not self.content.strip() and not self.tool_calls
