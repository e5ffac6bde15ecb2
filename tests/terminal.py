"""The program in a pseudo-terminal, and the screen that a person sees."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from types import TracebackType
from typing import Self

import pexpect
import pyte

from tests.conftest import Program

CTRL_C, CTRL_D, ENTER = "\x03", "\x04", "\r"


class Screen:
    """A terminal of some size with the program in it."""

    def __init__(
        self,
        program: Program,
        *arguments: str,
        columns: int = 80,
        rows: int = 24,
        command: Sequence[str] = (sys.executable, "-m", "nemochat"),
    ) -> None:
        self.screen = pyte.HistoryScreen(columns, rows, history=10_000)
        self._stream = pyte.ByteStream(self.screen)
        self.raw = b""
        self.process = pexpect.spawn(
            command[0],
            [*command[1:], *arguments],
            env={**program.environment, "PROMPT_TOOLKIT_NO_CPR": "1"},
            cwd=str(program.home),
            dimensions=(rows, columns),
            timeout=20,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        self.process.close(force=True)

    def type(self, text: str) -> None:
        """Press keys."""
        self.process.send(text)

    def say(self, line: str) -> None:
        """Type a line and Enter."""
        self.type(line + ENTER)

    def wait_for(self, text: str, seconds: float = 20) -> None:
        """Read until the screen or its scrollback shows `text`."""
        deadline = time.monotonic() + seconds
        while text not in self.text():
            assert time.monotonic() < deadline, f"{text!r} did not come:\n{self.text()}"
            self._read()

    def wait_for_prompt(self, seconds: float = 20) -> None:
        """Read until an empty prompt waits on the cursor's row, and nothing more comes."""
        deadline = time.monotonic() + seconds
        while True:
            quiet = not self._read()
            row = self.screen.display[self.screen.cursor.y].rstrip()
            if quiet and row == ">":
                return
            assert time.monotonic() < deadline, f"no prompt:\n{self.text()}"

    def wait_for_end(self, seconds: float = 20) -> int:
        """Read to the end of the program; return its exit code."""
        deadline = time.monotonic() + seconds
        while self.process.isalive():
            assert time.monotonic() < deadline, f"it goes on:\n{self.text()}"
            self._read()
        self._read()
        assert isinstance(self.process.exitstatus, int)
        return self.process.exitstatus

    def text(self) -> str:
        """Scrollback and screen, without trailing blanks."""
        history = [
            "".join(row[column].data for column in range(self.screen.columns))
            for row in self.screen.history.top
        ]
        return "\n".join(row.rstrip() for row in [*history, *self.screen.display]).rstrip()

    def _read(self) -> bool:
        try:
            read = self.process.read_nonblocking(65536, timeout=0.1)
        except (pexpect.TIMEOUT, pexpect.EOF):
            return False
        self.raw += read
        self._stream.feed(read)
        return True
