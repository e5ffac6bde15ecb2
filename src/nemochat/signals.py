"""Signal handlers, as modes: context managers, the innermost of which handles a signal.

A mode leaves other signals to the mode around it. SIGPIPE stays ignored, so writing to a closed
pipe raises BrokenPipeError. What the parent process ignores, such as SIGHUP under nohup, stays
ignored. Outside the main thread a mode does nothing.

Python calls one handler for all signals, which looks the mode up in a list. So a mode begins and
ends in a single step, and a signal never meets half of it.
"""

from __future__ import annotations

import errno
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from types import FrameType, TracebackType
from typing import TYPE_CHECKING, Any, Self

from nemochat.errors import Cancelled, Ended, ExitCode

if TYPE_CHECKING:
    from prompt_toolkit.application import Application

Handler = Callable[[int], None]

SUSPEND = "\0suspend"  # a result of the prompt that cannot be typed
SECONDS_IGNORING_REPEATS = 2.0  # of a signal that ends the program: a closed terminal sends several
SECONDS_FOR_OUTPUT = 1  # for a reader to take the rest of the output after a signal
SECONDS_TO_SETTLE = 6.0  # for saving an answer, which may wait 5 s for a lock
SECONDS_TO_IMPORT = 0.002  # CPU time after which a signal during an import is delivered again

_ENDING = {getattr(signal, name, 0) for name in ("SIGINT", "SIGTERM", "SIGHUP")}
_modes: list[Mode] = []  # from the outermost to the innermost
_before: dict[int, Any] = {}  # handlers to restore once no mode handles their signal


class Mode:
    """Base of the modes.

    Attributes:
        handlers: The handler of each signal while the mode is in force.
    """

    def __init__(self) -> None:
        self.handlers: dict[int, Handler] = {}

    def __enter__(self) -> Self:
        if threading.current_thread() is not threading.main_thread():
            return self
        ignored = (signal.SIG_IGN, None)
        handlers = self._choose_handlers().items()
        self.handlers = {n: each for n, each in handlers if signal.getsignal(n) not in ignored}
        _modes.append(self)
        for number in self.handlers:
            if number not in _before:
                _before[number] = signal.getsignal(number)
            signal.signal(number, _dispatch)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        if self not in _modes:  # outside the main thread
            return
        _modes.remove(self)
        for number in list(_before):  # including those that a signal kept a mode from restoring
            if _find_mode(_modes, number) is None:
                signal.signal(number, _before[number])
                del _before[number]

    def _choose_handlers(self) -> dict[int, Handler]:
        return {}

    def handle_outside(self, number: int) -> None:
        """Do what the mode around this one does; without one, SIGINT raises Cancelled."""
        around = _modes[: _modes.index(self)] if self in _modes else _modes
        if mode := _find_mode(around, number):
            mode.handlers[number](number)
        elif number == signal.SIGINT:
            raise Cancelled
        else:
            before = _before.get(number, signal.getsignal(number))
            if callable(before):
                before(number, None)


class ExitSignals(Mode):
    """Mode for the start and the end of the process: a signal ends it at once."""

    _code = 0

    def _choose_handlers(self) -> dict[int, Handler]:
        if sys.platform == "win32":
            return {}
        ends = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
        return {**dict.fromkeys(ends, self._exit), signal.SIGALRM: self._exit_late}

    def set_exit_code(self, code: int) -> None:
        """Exit with this code from now on; limit the time to write output if a signal caused it."""
        self._code = code
        ended = code in {ExitCode.INTERRUPTED, ExitCode.TERMINATED, ExitCode.HUNG_UP}
        if ended and sys.platform != "win32":
            signal.alarm(SECONDS_FOR_OUTPUT)

    def _exit(self, number: int) -> None:
        os._exit(self._code or 128 + number)

    def _exit_late(self, number: int) -> None:
        if self._code:  # otherwise it is the alarm of an AnswerSignals that has just ended
            self._exit(number)


class ProgramSignals(Mode):
    """Mode for a command: SIGINT raises Cancelled, SIGTERM and SIGHUP raise Ended."""

    _ended_at = -SECONDS_IGNORING_REPEATS

    def _choose_handlers(self) -> dict[int, Handler]:
        return {signal.SIGINT: self._cancel, signal.SIGTERM: self._end, signal.SIGHUP: self._end}

    def _cancel(self, _: int) -> None:
        raise Cancelled

    def _end(self, number: int) -> None:
        now = time.monotonic()
        if now - self._ended_at >= SECONDS_IGNORING_REPEATS:
            self._ended_at = now
            hung_up = number == signal.SIGHUP
            raise Ended(ExitCode.HUNG_UP if hung_up else ExitCode.TERMINATED)


