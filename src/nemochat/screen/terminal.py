"""Terminal view: answers, notices and our own texts.

A streamed answer is laid out as it comes. Final rows are written once and stay in the terminal's
own scrollback; the live ones are repainted 25 times a second.
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
from nemochat.screen.text.verbatim import verbatim_rows
from nemochat.screen.text.wrap import NARROWEST, lay_out

SECONDS_A_FRAME = 0.04
SECONDS_A_TICK = 0.05  # between two looks at the keyboard while nothing comes


class Terminal:
    """Shows turns, notices and texts of our own.

    Attributes:
        raw: Whether the Markdown of answers is shown as it came.
        keyboard: The terminal's.
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
        """Look at the terminal of standard output.

        Args:
            colours: In which its rows are shown.
            math: Whether formulas are shown in Unicode.
            keys: Whether a prompt follows, whose reader takes what was `typed`; code is numbered.
            raw: Whether the Markdown of answers is shown as it came.
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
        self._candidates = 1  # that were asked for
        self._answer: Answer | None = None  # that grows
        self._candidate = 0  # that it is
        self._taken_up = False  # whether its beginning was shown by another turn
        self._following, self._painted = False, 0.0

    def follow(
        self, deltas: Iterator[Delta], stop: Callable[[], None], *, candidates: int
    ) -> Generator[Delta]:
        """Pass the deltas on, painting meanwhile; the keyboard's echo is off so long."""

        def end() -> None:
            self._waiting.stop()
            stop()

        self._bell.begin()
        if self._answer is None or self._taken_up:
            self._final.append(BLANK)  # between what was typed and its answer
        elif self._answer.ending not in DROPPED:
            self._abandon()  # else it goes on with what follows
        self._colours.read_reply()  # what the terminal says of itself is no key
        self._taken_up, self._candidates = False, candidates
        self._painted = time.monotonic() - SECONDS_A_TICK + 0.005  # the question leaves first
        self._waiting.begin(candidates)
        with self.keyboard:
            try:
                self._following = True
                yield from follow_in_thread(deltas, end, self._frame)
            except Ended:
                self._abandon()  # nobody settles it
                raise
            finally:
                self._following = False
                self._paint()

    def continue_from(self, text: str) -> None:
        """Go on with an answer that was shown before; rows of it that may change come again."""
        self._abandon()
        self._answer, self._candidate = self._growing_answer(), 0
        self._answer.feed(Delta(text))
        self._taken_up = True

    def write(self, delta: Delta) -> None:
        """Take in more of the answer; the next frame shows it, or all of it if there are two."""
        if self._candidates > 1:
            return
        if self._answer is not None and delta.text and delta.candidate != self._candidate:
            self._final += [*self._answer.end(), row([rule(self._columns - 1)])]
            self._answer = None
        if self._answer is None:
            self._answer, self._candidate = self._growing_answer(), delta.candidate
        self._final += self._answer.feed(delta)

    def settle(self, answers: list[Message]) -> None:
        """Show the rest, how an answer ended that is not whole, and what it took if it is."""
        self._update_size()
        if self._candidates > 1:
            self._final += render_new(answers, self._columns, self._layout, chooses=self._keys)
        elif self._answer is not None:
            whole = all(answer.ending is Ending.COMPLETE for answer in answers)
            self._final += self._answer.end(interrupted=not whole)
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
        """Count down to the next try: called where the deltas come from, painted where they go."""
        self._waiting.retry(seconds, sanitize_line(error.sentence, LONGEST_NOTICE))

    def notice(self, text: str) -> None:
        """Tell something that is not the answer."""
        self._update_size()
        self._show_rows(lay_out([Span(sanitize_line(text, LONGEST_NOTICE), "notice")], self._width))

    def greet(self, text: str) -> None:
        """Show a line above the first prompt, without a style: the prompt needn't wait for rich."""
        self._update_size()
        self._show_rows(lay_out([Span(sanitize_line(text, LONGEST_NOTICE))], self._width))

    def show_question(self, text: str) -> None:
        """Show a question that nobody typed here."""
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
        """Show the Markdown of answers as it came from here on, or laid out."""
        self.raw = raw

    def theme(self, name: str = "") -> str:
        """Show answers in this theme from now on; return the name of the one in force."""
        return self._colours.set_theme(name)

    def output(self, text: str) -> None:
        """Show lines that a command of the shell wrote, as they are."""
        self._show_rows(verbatim_rows(text.removesuffix("\n")))

    def take_typed(self) -> list[bytes]:
        """Return what was typed before the prompt, as the bursts in which it arrived."""
        self._colours.set_theme()  # what the terminal says of itself was not typed
        self._add_blank_row()
        return self.keyboard.take_typed()

    def copy(self, text: str) -> None:
        """Ask the terminal to put a text on its clipboard (OSC 52)."""
        write_clipboard(text)

    @property
    def _width(self) -> int:
        """Columns of a text of ours."""
        return max(self._columns - 1, NARROWEST)

    def _growing_answer(self) -> Answer:
        return Answer(lambda: self._layout(self._columns - 1), self._waiting.seconds)

    def _layout(self, width: int) -> Layout:
        return layout(width, raw=self.raw, math=self._math, numbered=self._keys)

    def _show_rows(self, found: list[Row]) -> None:
        """Show rows that are no answer, below one that was not settled: it failed."""
        if not self._following:
            self._abandon()
        self._final += found
        self._paint()

    def _add_blank_row(self) -> None:
        """Leave a row blank below what was told, if none is."""
        if not self._painter.apart:
            self._show_rows([BLANK])

    def _abandon(self) -> None:
        """End an answer that failed."""
        if self._answer is not None:
            self._final += self._answer.end(interrupted=True)
            self._answer = None

    def _frame(self) -> float:
        """Paint if it is time; return the seconds until it is again."""
        if self.keyboard.read_stop():
            raise Cancelled
        now = time.monotonic()
        pause = SECONDS_A_FRAME if self._final or self._answer is not None else SECONDS_A_TICK
        due = self._painted + pause - now
        if due > 0:
            return due
        self._paint()
        self._painted = now
        prepare()  # while nothing has come
        return pause

    def _clear(self) -> None:
        """Take the live rows away; the next frame shows them again."""
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
        self._painter.frame(final, live[-max(self._rows - 1, 1) :], self._columns)
