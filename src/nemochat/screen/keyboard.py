"""Keyboard between two prompts: keys are not echoed, and are kept for the next prompt."""

from __future__ import annotations

import os
import select
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import TracebackType
from typing import Any, Self, TextIO

from nemochat.errors import Ended, OutputError
from nemochat.signals import SuspendSignals, stop_process

_INPUT_MODES, _LOCAL_MODES, _KEYS = 0, 3, 6  # indexes of a terminal's attributes
_MOST = 65536  # bytes read at once
ESCAPE = b"\x1b"
SECONDS_ALONE = 0.05  # after which an Esc doesn't begin a longer sequence
SECONDS_WITHIN_PASTE = 0.02  # between two parts of a paste
LONGEST_TYPED = 1000  # characters; nobody types more at once
PASTES_MARKED, PASTES_BARE = "\x1b[?2004h", "\x1b[?2004l"
_PASTE, _PASTE_END = b"\x1b[200~", b"\x1b[201~"


if sys.platform != "win32":
    import termios


def pause_after(read: str) -> float:
    """Return how many seconds to wait for more after a read: a paste arrives in parts."""
    is_paste = len(read) > LONGEST_TYPED or (len(read) > 1 and ("\r" in read or "\n" in read))
    return SECONDS_WITHIN_PASTE if is_paste else 0.0


def read_partial_line(terminal: TextIO) -> bytes:
    """Return what is typed of a line that Enter hasn't ended; it leaves the terminal's editor."""
    if sys.platform == "win32":
        return b""
    try:
        before = termios.tcgetattr(terminal)
        now = list(before)
        now[_LOCAL_MODES] &= ~termios.ICANON
        termios.tcsetattr(terminal, termios.TCSANOW, now)
        try:
            return (
                os.read(terminal.fileno(), _MOST)
                if select.select([terminal], [], [], 0)[0]
                else b""
            )
        finally:
            termios.tcsetattr(terminal, termios.TCSANOW, before)
    except (OSError, termios.error):
        return b""


class TerminalModes:
    """Input modes of a terminal: quiet for a while, then restored.

    In quiet mode, keys arrive at once and are not echoed; Ctrl-C and Ctrl-Z still send signals.
    """

    def __init__(self, terminal: TextIO | None) -> None:
        """Change nothing yet, or ever if `terminal` is None or no terminal."""
        self._terminal = terminal
        self._before: list[Any] | None = None

    @property
    def is_quiet(self) -> bool:
        """Return whether this object has made the terminal quiet."""
        return self._before is not None

    def silence(self) -> bool:
        """Make the terminal quiet if this process may; return whether it is quiet."""
        if (
            self._before is None
            and self._terminal
            and self._terminal.isatty()
            and self.is_foreground()
        ):
            with suppress(termios.error):
                before = termios.tcgetattr(self._terminal)
                self._silence(self._terminal, before)
                self._before = before
        return self.is_quiet

    def silence_again(self) -> None:
        """Make a terminal quiet again after another program changed its modes."""
        if self._before and self._terminal and self.is_foreground():
            with suppress(termios.error):
                self._silence(self._terminal, self._before)

    def restore(self) -> None:
        """Restore the modes, unless another job uses the terminal now."""
        before, self._before = self._before, None
        if before is not None and self._terminal and self.is_foreground():
            with suppress(termios.error):
                termios.tcsetattr(self._terminal, termios.TCSANOW, before)

    @contextmanager
    def lend(self) -> Iterator[None]:
        """Restore the modes for a while; then bring back the current ones, whoever set them."""
        if self._before is None or not self._terminal:
            yield
            return
        before = now = self._before
        with suppress(termios.error):  # the terminal is gone
            now = termios.tcgetattr(self._terminal)
        self.restore()
        try:
            yield
        finally:
            if self.is_foreground():
                with suppress(termios.error):
                    termios.tcsetattr(self._terminal, termios.TCSANOW, now)
                    self._before = before

    def read(self, seconds: float) -> bytes:
        """Return the keys pressed within `seconds`; b"" for none."""
        if self._terminal is None or not select.select([self._terminal], [], [], seconds)[0]:
            return b""
        try:
            return os.read(self._terminal.fileno(), _MOST)
        except OSError:  # it is gone: the next write raises
            return b""

    def read_burst(self) -> bytes:
        """Return everything that has arrived, with the rest of a paste."""
        parts: list[bytes] = []
        while read := self.read(pause_after(parts[-1].decode("latin-1")) if parts else 0.0):
            parts.append(read)
        return b"".join(parts)

    def is_foreground(self) -> bool:
        """Return whether this process is in the foreground; False on Windows, which echoes keys.

        A background process that sets the modes of its terminal is stopped.
        """
        if sys.platform == "win32" or self._terminal is None:
            return False
        try:
            return os.tcgetpgrp(self._terminal.fileno()) == os.getpgrp()
        except OSError:  # it is not the controlling terminal
            return True

    @staticmethod
    def _silence(terminal: TextIO, before: list[Any]) -> None:
        quiet = list(before)
        quiet[_INPUT_MODES] &= ~termios.ICRNL  # Enter and Ctrl-J stay two keys
        quiet[_LOCAL_MODES] &= ~(termios.ECHO | termios.ICANON | termios.IEXTEN)
        quiet[_LOCAL_MODES] |= termios.NOFLSH  # Ctrl-C doesn't discard what was typed
        # Ctrl-\ would end the program at once, and leave the terminal quiet.
        none = bytes([os.fpathconf(terminal.fileno(), "PC_VDISABLE") & 0xFF])
        quiet[_KEYS] = list(before[_KEYS])
        quiet[_KEYS][termios.VQUIT] = none
        termios.tcsetattr(terminal, termios.TCSANOW, quiet)


