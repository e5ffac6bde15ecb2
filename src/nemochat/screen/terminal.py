"""Terminal view: answers, notices and our own texts.

A streamed answer is laid out as it arrives. Final rows are written once and stay in the scrollback
of the terminal; the live ones are repainted up to 25 times a second.
"""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Callable, Generator, Iterator

from nemochat.core.continuation import DROPPED
from nemochat.core.delta import Delta
from nemochat.core.messages import Ending, Message
from nemochat.errors import Cancelled, Ended, EndpointError
from nemochat.screen.answer import Answer, Layout, layout, prepare, rows
from nemochat.screen.candidates import render_new, render_outcome
from nemochat.screen.device import is_reflowing, write, write_clipboard, write_control
from nemochat.screen.drawing import Drawing
from nemochat.screen.keyboard import Keyboard
from nemochat.screen.painter import Painter
from nemochat.screen.status import Bell, Status, format_measures
from nemochat.screen.stream_thread import follow_in_thread
from nemochat.screen.style.colours import Colourizer
from nemochat.screen.text.sanitize import LONGEST_NOTICE, sanitize_line
from nemochat.screen.text.spans import BLANK, Row, Span, row, rule
from nemochat.screen.text.wrap import NARROWEST, lay_out, verbatim_rows

SECONDS_A_FRAME = 0.04
SECONDS_A_TICK = 0.05  # between two reads of the keyboard while nothing arrives


