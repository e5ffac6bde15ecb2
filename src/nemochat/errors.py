"""Every error that nemochat raises on purpose, as a tree; each class has its exit code.

NemochatError                   1  a fault of ours
├── UsageError                  2  flags, parameters, unreadable input
├── ConfigurationError          3  no token, a broken file, an impossible address or system
├── EndpointError                  the endpoint gave no answer
│   ├── Unauthorized            4  the token was refused, or the account cannot pay
│   ├── RequestRefused          5  the request was refused
│   ├── Unreachable             6  not reached, or silent
│   ├── EndpointFailed          7  it failed on its side
│   └── NotAnAnswer             8  what came was no answer
├── StoreError                  1  the conversation cannot be kept or read
│   ├── NoSuchConversation      2  there is none of this name or number, or there are several
│   ├── ConversationDeleted     1  another process has deleted it
│   └── NameTaken               1  another conversation has the name
└── OutputError                 1  the answer cannot be written

Two that are no errors pass everything that handles errors:
Cancelled, a KeyboardInterrupt   the user cancels what runs, or `stop` ends an answer
Ended                            the process is to end, with the code that its cause asks for
"""

from __future__ import annotations

from enum import IntEnum
from typing import Self


class ExitCode(IntEnum):
    """What the process ends with; `meaning` is the row of the documentation."""

    meaning: str

    def __new__(cls, value: int, meaning: str) -> Self:
        """Give the number its meaning in words."""
        member = int.__new__(cls, value)
        member._value_ = value
        member.meaning = meaning
        return member

    OK = 0, "the answer is complete, or was cut at a `max_tokens` that you chose"
    FAULT = 1, "a fault of nemochat's own (`--debug` shows where), or of a disk or the database"
    USAGE = 2, "a flag, a parameter or the input cannot be used"
    CONFIGURATION = 3, "no token, a broken configuration file, an impossible address or system"
    UNAUTHORIZED = 4, "the token was refused, or the account cannot pay (401, 402, 403)"
    REFUSED = 5, "the endpoint refused the request (other 4xx)"
    UNREACHABLE = 6, "the endpoint was not reached, or went silent before any text"
    FAILED = 7, "the endpoint failed (429, 5xx, an error in the stream before any text)"
    NO_ANSWER = 8, "what came was no answer (a page, an empty stream, other JSON)"
    INCOMPLETE = 9, "the answer is incomplete: what came is printed and kept"
    BUDGET = 10, "a budget would be passed"
    HUNG_UP = 129, "the terminal was closed"
    INTERRUPTED = 130, "Ctrl-C"
    PIPE_CLOSED = 141, "the reader of the pipe left"
    TERMINATED = 143, "the process was asked to end"


class NemochatError(Exception):
    """A sentence for the person, and what to do about it.

    Attributes:
        sentence: What was expected and what came, without a full stop.
        hint: What to do, or "".
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
    """Flags, parameters or input that cannot be used."""

    exit_code = ExitCode.USAGE


class ConfigurationError(NemochatError):
    """No token, a broken configuration file or an impossible address."""

    exit_code = ExitCode.CONFIGURATION


class EndpointError(NemochatError):
    """The endpoint gave no answer.

    Attributes:
        retriable: Whether the same request may go through a little later.
        retry_after: Seconds after which the endpoint asked to be tried again, or None.
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
    """The token was refused, or the account cannot pay."""

    exit_code = ExitCode.UNAUTHORIZED


class RequestRefused(EndpointError):
    """The endpoint refused the request."""

    exit_code = ExitCode.REFUSED


class Unreachable(EndpointError):
    """The endpoint was not reached, or went silent before any text."""

    exit_code = ExitCode.UNREACHABLE


class EndpointFailed(EndpointError):
    """The endpoint failed on its side."""

    exit_code = ExitCode.FAILED


class NotAnAnswer(EndpointError):
    """What came was no answer."""

    exit_code = ExitCode.NO_ANSWER


class StoreError(NemochatError):
    """The conversation cannot be kept, or not be read."""


class NoSuchConversation(StoreError):
    """A conversation was named that there is not, or not alone."""

    exit_code = ExitCode.USAGE


class ConversationDeleted(StoreError):
    """Another process has deleted the conversation; nothing can be added to it."""


class NameTaken(StoreError):
    """Another conversation has the name."""


class OutputError(NemochatError):
    """The answer cannot be written where it should go."""


class Cancelled(KeyboardInterrupt):
    """The user cancels what runs: Ctrl-C, Esc while an answer comes, or `stop` in another thread.

    A KeyboardInterrupt, for libraries clean up after that one.
    """


class Ended(BaseException):
    """The process is to end: a signal came, or the reader of the pipe left."""

    def __init__(self, exit_code: ExitCode) -> None:
        super().__init__(exit_code)
        self.exit_code = exit_code
