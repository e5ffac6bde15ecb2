"""Keyboard between two prompts: no echo, and everything typed is kept for the next prompt."""

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

_INPUT_MODES, _LOCAL_MODES, _KEYS = 0, 3, 6  # places in a terminal's attributes
_MOST = 65536  # bytes read at once
ESCAPE = b"\x1b"
SECONDS_ALONE = 0.05  # after which an Esc is no beginning of another key's sequence
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
    """How a terminal takes keys: quiet for a while, then as it was before.

    Quiet: keys come at once and unseen; Ctrl-C and Ctrl-Z stay signals.
    """

    def __init__(self, terminal: TextIO | None) -> None:
        """Change nothing yet; where `terminal` is none, or None, nothing ever is."""
        self._terminal = terminal
        self._before: list[Any] | None = None

    @property
    def is_quiet(self) -> bool:
        """Whether the terminal is quiet, because of this."""
        return self._before is not None

    def silence(self) -> bool:
        """Make the terminal quiet, unless it is another job's now; return whether it is quiet."""
        if sys.platform == "win32":  # keys are echoed there
            return False
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
        """Make a terminal quiet that was, and that somebody else has set since."""
        if sys.platform != "win32" and self._before and self._terminal and self.is_foreground():
            with suppress(termios.error):
                self._silence(self._terminal, self._before)

    def restore(self) -> None:
        """Let the terminal be as it was, unless it is another job's now, which set its own."""
        if sys.platform == "win32":
            return
        before, self._before = self._before, None
        if before is not None and self._terminal and self.is_foreground():
            with suppress(termios.error):
                termios.tcsetattr(self._terminal, termios.TCSANOW, before)

    @contextmanager
    def lend(self) -> Iterator[None]:
        """The terminal as it was before it was quiet; then as it is now, whoever made it so."""
        if sys.platform == "win32" or self._before is None or not self._terminal:
            yield
            return
        before = now = self._before
        with suppress(termios.error):  # of a terminal that is gone
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
        """The keys that were pressed, or are within so many seconds; b"" if none were."""
        if self._terminal is None or not select.select([self._terminal], [], [], seconds)[0]:
            return b""
        try:
            return os.read(self._terminal.fileno(), _MOST)
        except OSError:  # it is gone, which whoever writes to it will be told
            return b""

    def read_burst(self) -> bytes:
        """Return everything that has arrived, with the rest of a paste."""
        parts: list[bytes] = []
        while read := self.read(pause_after(parts[-1].decode("latin-1")) if parts else 0.0):
            parts.append(read)
        return b"".join(parts)

    def is_foreground(self) -> bool:
        """Whether this process is in the foreground: to set a terminal from behind stops one."""
        if sys.platform == "win32" or self._terminal is None:
            return False
        try:
            return os.tcgetpgrp(self._terminal.fileno()) == os.getpgrp()
        except OSError:  # it controls no job
            return True

    @staticmethod
    def _silence(terminal: TextIO, before: list[Any]) -> None:
        if sys.platform == "win32":
            return
        quiet = list(before)
        quiet[_INPUT_MODES] &= ~termios.ICRNL  # Enter and Ctrl-J stay two keys
        quiet[_LOCAL_MODES] &= ~(termios.ECHO | termios.ICANON | termios.IEXTEN)
        quiet[_LOCAL_MODES] |= termios.NOFLSH  # Ctrl-C does not lose what was typed
        # Ctrl-\ would end the program where it stands, and leave the terminal like this.
        none = bytes([os.fpathconf(terminal.fileno(), "PC_VDISABLE") & 0xFF])
        quiet[_KEYS] = list(before[_KEYS])
        quiet[_KEYS][termios.VQUIT] = none
        termios.tcsetattr(terminal, termios.TCSANOW, quiet)


class Keyboard:
    """A context in which keys come at once and unseen; Ctrl-C stays a signal, and Ctrl-Z suspends.

    Where they are read, a lone Esc is seen, and all else is collected; where not, they wait in the
    terminal's queue for whoever reads next. A chat listens also before and after its answers: in
    the terminal's usual modes, Enter would become another key, and Ctrl-D be lost.

    Attributes:
        modes: The terminal's.
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
            write: Writes control sequences to the terminal, also within a signal's handler; keys
                are read if it is given.
            clear: Takes away what is not to stand on the screen while the program is suspended.
            forget: Leaves it there: somebody else has written below it.
        """
        self.modes = TerminalModes(terminal)
        self.typed: list[bytes] = []
        self._tail = b""  # of the last burst
        self._is_within_paste = False
        self._write = write
        self._clear = clear
        self._forget = forget
        self._listening = False
        self._is_polled = False  # whether someone calls `stops` again and again
        self._suspending = False
        self._signals: SuspendSignals | None = None  # while the keyboard is quiet
        self._must_resume = False  # after someone stopped it who did not ask
        self._was_continued = False  # whether the shell said so since it is about to suspend
        self._escape_time: float | None = None  # since when an Esc stands at the end

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
        """Be quiet from here on, until `rest`; called again after whoever set the terminal."""
        self._listening = True
        self._watch()
        if self._take():
            self._send(PASTES_MARKED)

    def rest(self) -> None:
        """Let the terminal be as it was."""
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
        """Let the terminal be as it was, unless somebody listens."""
        if not self._listening:
            self.modes.restore()

    @contextmanager
    def lend(self) -> Iterator[None]:
        """The terminal as it was, for a question or a program; what was typed is not for them."""
        listening = self._listening
        self._drain()
        self.rest()
        try:
            yield
        finally:
            if listening:
                self.listen()

    def read_stop(self) -> bool:
        """Read what was typed; return whether a lone Esc was. After a Ctrl-Z, suspend first."""
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
        """Write a control sequence, where keys are read; raise nothing if the terminal is gone.

        A closed terminal sends SIGCONT, whose handler writes: it must not end what it interrupts.
        """
        if self._write:
            with suppress(Ended, OutputError):
                self._write(sequence)

    def _watch(self) -> None:
        """Let Ctrl-Z wait for the next look at the keyboard: no frame is cut in two then."""
        if self._signals is None:
            self._signals = SuspendSignals(self._request_suspend, self._request_resume)
            self._signals.__enter__()

    def _request_suspend(self) -> None:
        if self._is_polled:
            self._suspending = True
        else:
            self._suspend()

    def _suspend(self) -> None:
        """Stop as any program does, with the terminal as it was before."""
        self._suspending = self._was_continued = False
        if self._is_polled:
            (self._clear if self.modes.is_foreground() else self._forget)()  # the shell's already?
        was_quiet = self.modes.is_quiet
        with self.modes.lend():
            if was_quiet:
                self._send(PASTES_BARE)
            # Others of the job have stopped by now, and their shell may have let all go on again.
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
        """Take the terminal again, which was the shell's since this process was stopped."""
        self._must_resume = False
        self._forget()
        self.modes.silence_again()
        if self.modes.is_quiet:
            self._send(PASTES_MARKED)
