"""Messages from lines: those of a script, or of a pipe."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import suppress

from nemochat.chat.ports import Screen
from nemochat.errors import Cancelled
from nemochat.repl.entry import BLOCK, escape, is_block, parse, paste_notice
from nemochat.screen.device import write

PROMPT = "> "
PASTE_START, PASTE_END = (
    "\x1b[200~",
    "\x1b[201~",
)  # a terminal that was left so marks pastes unasked


def is_unfinished(text: str) -> bool:
    """Whether a message goes on in the next line: its block is open, or it ends in a backslash.

    A block is closed by a mark for each that opens: code with marks of its own may stand in it.
    """
    opened = text.lstrip().startswith(BLOCK)
    return (opened and text.count(BLOCK) % 2 == 1) or (not opened and text.endswith("\\"))


def join_lines(text: str) -> str:
    """Return the entry that a line and those that continue it make."""
    return text if text.lstrip().startswith(BLOCK) else text.replace("\\\n", "\n")


class LineSource:
    """A person who typed everything beforehand."""

    def __init__(self, lines: Iterator[str], screen: Screen, *, echo: bool) -> None:
        """Read messages from lines.

        Args:
            lines: Without their line ends.
            screen: Where they are shown as they are asked.
            echo: Whether they are: a script's are, a pipe's are not.
        """
        self._lines = lines
        self._screen = screen
        self._echo = echo

    def read_message(self) -> str:
        """The next message that is not blank; EOFError after the last."""
        for line in self._lines:
            if not line.strip():
                continue
            text = line
            while is_unfinished(text):
                text += "\n" + next(self._lines, BLOCK)
            entry = join_lines(text)
            if self._echo:
                self._screen.show_question(parse(entry).text if is_block(entry) else entry)
            return entry
        raise EOFError

    def read_reply(self, question: str) -> str:
        """The next line as the answer to a question; "" where there is none."""
        line = next(self._lines, "")
        if self._echo:
            self._screen.show_question(f"{question} {line}".rstrip())
        return line.strip()


class PlainPrompt(LineSource):
    """A person who types line by line, at a terminal that is not painted on."""

    def __init__(self, screen: Screen, prompt: str, write: Callable[[str], object]) -> None:
        """Read messages that are typed after a prompt, which is written where it can be seen."""
        super().__init__(iter(lambda: self._read_entry(prompt), None), screen, echo=False)
        self._write = write

    def _read_entry(self, prompt: str) -> str:
        """Return the next entry; a paste that the terminal marks is one, and never a command."""
        line = read_line(prompt, self._write)
        while line.rfind(PASTE_START) > line.rfind(PASTE_END):
            line += "\n" + read_line("", self._write)
        before, mark, _ = line.partition(PASTE_START)
        text = line.replace(PASTE_START, "").replace(PASTE_END, "")
        if not mark or before.strip():
            return text
        entry = escape(text)
        if entry != text and (notice := paste_notice(text)):
            self._screen.notice(notice)
        return entry

    def read_message(self) -> str:
        """The next message that is not blank; EOFError for Ctrl-D."""
        self._write("\n")  # a row apart, and off the one on which an answer was stopped by Ctrl-C
        return super().read_message()

    def read_reply(self, question: str) -> str:
        """The answer to a question; "" if the person would not say."""
        try:
            return read_line(f"{question} ", self._write).strip()
        except (EOFError, Cancelled):
            return ""


def read_line(prompt: str, write: Callable[[str], object] = write) -> str:
    """A line that a person types after a prompt; EOFError for Ctrl-D.

    input() would write the prompt to standard error if that is a file, or to standard output.
    """
    write(prompt)
    line = ""
    try:
        line = sys.stdin.readline()
    finally:
        if not line:
            write("\n")  # Ctrl-C and Ctrl-D leave the cursor where it was
    if not line:
        raise EOFError
    return line.rstrip("\n")


def write_stderr(text: str) -> None:
    """Write to standard error, if a person sees it."""
    if sys.stderr is not None and sys.stderr.isatty():
        with suppress(OSError):
            sys.stderr.write(text)
            sys.stderr.flush()


def read_stdin_lines() -> Iterator[str]:
    """The lines of standard input, each as it comes."""
    while sys.stdin is not None and (line := sys.stdin.readline()):
        yield line.rstrip("\n")