class Keyboard:
    """Context in which keys are not echoed, Ctrl-C sends a signal and Ctrl-Z suspends.

    If keys are read, a lone Esc is recognized, and the others are collected; otherwise they wait in
    the terminal's queue for the next reader. A chat also listens before and after its answers: in
    the usual modes, Enter would become another key, and Ctrl-D would be lost.

    Attributes:
        modes: The modes of the terminal.
        typed: What was read and not yet taken, as the bursts in which it arrived.
    """

    def __init__(
        self,
        terminal: TextIO | None,
        write: Callable[[str], None] | None,
        clear: Callable[[], None] = lambda: None,
        forget: Callable[[], None] = lambda: None,
    ) -> None:
        """Prepare.

        Args:
            terminal: Where keys are pressed.
            write: Writes control sequences to the terminal, also in a signal handler. Without it,
                keys are not read.
            clear: Erases what must not be on the screen while the program is suspended.
            forget: Leaves that on the screen, because something else was written below it.
        """
        self.modes = TerminalModes(terminal)
        self.typed: list[bytes] = []
        self._tail = b""  # of the last burst
        self._is_within_paste = False
        self._write = write
        self._clear = clear
        self._forget = forget
        self._listening = False
        self._is_polled = False  # whether `read_stop` is called repeatedly
        self._suspending = False
        self._signals: SuspendSignals | None = None  # while the keyboard is quiet
        self._must_resume = False  # after a stop that was not requested here
        self._was_continued = False  # whether SIGCONT arrived before the stop
        self._escape_time: float | None = None  # when the Esc at the end was read

    def __enter__(self) -> Self:
        self._suspending, self._is_polled = False, True
        self._watch()
        self._take()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        self._is_polled = False
        if not self._listening:
            self.rest()
        if self._suspending and not isinstance(error, Ended):
            stop_process()

    def listen(self) -> None:
        """Be quiet until `rest`; call it again after another program set the modes."""
        self._listening = True
        self._watch()
        if self._take():
            self._send(PASTES_MARKED)

    def rest(self) -> None:
        """Restore the terminal."""
        self._listening = False
        self._restore()
        if self._signals is not None:
            self._signals.__exit__(None, None, None)
            self._signals = None

    def take_typed(self) -> list[bytes]:
        """Return the bursts that were typed and not yet taken."""
        self._drain()
        typed, self.typed = self.typed, []
        self._tail, self._is_within_paste, self._escape_time = b"", False, None
        return typed

    def release(self) -> None:
        """Restore the terminal, unless `listen` is in force."""
        if not self._listening:
            self.modes.restore()

    @contextmanager
    def lend(self) -> Iterator[None]:
        """Restore the terminal for another reader, which doesn't see earlier keys."""
        listening = self._listening
        self._drain()
        self.rest()
        try:
            yield
        finally:
            if listening:
                self.listen()

    def read_stop(self) -> bool:
        """Read keys; return whether one was a lone Esc. Suspend first if Ctrl-Z was pressed."""
        if self._suspending:
            self._suspend()
        elif self._must_resume:
            self._resume()
        if not self._take() or self._write is None:
            return False
        if self._drain():
            lone = self.typed[-1].endswith(ESCAPE) and not self._is_within_paste
            self._escape_time = time.monotonic() if lone else None
        if self._escape_time is None or time.monotonic() - self._escape_time < SECONDS_ALONE:
            return False
        self._escape_time = None
        while self.typed and not (last := self.typed.pop().rstrip(ESCAPE)):
            pass
        self.typed += [last] if last else []
        return True

    def _drain(self) -> bool:
        """Keep what has arrived, as one burst; return whether something has."""
        if not self._write or not self.modes.is_quiet or not (burst := self.modes.read_burst()):
            return False
        self.typed.append(burst)
        seen = self._tail + burst  # a mark may be split between two bursts
        self._tail = seen[1 - len(_PASTE) :]
        if (start := seen.rfind(_PASTE)) != (end := seen.rfind(_PASTE_END)):
            self._is_within_paste = start > end
        return True

    def _take(self) -> bool:
        if not self.modes.is_quiet and self.modes.silence():
            self._send(PASTES_MARKED)
        return self.modes.is_quiet

    def _restore(self) -> None:
        was_quiet = self.modes.is_quiet
        self.modes.restore()
        if was_quiet:
            self._send(PASTES_BARE)

    def _send(self, sequence: str) -> None:
        """Write a control sequence if keys are read; ignore a closed terminal.

        A closed terminal sends SIGCONT, whose handler writes and must not raise.
        """
        if self._write:
            with suppress(Ended, OutputError):
                self._write(sequence)

    def _watch(self) -> None:
        """Delay Ctrl-Z until the next read, so that it interrupts no frame."""
        if self._signals is None:
            self._signals = SuspendSignals(self._request_suspend, self._request_resume)
            self._signals.__enter__()

    def _request_suspend(self) -> None:
        if self._is_polled:
            self._suspending = True
        else:
            self._suspend()

    def _suspend(self) -> None:
        """Stop the process, with the terminal restored."""
        self._suspending = self._was_continued = False
        if self._is_polled:
            (
                self._clear if self.modes.is_foreground() else self._forget
            )()  # or the shell has the terminal
        was_quiet = self.modes.is_quiet
        with self.modes.lend():
            if was_quiet:
                self._send(PASTES_BARE)
            # The rest of the job has stopped by now, and its shell may have continued it.
            if not self._was_continued and self._signals is not None:
                self._signals.stop()
        self._must_resume = False
        if was_quiet and self.modes.is_quiet:
            self._send(PASTES_MARKED)

    def _request_resume(self) -> None:
        self._suspending, self._was_continued = False, True
        if self._is_polled:
            self._must_resume = True
        else:
            self._resume()

    def _resume(self) -> None:
        """Make the terminal quiet again after the process was stopped."""
        self._must_resume = False
        self._forget()
        self.modes.silence_again()
        if self.modes.is_quiet:
            self._send(PASTES_MARKED)
