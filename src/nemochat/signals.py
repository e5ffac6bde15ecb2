"""Signals while the prompt's event loop runs, in which nothing may be raised.

asyncio swallows what is raised in a callback, and the callback's next steps, such as taking the
keyboard again, are skipped: the prompt would hang. So a signal is recorded when it arrives, and
ends the prompt from within the loop.
"""

from __future__ import annotations

import errno
import os
import signal
from collections.abc import Callable
from contextlib import suppress
from types import FrameType, TracebackType
from typing import TYPE_CHECKING, Any, Self

from nemochat.errors import Ended, ExitCode

if TYPE_CHECKING:
    from prompt_toolkit.application import Application

SUSPEND = "\0suspend"  # a result that nobody can type
_Handler = Callable[[int, FrameType | None], Any]


class PromptSignals:
    """A context around a prompt: what ends the process, or stops it, ends the prompt first.

    Attributes:
        was_continued: Whether the process was let go on since the prompt ended, so as to stop.
    """

    def __init__(self, app: Application[str]) -> None:
        """Prepare for the prompt that runs as `app`."""
        self._app = app
        self._pending_end: Ended | KeyboardInterrupt | None = None
        self._stopping = self.was_continued = False
        self._before: dict[signal.Signals, Any] = {}

    def __enter__(self) -> Self:
        # SIGINT too: else asyncio and prompt_toolkit take it both, which takes them longer.
        for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
            if callable(handler := signal.getsignal(number)):
                self._install(number, self._make_end_handler(handler))
        if callable(signal.getsignal(signal.SIGTSTP)):  # else there is no job control
            self._install(signal.SIGTSTP, self._on_stop)
        self._install(signal.SIGCONT, self._on_continue)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)
        if self._pending_end:
            raise self._pending_end from None
        if isinstance(error, OSError) and error.errno == errno.EIO:
            raise Ended(ExitCode.HUNG_UP) from error
        if self._stopping:  # it came when the prompt was over
            signal.raise_signal(signal.SIGTSTP)

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

    def _install(self, number: signal.Signals, handler: _Handler) -> None:
        self._before[number] = signal.signal(number, handler)

    def _make_end_handler(self, raising: _Handler) -> _Handler:
        def end(number: int, frame: FrameType | None) -> None:
            try:
                raising(number, frame)
            except (Ended, KeyboardInterrupt) as ended:
                self._pending_end = ended
                self._call_soon(self.handle_pending_signal)

        return end

    def _on_stop(self, number: int, frame: FrameType | None) -> None:  # noqa: ARG002 - a signal handler's
        self._stopping = True
        self._call_soon(self.handle_pending_signal)

    def _on_continue(self, number: int, frame: FrameType | None) -> None:  # noqa: ARG002 - a signal handler's
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
    """Stop with all of the job, as a terminal that is not quiet has it for Ctrl-Z.

    The keyboard, whose handler takes the signal, gives the terminal back before.
    """
    os.kill(0, signal.SIGTSTP)


def suspend_prompt(app: Application[str]) -> None:
    """End the prompt without a trace, so that the process can stop outside of its loop."""
    app.erase_when_done = True
    app.exit(result=SUSPEND)
