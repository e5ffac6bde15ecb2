"""The keyboard while an answer comes: no echo, and what is typed is kept for the prompt."""

from __future__ import annotations

import os
import select
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import Any, Self, TextIO

if sys.platform != "win32":
    import termios

ESCAPE = b"\x1b"
SECONDS_ALONE = 0.05  # after which an Esc is no beginning of another key's sequence
PASTES_MARKED, PASTES_BARE = "\x1b[?2004h", "\x1b[?2004l"
_INPUT_MODES, _LOCAL_MODES = 0, 3  # places in a terminal's attributes
_MOST = 65536  # bytes read at once


class Keyboard:
    """A context in which keys come at once and unseen; Ctrl-C stays a signal.

    Where they are read, a lone Esc is seen, and all else is collected; where not, they wait in the
    terminal's queue for whoever reads next.

    Attributes:
        typed: What was read and not yet taken.
    """

    def __init__(self, terminal: TextIO | None, write: Callable[[str], None] | None) -> None:
        """Prepare; keys are read if `write`, which writes to the terminal, is given."""
        self.typed = b""
        self._terminal = terminal
        self._write = write
        self._before: list[Any] | None = None
        self._escaped: float | None = None  # since when an Esc stands alone

    def __enter__(self) -> Self:
        if sys.platform == "win32":  # keys are echoed there
            return self
        if self._terminal is not None and self._terminal.isatty():
            with suppress(termios.error):
                before = termios.tcgetattr(self._terminal)
                quiet = list(before)
                quiet[_INPUT_MODES] &= ~termios.ICRNL  # Enter and Ctrl-J stay two keys
                quiet[_LOCAL_MODES] &= ~(termios.ECHO | termios.ICANON)
                quiet[_LOCAL_MODES] |= termios.NOFLSH  # Ctrl-C does not lose what was typed
                termios.tcsetattr(self._terminal, termios.TCSANOW, quiet)
                self._before = before
        if self._before is not None and self._write:
            self._write(PASTES_MARKED)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        if sys.platform == "win32":
            return
        if self._before is not None and self._terminal is not None:
            if self._write:
                self._write(PASTES_BARE)
            with suppress(termios.error):
                termios.tcsetattr(self._terminal, termios.TCSANOW, self._before)
            self._before = None

    def stops(self) -> bool:
        """Read what was typed; return whether a lone Esc was."""
        if self._before is None or self._write is None or self._terminal is None:
            return False
        descriptor = self._terminal.fileno()
        while select.select([descriptor], [], [], 0)[0]:
            read = os.read(descriptor, _MOST)
            if not read:
                break
            alone = read == ESCAPE and self._escaped is None
            self.typed += read
            self._escaped = time.monotonic() if alone else None
        if self._escaped is None or time.monotonic() - self._escaped < SECONDS_ALONE:
            return False
        self.typed, self._escaped = self.typed.removesuffix(ESCAPE), None
        return True
