"""The keyboard while an answer comes: nothing is echoed, and what is typed waits for the prompt."""

from __future__ import annotations

import sys
from contextlib import suppress
from types import TracebackType
from typing import Any, Self, TextIO

if sys.platform != "win32":
    import termios

_LOCAL_MODES = 3  # the place of the local modes in a terminal's attributes


class Quiet:
    """A context in which the terminal passes keys on at once and unseen; Ctrl-C stays a signal.

    What is typed stays in the terminal's queue, where the next prompt finds it.
    """

    def __init__(self, terminal: TextIO | None) -> None:
        self._terminal = terminal
        self._before: list[Any] | None = None

    def __enter__(self) -> Self:
        if sys.platform == "win32":  # keys are echoed there
            return self
        if self._terminal is not None and self._terminal.isatty():
            with suppress(termios.error):
                before = termios.tcgetattr(self._terminal)
                quiet = list(before)
                quiet[_LOCAL_MODES] &= ~(termios.ECHO | termios.ICANON)
                termios.tcsetattr(self._terminal, termios.TCSANOW, quiet)
                self._before = before
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        if sys.platform == "win32":
            return
        if self._before is not None and self._terminal is not None:
            with suppress(termios.error):
                termios.tcsetattr(self._terminal, termios.TCSANOW, self._before)
