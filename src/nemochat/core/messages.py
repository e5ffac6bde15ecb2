"""Messages: their roles, where answers came from, and how they ended."""

from __future__ import annotations

from enum import Enum, StrEnum
from types import MappingProxyType
from typing import NamedTuple

from nemochat.core.parameters import Values
from nemochat.errors import ExitCode


class Role(StrEnum):
    """Who speaks."""

    SYSTEM = "system"
    USER = "user"
    ASSISTANT = "assistant"
    TOOL = "tool"


class Ending(Enum):
    """How an answer ended: its name in JSON, its exit code, and what is said of it."""

    COMPLETE = "complete", ExitCode.OK, ""
    LENGTH = "length", ExitCode.INCOMPLETE, "cut at the endpoint's limit of tokens"
    MAX_TOKENS = "max_tokens", ExitCode.OK, "cut at max_tokens"
    TOOL_CALLS = "tool_calls", ExitCode.OK, "the model asks for tools"
    CONTENT_FILTER = "content_filter", ExitCode.INCOMPLETE, "cut by the endpoint's content filter"
    INTERRUPTED = "interrupted", ExitCode.INTERRUPTED, "stopped by you"
    CONNECTION_LOST = "connection_lost", ExitCode.INCOMPLETE, "the connection was lost"
    STALLED = "stalled", ExitCode.INCOMPLETE, "the endpoint fell silent"
    FAILED = "failed", ExitCode.INCOMPLETE, "the endpoint failed"
    UNFINISHED = "unfinished", ExitCode.INCOMPLETE, "the endpoint hung up without an ending"
    REPEATING = "repeating", ExitCode.INCOMPLETE, "stopped, for it repeated itself"
    EMPTY = "empty", ExitCode.NO_ANSWER, "no text came"

    def __init__(self, label: str, exit_code: ExitCode, words: str) -> None:
        self.label = label
        self.exit_code = exit_code
        self.words = words

    @classmethod
    def from_label(cls, label: str) -> Ending:
        """The ending with this label in JSON and in the store; KeyError if there is none."""
        return _ENDINGS[label]

    @property
    def is_complete(self) -> bool:
        """Whether nothing is missing of the answer."""
        return self in {Ending.COMPLETE, Ending.TOOL_CALLS}


_ENDINGS = {ending.label: ending for ending in Ending}


class Usage(NamedTuple):
    """Tokens counted and money asked by the endpoint; None where it did not say.

    Attributes:
        estimated_cost: US dollars.
    """

    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    total_tokens: int | None = None
    cached_tokens: int | None = None
    estimated_cost: float | None = None


class ToolCall(NamedTuple):
    """A function that the model wants called, `arguments` as the JSON text that it wrote."""

    id: str
    name: str
    arguments: str


class Continuation(NamedTuple):
    """That an answer was cut and gone on with.

    Attributes:
        at: After how many characters.
        ending: How it had ended there; "" if the process had died.
        asked: The turn that asked for the rest.
        overlap: How many characters the rest repeated, which were left out.
    """

    at: int
    ending: str
    asked: str
    overlap: int


class Provenance(NamedTuple):
    """Where an answer came from.

    Attributes:
        model: The model that answered, as the endpoint named it.
        asked_model: The model that was asked for.
        endpoint: The endpoint's name.
        parameters: The sampling parameters that were sent.
        ending: How it ended; None while it grows, or when the process died before.
        reason: The endpoint's own words for an ending that failed, or "".
        usage: What the endpoint counted.
        first_token: Seconds from the request to the first piece.
        seconds: Seconds from the request to the end.
        continued: Where it was cut and gone on with.
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
        """How fast the answer came after its first piece; None where that is not known."""
        if not self.usage or not self.usage.completion_tokens or self.seconds is None:
            return None
        took = self.seconds - (self.first_token or 0)
        return self.usage.completion_tokens / took if took > 0 else None


class Message(NamedTuple):
    """One message of a conversation; `provenance` stands at answers of the model."""

    role: Role
    content: str
    reasoning: str = ""
    tool_calls: tuple[ToolCall, ...] = ()
    tool_call_id: str = ""
    provenance: Provenance | None = None

    @property
    def ending(self) -> Ending | None:
        """How this answer ended; None for other messages."""
        return self.provenance.ending if self.provenance else None

    @property
    def outcome(self) -> str:
        """What is to be said of how it ended: the words and the endpoint's reason, or ""."""
        if not self.provenance or not self.provenance.ending:
            return ""
        words, reason = self.provenance.ending.words, self.provenance.reason
        if reason.startswith(words):  # an error of ours, which says so itself
            return reason
        return f"{words} ({reason})" if words and reason else words

    @property
    def empty(self) -> bool:
        """Whether there is nothing in it to show or to send."""
        return not self.content.strip() and not self.tool_calls