class AnswerSignals(Mode):
    """Mode for an answer: the first SIGINT, SIGTERM or SIGHUP is handled, the next one waits.

    It waits until the answer is saved and the mode ends, at most `SECONDS_TO_SETTLE`.

    Attributes:
        defers_next: Whether the next signal waits; set it before saving the answer.
    """

    def __init__(self, *, defers_next: bool = False) -> None:
        super().__init__()
        self.defers_next = defers_next
        self._handled = self.pending = 0

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        super().__exit__(kind, error, _)
        if self.pending:
            signal.setitimer(signal.ITIMER_REAL, 0)
        self._handle_pending(is_over=True)

    def _choose_handlers(self) -> dict[int, Handler]:
        ends = _select_handled(signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
        return {**dict.fromkeys(ends, self._handle), signal.SIGALRM: self._stop_waiting}

    def _handle(self, number: int) -> None:
        if not self.defers_next:
            self.defers_next, self._handled = True, number
            self.handle_outside(number)
            return
        if not self.pending:
            signal.setitimer(signal.ITIMER_REAL, SECONDS_TO_SETTLE)
        if self.pending in (0, signal.SIGINT):
            self.pending = number

    def _stop_waiting(self, _: int) -> None:
        self.defers_next = False
        self._handle_pending(is_over=False)

    def _handle_pending(self, *, is_over: bool) -> None:
        """Handle the signal that waited, unless the first one had the same effect."""
        pending, self.pending = self.pending, 0
        # Ctrl-C after any first signal, or a second request to end, adds nothing.
        repeated = pending == signal.SIGINT or self._handled not in (0, signal.SIGINT)
        if pending and not (is_over and self._handled and repeated):
            self.handle_outside(pending)


class SaveSignals(AnswerSignals):
    """Mode for saving: SIGINT, SIGTERM and SIGHUP wait, at most `SECONDS_TO_SETTLE`.

    Attributes:
        can_give_up: Whether a signal ends waiting for a lock, because saving is tried again later.
    """

    def __init__(self, *, can_give_up: bool = False) -> None:
        super().__init__(defers_next=True)
        self.can_give_up = can_give_up


def has_to_give_up() -> bool:
    """Return whether a signal came that ends waiting for a lock."""
    return any(
        isinstance(mode, SaveSignals) and mode.can_give_up and mode.pending for mode in _modes
    )


class StreamSignals(Mode):
    """Mode for painting an answer: the first SIGINT waits for `check`, so that rows stay intact."""

    _is_pending = False

    def _choose_handlers(self) -> dict[int, Handler]:
        return dict.fromkeys(_select_handled(signal.SIGINT), self._handle)

    def check(self) -> None:
        """Raise Cancelled if SIGINT came."""
        if self._is_pending:
            self.handle_outside(signal.SIGINT)

    def _handle(self, number: int) -> None:
        if self._is_pending:
            self.handle_outside(number)
        self._is_pending = True


class EditorSignals(Mode):
    """Mode for an editor that has the terminal: only the editor handles SIGINT."""

    def _choose_handlers(self) -> dict[int, Handler]:
        return {signal.SIGINT: lambda _: None}  # not SIG_IGN, which the editor would inherit


class SuspendSignals(Mode):
    """Mode without echo: SIGTSTP and SIGCONT call functions, which must not raise.

    The signals come at any moment, even while an answer is saved.
    """

    def __init__(self, suspend: Callable[[], None], resume: Callable[[], None]) -> None:
        """Prepare: `suspend` must lead to a call of `stop`; `resume` takes the terminal again."""
        super().__init__()
        self._suspend = suspend
        self._resume = resume

    def _choose_handlers(self) -> dict[int, Handler]:
        if signal.getsignal(signal.SIGTSTP) is not signal.SIG_DFL:  # no job control
            return {}
        return {signal.SIGTSTP: lambda _: self._suspend(), signal.SIGCONT: lambda _: self._resume()}

    def stop(self) -> None:
        """Stop this process as SIGTSTP does by default; return when it continues."""
        signal.signal(signal.SIGTSTP, signal.SIG_DFL)
        # Sent to this thread, as it would run on for a moment if another one received it.
        signal.pthread_kill(threading.get_ident(), signal.SIGTSTP)
        signal.signal(signal.SIGTSTP, _dispatch)


class PromptSignals(Mode):
    """Mode for the prompt: a signal ends it or redraws it, from within its event loop.

    A handler must not raise: asyncio swallows the exception and skips the rest of the callback,
    for example taking the keyboard again; the prompt would hang.

    Attributes:
        was_continued: Whether SIGCONT came after the prompt had been ended for a stop (Ctrl-Z).
    """

    def __init__(self, app: Application[str]) -> None:
        """Prepare for the prompt that runs as `app`."""
        super().__init__()
        self._app = app
        self._pending_end: Ended | Cancelled | None = None
        self._is_stopping = self.was_continued = False

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        super().__exit__(kind, error, _)
        if self._pending_end:
            raise self._pending_end from None
        if isinstance(error, OSError) and error.errno == errno.EIO:
            raise Ended(ExitCode.HUNG_UP) from None
        if self._is_stopping:  # the signal came after the prompt
            stop_process()

    def _choose_handlers(self) -> dict[int, Handler]:
        # SIGINT too, which asyncio and prompt_toolkit would both handle otherwise, but slowly.
        ends = _select_handled(signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
        stops = _select_handled(signal.SIGTSTP)  # none without job control
        return {
            **dict.fromkeys(ends, self._end),
            **dict.fromkeys(stops, self._stop),
            signal.SIGCONT: self._continue,
        }

    @property
    def _is_running(self) -> bool:
        return self._app.future is not None and not self._app.future.done()

    def handle_pending_signal(self) -> None:
        """Handle a signal that came before the prompt was running."""
        if not self._is_running:
            return
        self.was_continued = False
        if self._pending_end:
            self._app.exit(exception=self._pending_end)
        elif self._is_stopping:
            self._is_stopping = False
            suspend_prompt(self._app)

    def _end(self, number: int) -> None:
        try:
            self.handle_outside(number)
        except (Ended, Cancelled) as ended:
            self._pending_end = ended
            self._call_soon(self.handle_pending_signal)

    def _stop(self, _: int) -> None:
        self._is_stopping = True
        self._call_soon(self.handle_pending_signal)

    def _continue(self, _: int) -> None:
        self._is_stopping, self.was_continued = False, not self._is_running
        self._call_soon(self._redraw)

    def _call_soon(self, callback: Callable[[], None]) -> None:
        if self._app.loop is not None:
            with suppress(RuntimeError):  # the loop has just been closed
                self._app.loop.call_soon_threadsafe(callback)

    def _redraw(self) -> None:
        """Take the terminal back from the shell, and draw the prompt at the cursor."""
        if self._is_running:
            app = self._app
            app.input.raw_mode().__enter__()
            app.renderer.reset()
            app.output.write_raw("\r")
            app.output.erase_down()
            app.renderer.request_absolute_cursor_position()
            app.invalidate()


def stop_job() -> None:
    """Stop the whole job, as Ctrl-Z does."""
    os.kill(0, signal.SIGTSTP)


def stop_process() -> None:
    """Stop this process, as SIGTSTP does in the mode in force."""
    signal.raise_signal(signal.SIGTSTP)


def suspend_prompt(app: Application[str]) -> None:
    """End the prompt and erase it, so that the process can stop outside its event loop."""
    app.erase_when_done = True
    app.exit(result=SUSPEND)


def _select_handled(*numbers: int) -> list[int]:
    """Return the signals that a Python function handles now."""
    return [number for number in numbers if callable(signal.getsignal(number))]


def _find_mode(modes: list[Mode], number: int) -> Mode | None:
    for mode in reversed(modes):  # not a generator, in which another signal would be lost
        if number in mode.handlers:
            return mode
    return None


def _dispatch(number: int, frame: FrameType | None) -> None:
    if number in _ENDING and _is_importing(frame):
        signal.signal(signal.SIGVTALRM, lambda _, later: _dispatch(number, later))
        signal.setitimer(signal.ITIMER_VIRTUAL, SECONDS_TO_IMPORT)
    elif mode := _find_mode(_modes, number):
        mode.handlers[number](number)


def _is_importing(frame: FrameType | None) -> bool:
    """Return whether a module is being imported, which swallows or replaces exceptions."""
    while frame and not frame.f_code.co_filename.startswith("<frozen importlib"):
        frame = frame.f_back
    return frame is not None
