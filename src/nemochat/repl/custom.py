"""Commands of one's own: a Markdown file in the configuration's `commands/` becomes `/NAME`."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

from nemochat.core.conversation import first_line
from nemochat.core.values import shown
from nemochat.directories import directories
from nemochat.errors import ConfigurationError, UsageError
from nemochat.files import read_text
from nemochat.repl.argument import prose
from nemochat.repl.listings import counted

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]*")
_ABOUT = re.compile(r"\s*<!--\s*(.*?)\s*-->[^\S\n]*(?:\n|$)", re.DOTALL)
_MARK = re.compile(r"\$(?:(\$)|(ARGUMENTS)\b|([1-9])(?![0-9]))")


class Written(NamedTuple):
    """A command of one's own, as its file has it.

    Attributes:
        name: What is typed after the slash.
        path: Its file.
        about: What it does, from the comment that is its first line, else its text's first line.
        text: What is asked, with the marks that arguments take.
    """

    name: str
    path: Path
    about: str
    text: str

    @property
    def takes(self) -> str:
        """What may follow it, as help shows it."""
        numbers = sorted({mark[3] for mark in _MARK.finditer(self.text) if mark[3]})
        return " ".join(f"${number}" for number in numbers) or "[ARGUMENTS]"

    def filled(self, argument: str) -> str:
        """Its text with arguments in it, or below it where nothing in it takes them.

        Raises:
            UsageError: there are fewer arguments than it takes.
        """
        words = prose(argument)
        wanted = max((int(mark[3]) for mark in _MARK.finditer(self.text) if mark[3]), default=0)
        if len(words) < wanted:
            many = counted(wanted, "argument")
            raise UsageError(f"/{self.name} takes {many}: ${len(words) + 1} is missing")

        def put(mark: re.Match[str]) -> str:
            if mark[1]:
                return "$"
            return argument if mark[2] else words[int(mark[3]) - 1]

        filled = _MARK.sub(put, self.text)
        taken = any(mark[2] or mark[3] for mark in _MARK.finditer(self.text))
        return filled if taken or not argument else f"{filled}\n\n{argument}"


def folder() -> Path | None:
    """Where the files are, or would be; None without a home."""
    try:
        return directories().config / "commands"
    except ConfigurationError:
        return None


def files() -> dict[str, Path]:
    """The file of each command by its name, in order, as far as the names can be typed."""
    try:
        found = sorted(there.glob("*.md")) if (there := folder()) else []
    except OSError:
        return {}
    return {path.stem.lower(): path for path in found if _NAME.fullmatch(path.stem.lower())}


def read(name: str, path: Path) -> Written:
    """The command in a file as it is now.

    Raises:
        UsageError: it cannot be read, or there is nothing in it to ask.
    """
    text = read_text(path)
    about = ""
    if comment := _ABOUT.match(text):
        about, text = " ".join(comment[1].split()), text[comment.end() :]
    if not text.strip():
        raise UsageError(f"there is nothing to ask in {shown(str(path), 100)}")
    return Written(name, path, about or first_line(text), text.strip("\n"))
