"""Plain and accessible views: the exact answer in a pipe, sanitized text on a terminal.

Everything but the answer goes to standard error.
"""

from __future__ import annotations

import errno
import sys
import threading
import time
from collections.abc import Callable, Generator, Iterator
from functools import cached_property
from typing import BinaryIO, TextIO

from nemochat.core.delta import Delta
from nemochat.core.messages import Ending, Message
from nemochat.errors import Cancelled, Ended, EndpointError, ExitCode, OutputError, UsageError
from nemochat.screen.device import write_control
from nemochat.screen.drawing import Drawing
from nemochat.screen.keyboard import Keyboard
from nemochat.screen.status import Bell
from nemochat.screen.stream_thread import follow_in_thread
from nemochat.screen.text.sanitize import LONGEST_NOTICE, StreamSanitizer, sanitize, sanitize_line

BETWEEN_CANDIDATES = "\n\n---\n\n"
SECONDS_A_TICK = 0.05  # between two reads of the keyboard
WAITING_DELAY = 3.0  # seconds


class Plain:
    """View that writes answers as they arrive, each ending in one newline."""

    def __init__(
        self,
        out: BinaryIO,
        err: TextIO | None,
        *,
        on_terminal: bool = False,
        keys: bool = False,
        bell: bool = False,
    ) -> None:
        """Write answers to `out` and everything else to `err`.

        Args:
            out: Standard output.
            err: Standard error, or None if it is closed.
            on_terminal: Whether `out` is a terminal: then answers are sanitized.
            keys: Whether to read the keyboard during an answer: Esc stops it, and the caller must
                fetch the other keys with `take_typed`.
            bell: Whether to ring after a long answer.
        """
        self._out = out
        self._err = err
        self._on_terminal = on_terminal
        self._encoding = sys.stdout.encoding if on_terminal else "utf-8"
        self._keys = keys
        self._bell = Bell(self._put) if bell else None
        self._stopped = threading.Event()
        self._cleaner = StreamSanitizer() if on_terminal else None
        self._candidate = 0
        self._begun = False
        self._gap = ""

    @cached_property
    def keyboard(self) -> Keyboard:
        """Return the keyboard of the terminal."""
        return Keyboard(sys.stdin, write_control if self._keys else None)

    def follow(
        self,
        deltas: Iterator[Delta],
        stop: Callable[[], None],
        *,
        candidates: int,  # noqa: ARG002 - part of View
    ) -> Generator[Delta]:
        """Pass on the deltas; on a terminal, keys are not echoed until the end."""
        self._stopped.clear()
        if not self._on_terminal:
            yield from deltas
            return
        if self._bell:
            self._bell.begin()

        def end() -> None:
            self._stopped.set()
            stop()

        with self.keyboard:
            yield from follow_in_thread(deltas, end, self._tick)

    def _tick(self) -> float:
        """Read the keyboard; return the seconds until the next time."""
        if self.keyboard.read_stop():
            raise Cancelled
        return SECONDS_A_TICK

    def continue_from(self, text: str) -> None:
        """Do nothing: the beginning of the answer is on the screen already."""

    def write(self, delta: Delta) -> None:
        """Write more of the answer and flush it."""
        if not delta.text:
            return
        if delta.candidate != self._candidate:
            self._candidate = delta.candidate
            if self._begun:
                self._put(self._flush() + self._separator())
        self._begun = True  # before the write, which Ctrl-C may interrupt
        self._put(self._cleaner.feed(delta.text) if self._cleaner else delta.text)

    def settle(self, answers: list[Message]) -> None:
        """End the last line, and report on standard error what is missing."""
        if self._begun:
            self._put(self._flush() + "\n")
        self._begun, self._candidate = False, 0
        for answer in answers:
            if answer.outcome and answer.ending is not Ending.INTERRUPTED:
                self.notice(answer.outcome)
        if self._bell:
            self._bell.end()

    def wait(self, seconds: float, error: EndpointError) -> None:
        """Report why the request is repeated, and wait."""
        self.notice(f"{error.sentence}; trying again in {seconds:.1f} s")
        self._stopped.wait(seconds)

    def notice(self, text: str) -> None:
        """Write one line to standard error."""
        say(self._err, text)

    def greet(self, text: str) -> None:
        """Write one line above the first prompt."""
        self.notice(text)

    def show_question(self, text: str) -> None:
        """Show a question that was not typed here."""
        self._put(f"{self._gap}> {self._make_printable(text)}\n\n")
        self._gap = "\n"

    def theme(self, name: str = "") -> str:  # noqa: ARG002 - part of Screen
        """Refuse: this view has no colours."""
        raise UsageError("this view has no colours")

    def output(self, text: str) -> None:
        """Show the output of a shell command."""
        self._put(self._make_printable(text) + ("" if text.endswith("\n") else "\n"))

    def take_typed(self) -> list[bytes]:
        """Return what was typed before the prompt, as the bursts in which it arrived."""
        return self.keyboard.take_typed()

    def show(self, output: str | Drawing) -> None:
        """Show Markdown or a drawing as text."""
        self._put(self._make_printable(str(output)) + "\n")

    @property
    def raw(self) -> bool:
        """Return True: answers are always shown as Markdown source."""
        return True

    def set_raw(self, *, raw: bool) -> None:
        """Refuse to format answers."""
        if not raw:
            raise UsageError("this view cannot format answers")

    def copy(self, text: str) -> None:  # noqa: ARG002 - part of Screen
        """Refuse: this view has no clipboard."""
        raise UsageError("this view has no clipboard; /write FILE saves the text")

    def _separator(self) -> str:
        """Return what separates two candidates."""
        return BETWEEN_CANDIDATES

    def _flush(self) -> str:
        """Return the rest of a candidate's text."""
        return self._cleaner.flush() if self._cleaner else ""

    def _make_printable(self, text: str) -> str:
        return sanitize(text) if self._on_terminal else text

    def _put(self, text: str) -> None:
        """Write and flush.

        Raises:
            Ended: the reader of the pipe is gone, or the terminal was closed.
            OutputError: the disk is full, for example.
        """
        try:
            self._out.write(text.encode(self._encoding, "replace"))
            self._out.flush()
        except BrokenPipeError:
            raise Ended(ExitCode.PIPE_CLOSED) from None
        except OSError as error:
            if error.errno == errno.EIO and self._on_terminal:
                raise Ended(ExitCode.HUNG_UP) from None
            raise OutputError(f"standard output cannot be written ({error.strerror})") from error


