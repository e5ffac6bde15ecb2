"""Messages read line by line: from a script, a pipe, or a terminal without an editor."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from select import select

from nemochat.chat.ports import Screen
from nemochat.errors import Cancelled
from nemochat.repl.entry import (
    BLOCK,
    PASTE_END,
    PASTE_START,
    escape,
    is_block,
    parse,
    paste_notice,
    runs_program,
)
from nemochat.screen.device import write
from nemochat.screen.keyboard import SECONDS_WITHIN_PASTE, read_partial_line

PROMPT = "> "
_READ_BYTES = 65536
_LINE_ENDS = (b"\n", b"\r")


def is_unfinished(text: str) -> bool:
    """Return whether a message continues in the next line: in an open block, or after a backslash.

    Marks come in pairs, so that code with marks of its own may be in a block.
    """
    opened = text.lstrip().startswith(BLOCK)
    return (opened and text.count(BLOCK) % 2 == 1) or (not opened and text.endswith("\\"))


def join_lines(text: str) -> str:
    """Return a message without the backslashes before its line ends."""
    return text if text.lstrip().startswith(BLOCK) else text.replace("\\\n", "\n")


class LineSource:
    """Messages from a script or a pipe."""

    def __init__(self, lines: Iterator[str], screen: Screen, *, echo: bool) -> None:
        """Read messages from lines without line ends; with `echo`, show each on the screen."""
        self._lines = lines
        self._screen = screen
        self._echo = echo

    def read_message(self) -> str:
        """Return the next entry that isn't blank; EOFError after the last."""
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
        """Return the next line as the reply to a question, or "" if there is none."""
        line = next(self._lines, "")
        if self._echo:
            self._screen.show_question(f"{question} {line}".rstrip())
        return line.strip()


class PlainPrompt:
    """Messages typed at a terminal on which nothing can be edited or drawn."""

    def __init__(self, screen: Screen, prompt: str, write: Callable[[str], object]) -> None:
        """Read messages after a prompt; `write` writes it where the user sees it."""
        self._screen = screen
        self._prompt = prompt
        self._write = write

    def read_message(self) -> str:
        """Return the next entry that isn't blank; EOFError for Ctrl-D."""
        self._write("\n")  # also after an answer that Ctrl-C interrupted
        text = ""
        while not text.strip():
            text = self._read_typed()
        before, mark, _ = text.partition(PASTE_START)
        bare = text.replace(PASTE_START, "").replace(PASTE_END, "")
        is_pasted = not before.strip() if mark else "\n" in text
        if is_pasted:
            entry = escape(bare)
            if entry != bare and (notice := paste_notice(bare)):
                self._screen.notice(notice)
            return entry
        while is_unfinished(bare):
            bare += "\n" + read_line(self._prompt, self._write)
        return join_lines(bare)

    def _read_typed(self) -> str:
        """Return a line or a paste. A program that is typed ahead needs another Enter to run."""
        is_typed_ahead = _is_readable(0)
        text = read_line(self._prompt, self._write)
        while text.rfind(PASTE_START) > text.rfind(PASTE_END):  # the terminal marks pastes unasked
            text += "\n" + read_line("", self._write)
        if is_typed_ahead and runs_program(text):
            text += read_line(text, self._write)
        return text

    def read_reply(self, question: str) -> str:
        """Return the reply to a question, or "" for Ctrl-C and Ctrl-D."""
        return read_reply(question, self._write)


def read_reply(question: str, write: Callable[[str], object] = write) -> str:
    """Return the reply to a question that is typed at the terminal, or "" for Ctrl-C and Ctrl-D."""
    try:
        return read_line(f"{question} ", write).strip()
    except (EOFError, Cancelled):
        return ""


def read_line(prompt: str, write: Callable[[str], object]) -> str:
    """Return what is typed at the terminal after a prompt, without the last line end.

    Several lines that arrive at once are a paste, whose last line ends with Enter. EOFError for
    Ctrl-D. input() would write the prompt to the wrong stream if standard error is a file.
    """
    write(prompt)
    data = b""
    try:
        data = _read_lines()
    finally:
        if not data.endswith(_LINE_ENDS):
            write("\n")  # after Ctrl-C and Ctrl-D the cursor is behind the prompt
    if not data:
        raise EOFError
    text = data.decode(sys.stdin.encoding, "replace").replace("\r\n", "\n")
    return text.replace("\r", "\n").removesuffix("\n")


def _read_lines() -> bytes:
    data = b""
    while read := os.read(sys.stdin.fileno(), _READ_BYTES):
        data += read
        if data.endswith(_LINE_ENDS) and not _is_readable(SECONDS_WITHIN_PASTE):
            rest = read_partial_line(sys.stdin)
            data += rest
            if not rest:
                break
    return data


def _is_readable(seconds: float) -> bool:
    return bool(select([sys.stdin], [], [], seconds)[0])


def write_stderr(text: str) -> None:
    """Write to standard error, if it is a terminal."""
    if sys.stderr is not None and sys.stderr.isatty():
        with suppress(OSError):
            sys.stderr.write(text)
            sys.stderr.flush()


def read_stdin_lines() -> Iterator[str]:
    """Yield the lines of standard input as they arrive."""
    while sys.stdin is not None and (line := sys.stdin.readline()):
        yield line.rstrip("\n")
