"""When does the terminal's bell ring? When an answer took long: its person may have turned away."""

from __future__ import annotations

import time
from collections.abc import Callable

SECONDS = 10.0  # from which on an answer took long


class Bell:
    """Rings at the end of a long answer, or never."""

    def __init__(self, write: Callable[[str], None] | None) -> None:
        """Prepare; `write` writes to the terminal, None never rings."""
        self._write = write
        self._begun: float | None = None

    def begin(self) -> None:
        """An answer is awaited from now on, unless one is already."""
        self._begun = self._begun or time.monotonic()

    def end(self) -> None:
        """It is there: ring if that took long."""
        if self._write and self._begun and time.monotonic() - self._begun >= SECONDS:
            self._write("\a")
        self._begun = None