class Accessible(Plain):
    """View for screen readers: it announces questions, answers and their ends."""

    _several = False  # whether several answers were requested
    _silent_since: float | None = None  # None: the wait is over or announced

    def follow(
        self, deltas: Iterator[Delta], stop: Callable[[], None], *, candidates: int
    ) -> Generator[Delta]:
        """Pass the deltas on; announce a long wait once."""
        self._several = candidates > 1
        self._silent_since = None if self._begun else time.monotonic()
        return super().follow(deltas, stop, candidates=candidates)

    def write(self, delta: Delta) -> None:
        """Write more of the answer, after a line that announces it."""
        if delta.text and not self._begun:
            self._candidate = delta.candidate
            self._put(f"{self._label()}:\n")
            self._silent_since = None
        super().write(delta)

    def settle(self, answers: list[Message]) -> None:
        """End the answer with a line that announces its end, and report how it ended."""
        begun, end = self._begun, f"End of {self._label().lower()}.\n"
        self._silent_since = None
        super().settle(answers)
        if begun:
            self._put(end)
        for answer in answers:
            if answer.outcome and answer.ending is Ending.INTERRUPTED:  # perhaps by accident
                self.notice(answer.outcome)

    def notice(self, text: str) -> None:
        """Write one line to standard error, marked as a notice."""
        say(self._err, text, "Notice")

    def show_question(self, text: str) -> None:
        """Show a question that was not typed here."""
        self._put(f"Question:\n{self._make_printable(text)}\n")

    def _tick(self) -> float:
        since = self._silent_since
        if since is not None and time.monotonic() - since >= WAITING_DELAY:
            self._silent_since = None
            self._put("Waiting for the answer.\n")
        return super()._tick()

    def _label(self) -> str:
        return f"Answer {self._candidate + 1}" if self._several else "Answer"

    def _separator(self) -> str:
        return f"\n\n{self._label()}:\n"


def say(err: TextIO | None, text: str, speaker: str = "nemochat") -> None:
    """Write one sanitized line to standard error, if there is one, after the speaker's name.

    The name is left out if the text begins with it.
    """
    if err is None:
        return
    before = "" if text.startswith(f"{speaker} ") else f"{speaker}: "
    try:
        err.write(f"{before}{sanitize_line(text, LONGEST_NOTICE)}\n")
        err.flush()
    except (OSError, ValueError):
        pass  # standard error is closed
