"""The answer without repainting: into a pipe to the letter, on a terminal harmless.

All that is not the answer goes to standard error.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import BinaryIO, TextIO

from nemochat.core.deltas import Delta
from nemochat.core.messages import Ending, Message
from nemochat.errors import Ended, EndpointError, ExitCode, OutputError, UsageError
from nemochat.screen.safe import Cleaner, harmless, harmless_line

BETWEEN_CANDIDATES = "\n\n---\n\n"
LONGEST_NOTICE = 300  # characters


class Plain:
    """Writes answers as they come, with one newline at the end."""

    def __init__(self, out: BinaryIO, err: TextIO | None, *, on_terminal: bool = False) -> None:
        """Write answers to `out`, made harmless if it is a terminal, and all else to `err`."""
        self._out = out
        self._err = err
        self._on_terminal = on_terminal
        self._cleaner = Cleaner()
        self._candidate = 0
        self._begun = False
        self._gap = ""

    def follow(
        self,
        deltas: Iterator[Delta],
        stop: Callable[[], None],  # noqa: ARG002 - a View's
        *,
        candidates: int,  # noqa: ARG002 - a View's
    ) -> Iterator[Delta]:
        """Pass the deltas on."""
        return deltas

    def write(self, delta: Delta) -> None:
        """Write more of the answer and flush it."""
        if not delta.text:
            return
        if delta.candidate != self._candidate:
            self._candidate = delta.candidate
            self._put(BETWEEN_CANDIDATES)
        self._put(self._cleaner.feed(delta.text) if self._on_terminal else delta.text)
        self._begun = True

    def settle(self, answers: list[Message]) -> None:
        """End the last line, and tell on standard error if something is missing."""
        if self._begun:
            self._put(self._cleaner.flush() + "\n")
        self._begun, self._candidate = False, 0
        for answer in answers:
            if answer.outcome and answer.ending is not Ending.INTERRUPTED:
                self.notice(answer.outcome)

    def wait(self, seconds: float, error: EndpointError) -> None:
        """Tell why the endpoint is asked again, and wait."""
        self.notice(f"{error.sentence}; trying again in {seconds:.1f} s")
        time.sleep(seconds)

    def notice(self, text: str) -> None:
        """Write one line to standard error."""
        say(self._err, text)

    def asked(self, text: str) -> None:
        """Show a question that nobody typed here."""
        self._put(f"{self._gap}> {self._fit(text)}\n\n")
        self._gap = "\n"

    def output(self, text: str) -> None:
        """Show lines that a command of the shell wrote, as they are."""
        self._put(self._fit(text) + ("" if text.endswith("\n") else "\n"))

    def typed(self) -> bytes:
        """Nothing: the keyboard is not read."""
        return b""

    def show(self, markdown: str) -> None:
        """Show a text of our own, or of a stored conversation, as it stands."""
        self._put(self._fit(markdown) + "\n")

    def copy(self, text: str) -> None:  # noqa: ARG002 - a Screen's
        """There is no clipboard that a plain view could reach."""
        raise UsageError("this view has no clipboard; /write FILE keeps the text")

    def _fit(self, text: str) -> str:
        return harmless(text) if self._on_terminal else text

    def _put(self, text: str) -> None:
        """Write and flush.

        Raises:
            Ended: the reader of the pipe left.
            OutputError: the disk is full, or the like.
        """
        try:
            self._out.write(text.encode("utf-8", "replace"))
            self._out.flush()
        except BrokenPipeError:
            raise Ended(ExitCode.PIPE_CLOSED) from None
        except OSError as error:
            raise OutputError(f"standard output cannot be written ({error.strerror})") from error


class Accessible(Plain):
    """Says who speaks and where an answer ends, for those who listen to the screen."""

    def write(self, delta: Delta) -> None:
        """Write more of the answer, after a line that says so."""
        if delta.text and not self._begun:
            self._put("Answer:\n")
        super().write(delta)

    def settle(self, answers: list[Message]) -> None:
        """End the answer with a line that says so, and how it ended."""
        begun = self._begun
        super().settle(answers)
        if begun:
            self._put("End of answer.\n")

    def asked(self, text: str) -> None:
        """Show a question that nobody typed here."""
        self._put(f"Question:\n{self._fit(text)}\n")


def say(err: TextIO | None, text: str) -> None:
    """Write one harmless line to standard error, if there is one."""
    if err is None:
        return
    try:
        err.write(f"nemochat: {harmless_line(text, LONGEST_NOTICE)}\n")
        err.flush()
    except (OSError, ValueError):
        pass  # standard error is closed: there is nobody to tell
