"""How does a terminal take keys: seen and line by line, or quiet, each at once?"""

from __future__ import annotations

import os
import select
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, TextIO

if sys.platform != "win32":
    import termios

_INPUT_MODES, _LOCAL_MODES, _KEYS = 0, 3, 6  # places in a terminal's attributes
_MOST = 65536  # bytes read at once


class Modes:
    """How a terminal takes keys: quiet for a while, then as it was before.

    Quiet: keys come at once and unseen; Ctrl-C and Ctrl-Z stay signals.
    """

    def __init__(self, terminal: TextIO | None) -> None:
        """Change nothing yet; where `terminal` is none, or None, nothing ever is."""
        self._terminal = terminal
        self._before: list[Any] | None = None

    @property
    def quiet(self) -> bool:
        """Whether the terminal is quiet, because of this."""
        return self._before is not None

    def take(self) -> bool:
        """Make the terminal quiet, unless it is another job's now; return whether it is quiet."""
        if sys.platform == "win32":  # keys are echoed there
            return False
        if self._before is None and self._terminal and self._terminal.isatty() and self.ours():
            with suppress(termios.error):
                before = termios.tcgetattr(self._terminal)
                self._silence(self._terminal, before)
                self._before = before
        return self.quiet

    def take_again(self) -> None:
        """Make a terminal quiet that was, and that somebody else has set since."""
        if sys.platform != "win32" and self._before and self._terminal and self.ours():
            with suppress(termios.error):
                self._silence(self._terminal, self._before)

    def give_back(self) -> None:
        """Let the terminal be as it was, unless it is another job's now, which set its own."""
        if sys.platform == "win32":
            return
        before, self._before = self._before, None
        if before is not None and self._terminal and self.ours():
            with suppress(termios.error):
                termios.tcsetattr(self._terminal, termios.TCSANOW, before)

    @contextmanager
    def as_before(self) -> Iterator[None]:
        """The terminal as it was before it was quiet; then as it is now, whoever made it so."""
        if sys.platform == "win32" or self._before is None or not self._terminal:
            yield
            return
        before, now = self._before, termios.tcgetattr(self._terminal)
        self.give_back()
        try:
            yield
        finally:
            if self.ours():
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

    def ours(self) -> bool:
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
