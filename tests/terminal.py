"""The program in a pseudo-terminal, and the screen that a person sees."""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

import pexpect
import pyte

CTRL_C, CTRL_D, CTRL_Z, ENTER = "\x03", "\x04", "\x1a", "\r"
PASTE_END = "\x1b[201~"
BASH = ("bash", "--norc")
BACKGROUND_ASKED = b"\x1b]11;?\x07"


class Program(Protocol):
    """Where and with which environment the program starts."""

    @property
    def home(self) -> Path:
        """Working directory."""

    @property
    def environment(self) -> dict[str, str]:
        """All of its environment."""


class Answering(pyte.HistoryScreen):
    """A screen that answers what the program asks of its terminal, if anybody takes the answer."""

    answer: Callable[[str], object] | None = None

    def write_process_input(self, data: str) -> None:
        if self.answer:
            self.answer(data.replace("\x9b", "\x1b["))  # of eight bits, which is no UTF-8


class Screen:
    """A terminal of some size with the program in it."""

    def __init__(
        self,
        program: Program,
        *arguments: str,
        columns: int = 80,
        rows: int = 24,
        tells_cursor: bool = False,
        background: bytes = b"",
        command: Sequence[str] = (sys.executable, "-m", "nemochat"),
    ) -> None:
        """Start it.

        Args:
            program: What is started, in its own home.
            arguments: Its arguments.
            columns: Of the terminal.
            rows: Of the terminal.
            tells_cursor: Whether the terminal tells where its cursor is: the toolbar needs that.
            background: What the terminal tells of its background, as `ffff/ffff/ffff`.
            command: What is started with the arguments; BASH is a shell with `$` as its prompt.
        """
        self._background = background
        self.screen = Answering(columns, rows, history=10_000)
        self._stream = pyte.ByteStream(self.screen)
        self.raw = b""
        self._answered = True  # whether something came since a key was pressed
        self.process = pexpect.spawn(
            command[0],
            [*command[1:], *arguments],
            env={
                **program.environment,
                "PROMPT_TOOLKIT_NO_CPR": "" if tells_cursor else "1",
                "PS1": "$ ",
            },
            cwd=str(program.home),
            dimensions=(rows, columns),
            timeout=20,
        )
        self.screen.answer = self.process.send

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        if self.process.isalive():
            self.process.kill(signal.SIGKILL)
            self.process.wait()  # pexpect's own forced end gives it a tenth of a second
        self.process.close()

    def type(self, text: str) -> None:
        """Press keys."""
        self._answered = False
        self.process.send(text)

    def type_in_turn(self, *parts: str) -> None:
        """Press keys so that the program reads each part by itself, and has dealt with it."""
        for part in parts:
            self.type(part)
            deadline = time.monotonic() + 5
            while self._read() or (not self._answered and time.monotonic() < deadline):
                pass

    def type_pastes(self, keys: str) -> None:
        """Press keys in which a paste is read by itself, as are those after it."""
        self.type_in_turn(*filter(None, keys.replace(PASTE_END, PASTE_END + "\0").split("\0")))

    def say(self, line: str) -> None:
        """Type a line and Enter."""
        self.type(line + ENTER)

    def wait_for(self, text: str, seconds: float = 20) -> None:
        """Read until the screen or its scrollback shows `text`."""
        deadline = time.monotonic() + seconds
        while text not in self.text():
            assert time.monotonic() < deadline, f"{text!r} did not come:\n{self.text()}"
            self._read()

    def wait_for_prompt(self, seconds: float = 20, prompt: str = ">") -> None:
        """Read until an empty prompt waits on the cursor's row, and nothing more comes."""
        deadline = time.monotonic() + seconds
        while True:
            quiet = not self._read()
            row = self.screen.display[self.screen.cursor.y].rstrip()
            if quiet and self._answered and row == prompt:
                return
            assert time.monotonic() < deadline, f"no prompt:\n{self.text()}"

    def row(self) -> str:
        """The cursor's row."""
        return str(self.screen.display[self.screen.cursor.y]).rstrip()

    def wait_for_row(self, text: str, seconds: float = 20) -> None:
        """Read until the cursor's row is `text`, and nothing more comes."""
        deadline = time.monotonic() + seconds
        while self._read() or self.row() != text:
            assert time.monotonic() < deadline, f"{text!r} is not the row:\n{self.text()}"

    def wait_until_quiet(self) -> None:
        """Read until nothing more comes."""
        while self._read():
            pass

    def wait_for_end(self, seconds: float = 20) -> int:
        """Read to the end of the program; return its exit code."""
        deadline = time.monotonic() + seconds
        while self.process.isalive():
            assert time.monotonic() < deadline, f"it goes on:\n{self.text()}"
            self._read()
        self._read()
        assert isinstance(self.process.exitstatus, int)
        return self.process.exitstatus

    def hang_up(self) -> None:
        """Close the terminal, as its window is closed; what it was told before is read first."""
        self.wait_until_quiet()
        self.process.ptyproc.fileobj.close()

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
        if BACKGROUND_ASKED in read and self._background:
            self.process.send(b"\x1b]11;rgb:" + self._background + b"\x1b\\")
        self.raw += read
        self._answered = True
        self._stream.feed(read)
        return True
