"""Signal handlers, as named modes: context managers, the innermost of which handles a signal.

A mode leaves a signal that it does not name to the mode around it. In all of them SIGPIPE is
ignored, as Python does: a write to a pipe without a reader raises BrokenPipeError. What the parent
process ignores, such as SIGHUP under nohup, stays ignored. Outside the main thread a mode does
nothing.

All signals have one handler, which looks for the innermost mode in a list: a mode begins or ends in
one step, so a signal meets either this mode or the one around it, and never half of both.
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

SUSPEND = "\0suspend"  # a result that nobody can type
SECONDS_TO_END = 2.0  # in which another signal changes nothing: a closed terminal sends several
SECONDS_FOR_OUTPUT = 1  # for a reader to take the rest when a signal ends the command
SECONDS_TO_SETTLE = 6.0  # that a signal waits for an answer to be saved; a lock is waited for 5 s
SECONDS_TO_IMPORT = (
    0.002  # of CPU time, after which a signal that came during an import comes again
)
Handler = Callable[[int], None]

_modes: list[Mode] = []  # from the outermost to the innermost
_ENDING = {getattr(signal, name, 0) for name in ("SIGINT", "SIGTERM", "SIGHUP")}
_before: dict[int, Any] = {}  # the handlers to restore when no mode handles their signal any more


class Mode:
    """Base of the modes.

    Attributes:
        handlers: What each signal does.
    """

    def __init__(self) -> None:
        self.handlers: dict[int, Handler] = {}

    def __enter__(self) -> Self:
        if threading.current_thread() is not threading.main_thread():
            return self
        ignored = (signal.SIG_IGN, None)
        handlers = self.choose_handlers().items()
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
        if self not in _modes:  # of another thread
            return
        _modes.remove(self)
        for number in list(_before):  # those, too, whose mode a signal kept from restoring them
            if _find_mode(_modes, number) is None:
                signal.signal(number, _before[number])
                del _before[number]

    def choose_handlers(self) -> dict[int, Handler]:
        """Return what each signal does."""
        return {}

    def handle_outside(self, number: int) -> None:
        """Do what the mode around this one does; where there is none, SIGINT raises Cancelled."""
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
    """The program begins or ends: SIGINT, SIGTERM and SIGHUP exit at once; the rest as usual."""

    _code = 0

    def choose_handlers(self) -> dict[int, Handler]:
        """Return what each signal does."""
        if sys.platform == "win32":
            return {}
        return dict.fromkeys(
            (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGALRM), self._exit
        )

    def finish(self, code: int) -> None:
        """Note the exit code; a reader has a moment to take the output of what a signal ended."""
        self._code = code
        ended = code in {ExitCode.INTERRUPTED, ExitCode.TERMINATED, ExitCode.HUNG_UP}
        if ended and sys.platform != "win32":
            signal.alarm(SECONDS_FOR_OUTPUT)

    def _exit(self, number: int) -> None:
        os._exit(self._code or 128 + number)

    def _exit_late(self, number: int) -> None:
        if self._code:  # else it is a mode's that has just ended
            self._exit(number)


class ProgramSignals(Mode):
    """A command runs: SIGINT raises Cancelled, SIGTERM and SIGHUP Ended; the rest as usual."""

    _obeyed = -SECONDS_TO_END

    def choose_handlers(self) -> dict[int, Handler]:
        """Return what each signal does."""
        if sys.platform == "win32":
            return {}
        return {signal.SIGINT: _cancel, signal.SIGTERM: self._end, signal.SIGHUP: self._end}

    def _end(self, number: int) -> None:
        now = time.monotonic()
        if now - self._obeyed >= SECONDS_TO_END:
            self._obeyed = now
            hung_up = number == signal.SIGHUP
            raise Ended(ExitCode.HUNG_UP if hung_up else ExitCode.TERMINATED)


class AnswerSignals(Mode):
    """An answer comes: the first SIGINT, SIGTERM or SIGHUP raises; the next waits for the end.

    The end of the mode comes when the answer is saved. The wait is bounded: by SIGALRM, after
    `SECONDS_TO_SETTLE`. SIGTSTP and SIGCONT are those of the mode around.

    Attributes:
        defers: Whether a signal waits. Set before the answer is saved.
    """

    def __init__(self, *, defers: bool = False) -> None:
        super().__init__()
        self.defers = defers
        self._obeyed = self.pending = 0

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        super().__exit__(kind, error, _)
        if self.pending and sys.platform != "win32":
            signal.setitimer(signal.ITIMER_REAL, 0)
        self._obey_pending(is_over=True)

    def choose_handlers(self) -> dict[int, Handler]:
        """Return what each signal does."""
        if sys.platform == "win32":
            return {}
        ends = _raising(signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
        return {**dict.fromkeys(ends, self._handle), signal.SIGALRM: self._stop_waiting}

    def _handle(self, number: int) -> None:
        if not self.defers:
            self.defers, self._obeyed = True, number
            self.handle_outside(number)
            return
        if not self.pending and sys.platform != "win32":
            signal.setitimer(signal.ITIMER_REAL, SECONDS_TO_SETTLE)
        if self.pending in (0, signal.SIGINT):
            self.pending = number

    def _stop_waiting(self, number: int) -> None:  # noqa: ARG002 - a handler's
        self.defers = False
        self._obey_pending(is_over=False)

    def _obey_pending(self, *, is_over: bool) -> None:
        """Do what a signal that waited asks for, unless that has been done."""
        pending, self.pending = self.pending, 0
        repeated = pending == signal.SIGINT or self._obeyed not in (0, signal.SIGINT)
        if pending and not (is_over and self._obeyed and repeated):
            self.handle_outside(pending)


class SaveSignals(AnswerSignals):
    """What is unsaved is saved: SIGINT, SIGTERM and SIGHUP wait until it is, but not for long."""

    def __init__(self) -> None:
        super().__init__(defers=True)


def has_pending_signal() -> bool:
    """Return whether a signal waits until something is saved."""
    return any(isinstance(mode, AnswerSignals) and mode.pending for mode in _modes)


class StreamSignals(Mode):
    """An answer is painted: SIGINT waits for `check`, or for a second one; the rest as around.

    So it never comes in the middle of a row.
    """

    _came = False

    def choose_handlers(self) -> dict[int, Handler]:
        """Return what each signal does."""
        return dict.fromkeys(_raising(signal.SIGINT), self._note)

    def check(self) -> None:
        """Raise Cancelled if SIGINT came."""
        if self._came:
            self.handle_outside(signal.SIGINT)

    def _note(self, number: int) -> None:
        if self._came:
            self.handle_outside(number)
        self._came = True


class ChildSignals(Mode):
    """An editor has the terminal: SIGINT is the editor's alone; the rest as around.

    A handler is reset in the child, whereas it would inherit SIG_IGN.
    """

    def choose_handlers(self) -> dict[int, Handler]:
        """Return what each signal does."""
        return {signal.SIGINT: lambda _: None}


class SuspendSignals(Mode):
    """The keyboard is quiet: SIGTSTP and SIGCONT call its methods; the rest as around.

    They come at any moment, also while an answer is saved: the methods raise nothing.
    """

    def __init__(self, suspend: Callable[[], None], resume: Callable[[], None]) -> None:
        """Prepare: `suspend` calls `stop`, now or soon; `resume` takes the terminal again."""
        super().__init__()
        self._suspend = suspend
        self._resume = resume

    def choose_handlers(self) -> dict[int, Handler]:
        """Return what each signal does; nothing where there is no job control."""
        if sys.platform == "win32" or signal.getsignal(signal.SIGTSTP) is not signal.SIG_DFL:
            return {}
        return {signal.SIGTSTP: lambda _: self._suspend(), signal.SIGCONT: lambda _: self._resume()}

    def stop(self) -> None:
        """Stop this process as SIGTSTP does by default; return when it continues."""
        if sys.platform != "win32":
            signal.signal(signal.SIGTSTP, signal.SIG_DFL)
            # To this thread: another one would let it run on for a moment.
            signal.pthread_kill(threading.get_ident(), signal.SIGTSTP)
            signal.signal(signal.SIGTSTP, _dispatch)


class PromptSignals(Mode):
    """A prompt waits: all but SIGPIPE are noted, and end the prompt or draw it again.

    Nothing may be raised in its event loop: asyncio swallows what is raised in a callback, and the
    callback's next steps, such as taking the keyboard again, are skipped: the prompt would hang.

    Attributes:
        was_continued: Whether SIGCONT came after the prompt had ended in order to stop.
    """

    def __init__(self, app: Application[str]) -> None:
        """Prepare for the prompt that runs as `app`."""
        super().__init__()
        self._app = app
        self._pending_end: Ended | Cancelled | None = None
        self._stopping = self.was_continued = False

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        super().__exit__(kind, error, _)
        if self._pending_end:
            raise self._pending_end from None
        if isinstance(error, OSError) and error.errno == errno.EIO:
            raise Ended(ExitCode.HUNG_UP) from None
        if self._stopping:  # it came when the prompt was over
            stop_process()

    def choose_handlers(self) -> dict[int, Handler]:
        """Return what each signal does."""
        if sys.platform == "win32":
            return {}
        # SIGINT too: otherwise asyncio and prompt_toolkit both handle it, which takes longer.
        ends = _raising(signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
        stops = _raising(signal.SIGTSTP)  # otherwise there is no job control
        return {
            **dict.fromkeys(ends, self._end),
            **dict.fromkeys(stops, self._stop),
            signal.SIGCONT: self._continue,
        }

    def handle_pending_signal(self) -> None:
        """Obey what came before the prompt could be ended: it can be now."""
        future = self._app.future
        if future is None or future.done():
            return
        self.was_continued = False
        if self._pending_end:
            self._app.exit(exception=self._pending_end)
        elif self._stopping:
            self._stopping = False
            suspend_prompt(self._app)

    def _end(self, number: int) -> None:
        try:
            self.handle_outside(number)
        except (Ended, Cancelled) as ended:
            self._pending_end = ended
            self._call_soon(self.handle_pending_signal)

    def _stop(self, number: int) -> None:  # noqa: ARG002 - a handler's
        self._stopping = True
        self._call_soon(self.handle_pending_signal)

    def _continue(self, number: int) -> None:  # noqa: ARG002 - a handler's
        future = self._app.future
        self._stopping, self.was_continued = False, future is None or future.done()
        self._call_soon(self._redraw)

    def _call_soon(self, then: Callable[[], None]) -> None:
        if self._app.loop is not None:
            with suppress(RuntimeError):  # it was closed a moment ago
                self._app.loop.call_soon_threadsafe(then)

    def _redraw(self) -> None:
        """Take the terminal again, which was the shell's, and draw where the cursor is now."""
        app = self._app
        if app.future is None or app.future.done():
            return
        app.input.raw_mode().__enter__()
        app.renderer.reset()
        app.output.write_raw("\r")
        app.output.erase_down()
        app.renderer.request_absolute_cursor_position()
        app.invalidate()


def stop_job() -> None:
    """Stop the whole job, as Ctrl-Z does; the keyboard's mode gives the terminal back first."""
    if sys.platform != "win32":
        os.kill(0, signal.SIGTSTP)


def stop_process() -> None:
    """Stop this process, as SIGTSTP does in the mode in force."""
    if sys.platform != "win32":
        signal.raise_signal(signal.SIGTSTP)


def suspend_prompt(app: Application[str]) -> None:
    """End the prompt without a trace, so that the process can stop outside its loop."""
    app.erase_when_done = True
    app.exit(result=SUSPEND)


def _cancel(number: int) -> None:  # noqa: ARG001 - a handler's
    raise Cancelled


def _raising(*numbers: int) -> list[int]:
    """Return the signals that a function handles now: the others end the process, or do nothing."""
    return [number for number in numbers if callable(signal.getsignal(number))]


def _find_mode(modes: list[Mode], number: int) -> Mode | None:
    for mode in reversed(modes):  # no generator: another signal within it would be lost
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
    """Return whether a module is being imported: what is raised then is swallowed or disguised."""
    while frame and not frame.f_code.co_filename.startswith("<frozen importlib"):
        frame = frame.f_back
    return frame is not None
