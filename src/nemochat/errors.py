"""Every error that nemochat raises on purpose, as a tree; each class has its exit code.

NemochatError                   1  a bug
├── UsageError                  2  invalid flags, parameters or input
├── ConfigurationError          3  no token, invalid configuration or address, unsupported system
├── EndpointError                  the endpoint sent no answer
│   ├── Unauthorized            4  the token was rejected, or payment is required
│   ├── RequestRefused          5  the request was refused
│   ├── Unreachable             6  it could not be reached, or sent nothing in time
│   ├── EndpointFailed          7  it failed
│   └── NotAnAnswer             8  the response was not an answer
├── StoreError                  1  the conversation cannot be saved or read
│   ├── NoSuchConversation      2  no conversation has this name or number, or several have it
│   ├── ConversationDeleted     1  another process has deleted it
│   └── NameTaken               1  another conversation has the name
└── OutputError                 1  the answer cannot be written

Two other exceptions pass through all error handling:
Cancelled, a KeyboardInterrupt     the user or `stop` cancelled the current operation
Ended                              the process must end with a certain exit code
"""

from __future__ import annotations

from enum import IntEnum
from typing import Self


class ExitCode(IntEnum):
    """Exit code of the process; `meaning` goes into the documentation."""

    meaning: str

    def __new__(cls, value: int, meaning: str) -> Self:
        """Create a member with its meaning."""
        member = int.__new__(cls, value)
        member._value_ = value
        member.meaning = meaning
        return member

    OK = 0, "the answer is complete, or was cut at a `max_tokens` that you chose"
    FAULT = 1, "a bug in nemochat (`--debug` shows where), or an error of the disk or the database"
    USAGE = 2, "a flag, a parameter or the input is invalid"
    CONFIGURATION = 3, "no token, an invalid configuration or address, or an unsupported system"
    UNAUTHORIZED = 4, "the token was rejected, or payment is required (401, 402, 403)"
    REFUSED = 5, "the endpoint refused the request (other 4xx)"
    UNREACHABLE = 6, "the endpoint could not be reached, or sent no text in time"
    FAILED = 7, "the endpoint failed (429, 5xx, an error in the stream before any text)"
    NO_ANSWER = 8, "the response was not an answer (a web page, an empty stream, other JSON)"
    INCOMPLETE = 9, "the answer is incomplete; the text received is printed and saved"
    BUDGET = 10, "a budget would be exceeded"
    HUNG_UP = 129, "the terminal was closed"
    INTERRUPTED = 130, "Ctrl-C"
    PIPE_CLOSED = 141, "the reader closed the pipe"
    TERMINATED = 143, "the process was terminated"


class NemochatError(Exception):
    """Base of all errors: a sentence for the user, and a hint.

    Attributes:
        sentence: What happened, without a full stop.
        hint: What to do about it, or "".
    """

    exit_code = ExitCode.FAULT

    def __init__(self, sentence: str, hint: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.hint = hint

    def __str__(self) -> str:
        if not self.hint:
            return self.sentence
        return f"{self.sentence}{'' if self.sentence.endswith('?') else '.'} {self.hint}"


class UsageError(NemochatError):
    """A flag, a parameter or the input is invalid."""

    exit_code = ExitCode.USAGE


class ConfigurationError(NemochatError):
    """There is no token, or the configuration, the address or the system is unsuitable."""

    exit_code = ExitCode.CONFIGURATION


class EndpointError(NemochatError):
    """The endpoint sent no answer.

    Attributes:
        retriable: Whether the same request may succeed later.
        retry_after: Seconds in the endpoint's Retry-After header, or None.
    """

    def __init__(
        self,
        sentence: str,
        hint: str = "",
        *,
        retriable: bool = False,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(sentence, hint)
        self.retriable = retriable
        self.retry_after = retry_after


class Unauthorized(EndpointError):
    """The token was rejected, or payment is required."""

    exit_code = ExitCode.UNAUTHORIZED


class RequestRefused(EndpointError):
    """The endpoint refused the request."""

    exit_code = ExitCode.REFUSED


class Unreachable(EndpointError):
    """The endpoint could not be reached, or sent no text in time."""

    exit_code = ExitCode.UNREACHABLE


class EndpointFailed(EndpointError):
    """The endpoint failed."""

    exit_code = ExitCode.FAILED


class NotAnAnswer(EndpointError):
    """The response was not an answer."""

    exit_code = ExitCode.NO_ANSWER


class StoreError(NemochatError):
    """The conversation cannot be saved or read."""


class NoSuchConversation(StoreError):
    """No conversation has the name or number, or several have it."""

    exit_code = ExitCode.USAGE


class ConversationDeleted(StoreError):
    """Another process has deleted the conversation; nothing can be added to it."""


class NameTaken(StoreError):
    """Another conversation has the name."""


class OutputError(NemochatError):
    """The answer cannot be written."""


class Cancelled(KeyboardInterrupt):
    """The current operation was cancelled with Ctrl-C, Esc or `stop`.

    It is a KeyboardInterrupt because libraries clean up after that.
    """


class Ended(BaseException):
    """The process must end: a signal came, or the reader closed the pipe."""

    def __init__(self, exit_code: ExitCode) -> None:
        super().__init__(exit_code)
        self.exit_code = exit_code