class Terminal:
    """View that formats answers on a terminal.

    Attributes:
        raw: Whether to show the Markdown source of answers.
        keyboard: The keyboard of the terminal.
    """

    def __init__(
        self,
        colours: Colourizer,
        *,
        math: bool = True,
        keys: bool = False,
        raw: bool = False,
        bell: bool = False,
    ) -> None:
        """Use the terminal of standard output.

        Args:
            colours: The styles of its rows.
            math: Whether to show formulas in Unicode.
            keys: Whether a prompt follows: then keys are read during an answer, for `take_typed`,
                and code blocks are numbered.
            raw: Whether to show the Markdown source of answers.
            bell: Whether to ring after a long answer.
        """
        self.raw = raw
        self._math = math
        self._keys = keys
        self._painter = painter = Painter(write, colours)
        self.keyboard = Keyboard(
            sys.stdin, write_control if keys else None, self._clear, painter.forget
        )
        self._bell = Bell(write if bell else None)
        self._colours = colours
        if keys:
            colours.ask(self.keyboard, write)
        self._columns, self._rows = shutil.get_terminal_size()
        self._final: list[Row] = []
        self._waiting = Status()
        self._candidates = 1  # number of answers requested
        self._answer: Answer | None = None  # the growing one
        self._candidate = 0  # its number
        self._continues = False  # whether an earlier turn showed its beginning
        self._following, self._painted = False, 0.0

    def follow(
        self, deltas: Iterator[Delta], stop: Callable[[], None], *, candidates: int
    ) -> Generator[Delta]:
        """Pass on the deltas and paint them; keys are not echoed until the end."""

        def end() -> None:
            self._waiting.stop()
            stop()

        self._bell.begin()
        if self._answer is None or self._continues:
            self._final.append(BLANK)  # between question and answer
        elif self._answer.ending not in DROPPED:
            self._abandon()  # otherwise the deltas continue it
        self._colours.read_reply()  # it is not a key
        self._continues, self._candidates = False, candidates
        self._painted = time.monotonic() - SECONDS_A_TICK + 0.005  # the question is sent first
        self._waiting.begin(candidates)
        with self.keyboard:
            try:
                self._following = True
                yield from follow_in_thread(deltas, end, self._frame)
            except Ended:
                self._abandon()  # it won't be settled
                raise
            finally:
                self._following = False
                self._paint()

    def continue_from(self, text: str) -> None:
        """Continue an answer shown before; its last rows are shown again."""
        self._abandon()
        self._answer, self._candidate = self._growing_answer(), 0
        self._answer.feed(Delta(text))
        self._continues = True

    def write(self, delta: Delta) -> None:
        """Add a delta to the answer, for the next frame; several answers are shown at the end."""
        if self._candidates > 1:
            return
        if self._answer is not None and delta.text and delta.candidate != self._candidate:
            self._final += [*self._answer.end(), row([rule(self._columns - 1)])]
            self._answer = None
        if self._answer is None:
            self._answer, self._candidate = self._growing_answer(), delta.candidate
        self._final += self._answer.feed(delta)

    def settle(self, answers: list[Message]) -> None:
        """Show the rest of the answer, its ending if it is incomplete, and its measures."""
        self._update_size()
        if self._candidates > 1:
            self._final += render_new(answers, self._columns, self._layout, chooses=self._keys)
        elif self._answer is not None:
            is_complete = all(answer.ending is Ending.COMPLETE for answer in answers)
            self._final += self._answer.end(interrupted=not is_complete)
        self._answer = None
        for answer in answers if self._candidates == 1 else ():
            self._final += render_outcome(answer, self._width)
        self._final.append(BLANK)
        if self._keys and answers and (took := format_measures(answers[0])):
            self._final += [*lay_out([Span(took, "dim")], self._width), BLANK]
        self._candidates = 1
        self._paint()
        self._bell.end()

    def wait(self, seconds: float, error: EndpointError) -> None:
        """Count down to the next attempt; the reading thread waits, and the main thread paints."""
        self._waiting.retry(seconds, sanitize_line(error.sentence, LONGEST_NOTICE))

    def notice(self, text: str) -> None:
        """Show a notice."""
        self._update_size()
        self._show_rows(lay_out([Span(sanitize_line(text, LONGEST_NOTICE), "notice")], self._width))

    def greet(self, text: str) -> None:
        """Show a line above the first prompt, without a style that would load rich."""
        self._update_size()
        self._show_rows(lay_out([Span(sanitize_line(text, LONGEST_NOTICE))], self._width))

    def show_question(self, text: str) -> None:
        """Show a question that was not typed here."""
        self._add_blank_row()
        self._show_rows([*verbatim_rows(f"> {text}", "question"), BLANK])

    def show(self, output: str | Drawing) -> None:
        """Show Markdown or a drawing."""
        self._update_size()
        if isinstance(output, str):
            shown = rows(output, self._columns - 1, math=self._math)
        else:
            self._show_rows(shown := [])
            output.draw(self._colours.set_theme())
        self._show_rows([*shown, BLANK])

    def set_raw(self, *, raw: bool) -> None:
        """Show the Markdown source of answers from here on, or format them."""
        self.raw = raw

    def theme(self, name: str = "") -> str:
        """Use this theme from here on; return the name of the current one."""
        return self._colours.set_theme(name)

    def output(self, text: str) -> None:
        """Show the output of a shell command."""
        self._show_rows(verbatim_rows(text.removesuffix("\n")))

    def take_typed(self) -> list[bytes]:
        """Return what was typed before the prompt, as the bursts in which it arrived."""
        self._colours.set_theme()  # read the terminal's reply, which was not typed
        self._add_blank_row()
        return self.keyboard.take_typed()

    def copy(self, text: str) -> None:
        """Copy a text to the clipboard of the terminal (OSC 52)."""
        write_clipboard(text)

    @property
    def _width(self) -> int:
        """Return the columns of our own text."""
        return max(self._columns - 1, NARROWEST)

    def _growing_answer(self) -> Answer:
        return Answer(lambda: self._layout(self._columns - 1), self._waiting.seconds)

    def _layout(self, width: int) -> Layout:
        return layout(width, raw=self.raw, math=self._math, numbered=self._keys)

    def _show_rows(self, new: list[Row]) -> None:
        """Show rows that are not part of an answer; an answer that failed ends above them."""
        if not self._following:
            self._abandon()
        self._final += new
        self._paint()

    def _add_blank_row(self) -> None:
        """Add a blank row, unless the last one is blank."""
        if not self._painter.ends_blank:
            self._show_rows([BLANK])

    def _abandon(self) -> None:
        """End an answer that failed."""
        if self._answer is not None:
            self._final += self._answer.end(interrupted=True)
            self._answer = None

    def _frame(self) -> float:
        """Paint if it is time; return the seconds until the next frame."""
        if self.keyboard.read_stop():
            raise Cancelled
        now = time.monotonic()
        pause = SECONDS_A_FRAME if self._final or self._answer is not None else SECONDS_A_TICK
        due = self._painted + pause - now
        if due > 0:
            return due
        self._paint()
        self._painted = now
        prepare()  # while nothing has arrived
        return pause

    def _clear(self) -> None:
        """Erase the live rows; the next frame shows them again."""
        self._painter.resize(self._columns, reflows=is_reflowing())

    def _update_size(self) -> None:
        size = shutil.get_terminal_size()
        self._painter.drop_scrolled(size.lines)
        if size.columns != self._columns:
            self._painter.resize(size.columns, reflows=is_reflowing())
            if self._answer is not None:
                self._answer.resize(size.columns - 1)
        self._columns, self._rows = size

    def _paint(self) -> None:
        self._update_size()
        final, answer, self._final = self._final, self._answer, []
        live = answer.tail() if answer else []
        if self._following and not (answer and answer.has_text):
            live = self._waiting.rows(answer.thought if answer else "", self._columns)
        self._painter.paint(final, live[-max(self._rows - 1, 1) :], self._columns)
