"""Answers, notices and texts of our own on a terminal.

A streamed answer is laid out as it comes. Rows that nothing can change any more are written once
and stay in the terminal's own scrollback; the few that are live are painted again, at most
twenty-five times a second. rich gives the styles and knows the terminal's colours.
"""

from __future__ import annotations

import os
import shutil
import sys
import textwrap
import threading
import time
from base64 import b64encode
from collections.abc import Callable, Iterator

from nemochat.core.deltas import Delta
from nemochat.core.messages import Ending, Message
from nemochat.errors import Ended, EndpointError, ExitCode, OutputError
from nemochat.screen.colours import styling
from nemochat.screen.following import following
from nemochat.screen.keyboard import Keyboard
from nemochat.screen.markdown import Renderer, Row, Span, prepare, render
from nemochat.screen.painter import Painter
from nemochat.screen.safe import harmless, harmless_line
from nemochat.screen.thinking import Thinking

SECONDS_A_FRAME = 0.04
SECONDS_A_TICK = 0.05  # between two looks at the keyboard while nothing comes
SECONDS_BEFORE_WAITING_SHOWS = 0.4
LIKELY = ("python", "bash", "javascript", "json")  # languages of code in answers
LONGEST_NOTICE = 300  # characters


class Terminal:
    """Shows turns, notices and texts of our own."""

    def __init__(self, *, math: bool = True, keys: bool = False) -> None:
        """Look at the terminal of standard output.

        Args:
            math: Whether formulas are shown in Unicode.
            keys: Whether to read the keyboard while an answer comes: Esc then stops it. Whoever
                asks for that takes what was `typed`.
        """
        self._math = math
        self._keyboard = Keyboard(sys.stdin, _write if keys else None)
        self._columns, self._rows = shutil.get_terminal_size()
        self._painter = Painter(_write, styling())
        self._final: list[Row] = []
        self._renderer: Renderer | None = None
        self._thinking = Thinking()
        self._thought = ""
        self._candidate = 0
        self._painted = 0.0
        self._began = 0.0
        self._retry: tuple[float, str] | None = None  # until when, and why
        self._stopped = threading.Event()

    def follow(
        self,
        deltas: Iterator[Delta],
        stop: Callable[[], None],
        *,
        candidates: int,  # noqa: ARG002 - a View's
    ) -> Iterator[Delta]:
        """Pass the deltas on, painting meanwhile; the keyboard's echo is off so long."""

        def end() -> None:
            self._stopped.set()
            stop()

        self._stopped.clear()
        self._final.append(Row((), 0))  # between what was typed and its answer
        self._began, self._painted, self._retry = time.monotonic(), 0.0, None
        # Lexers are loaded while the first token is awaited.
        threading.Thread(target=prepare, args=LIKELY, daemon=True).start()
        with self._keyboard:
            try:
                yield from following(deltas, end, self._frame)
            finally:
                self._paint(waiting=False)

    def write(self, delta: Delta) -> None:
        """Take in more of the answer; the next frame shows it."""
        if delta.candidate != self._candidate and delta.text:
            self._end_answer(interrupted=False)
            self._final.append(_line("─" * min(self._columns - 1, 40), "rule"))
            self._candidate = delta.candidate
        thought, text = self._thinking.feed(delta.text) if delta.text else ("", "")
        self._thought += delta.reasoning + thought
        if text:
            self._answer(text)

    def settle(self, answers: list[Message]) -> None:
        """Show the rest, and how the answer ended if it is not whole."""
        thought, text = self._thinking.flush()
        self._thought += thought
        if text:
            self._answer(text)
        interrupted = any(answer.ending is not Ending.COMPLETE for answer in answers)
        self._end_answer(interrupted=interrupted)
        self._candidate, self._thinking = 0, Thinking()
        for answer in answers:
            if answer.outcome:
                self._final.append(_line(f"[{harmless_line(answer.outcome, 200)}]", "notice"))
        self._final.append(Row((), 0))
        self._paint(waiting=False)

    def wait(self, seconds: float, error: EndpointError) -> None:
        """Count down to the next try: called where the deltas come from, painted where they go."""
        self._retry = (time.monotonic() + seconds, harmless_line(error.sentence, LONGEST_NOTICE))
        self._stopped.wait(seconds)
        self._retry = None

    def notice(self, text: str) -> None:
        """Tell something that is not the answer."""
        line = harmless_line(text, LONGEST_NOTICE)
        columns = shutil.get_terminal_size().columns
        self._final += [_line(part, "notice") for part in textwrap.wrap(line, max(columns - 1, 8))]
        self._paint(waiting=False)

    def asked(self, text: str) -> None:
        """Show a question that nobody typed here."""
        lines = f"> {harmless(text)}".split("\n")
        self._final += [*(_line(line, "question") for line in lines), Row((), 0)]
        self._paint(waiting=False)

    def show(self, markdown: str) -> None:
        """Show a text of our own, or of a stored conversation, as Markdown."""
        self._columns, self._rows = shutil.get_terminal_size()
        self._final += [*render(markdown, self._columns - 1, math=self._math), Row((), 0)]
        self._paint(waiting=False)

    def output(self, text: str) -> None:
        """Show lines that a command of the shell wrote, as they are."""
        lines = harmless(text).removesuffix("\n").split("\n")
        self._final += [_line(line.expandtabs(), "") for line in lines]
        self._paint(waiting=False)

    def typed(self) -> bytes:
        """What was typed while an answer came, once."""
        typed, self._keyboard.typed = self._keyboard.typed, b""
        return typed

    def copy(self, text: str) -> None:
        """Ask the terminal to put a text on its clipboard (OSC 52)."""
        _write(f"\x1b]52;c;{b64encode(text.encode('utf-8', 'replace')).decode()}\x07")

    def _answer(self, text: str) -> None:
        if self._renderer is None:
            self._end_thought()
            self._renderer = Renderer(self._columns - 1, math=self._math)
        self._final += self._renderer.feed(text)

    def _end_answer(self, *, interrupted: bool) -> None:
        self._end_thought()
        if self._renderer is not None:
            self._final += self._renderer.end(interrupted=interrupted)
            self._renderer = None

    def _end_thought(self) -> None:
        """Fold what was thought into a row: the answer begins."""
        if self._thought:
            seconds = time.monotonic() - self._began
            self._final.append(_line(f"(thought for {seconds:.0f} s)", "thought"))
            self._thought = ""

    def _frame(self) -> float:
        """Paint if it is time; return the seconds until it is again."""
        if self._keyboard.stops():
            raise KeyboardInterrupt
        now = time.monotonic()
        pending = bool(self._final) or self._renderer is not None
        due = self._painted + (SECONDS_A_FRAME if pending else SECONDS_A_TICK) - now
        if due > 0:
            return due
        self._paint(waiting=True)
        self._painted = now
        return SECONDS_A_FRAME if pending else SECONDS_A_TICK

    def _paint(self, *, waiting: bool) -> None:
        size = shutil.get_terminal_size()
        if size.columns != self._columns:
            self._painter.resized(size.columns, reflows=_reflows())
            if self._renderer is not None:
                self._renderer.resize(size.columns - 1)
        self._columns, self._rows = size
        final, self._final = self._final, []
        live = self._tail() if waiting else []
        if self._renderer is not None:
            live = self._renderer.tail()
        self._painter.frame(final, live[-max(self._rows - 1, 1) :], self._columns)

    def _tail(self) -> list[Row]:
        """What stands where the answer will begin."""
        seconds = time.monotonic() - self._began
        if self._retry is not None:
            until, why = self._retry
            left = max(until - time.monotonic(), 0)
            return [_line(f"{why}; trying again in {left:.0f} s (Ctrl-C stops)", "notice")]
        if self._thought:
            last = harmless_line(self._thought[-self._columns :], self._columns - 20)
            return [_line(f"thinking, {seconds:.0f} s: {last}", "thought")]
        if seconds < SECONDS_BEFORE_WAITING_SHOWS:
            return []
        return [_line(f"waiting for the first token, {seconds:.0f} s", "dim")]


def _line(text: str, style: str) -> Row:
    return Row((Span(text, style),), len(text))


def _write(text: str) -> None:
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        raise Ended(ExitCode.PIPE_CLOSED) from None
    except OSError as error:
        raise OutputError(f"the terminal cannot be written to ({error.strerror})") from error


def _reflows() -> bool:
    """Whether the terminal wraps anew what stands on it when its width changes: most do."""
    return "XTERM_VERSION" not in os.environ and os.environ.get("TERM") != "linux"
