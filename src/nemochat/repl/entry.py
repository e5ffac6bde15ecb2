"""An entry at the prompt: a message or a command, and the arguments of a command.

Only `parse` decides which it is. The prompt passes pasted text through `escape` first, so that
it is always a message.
"""

from __future__ import annotations

import re
import shlex
from enum import Enum, auto
from typing import NamedTuple

from nemochat.core.text import format_value
from nemochat.errors import UsageError

BLOCK = '"""'  # opens and closes a message of several lines
SLASH, BANG = "/", "!"  # open a slash command and a shell command; doubled, they open a message
PASTE_START, PASTE_END = "\x1b[200~", "\x1b[201~"
EXIT_WORDS = {"exit", "quit", ":q"}  # alone on a line
HELP_WORDS = {"help", "?"}  # alone on a line, they are `/help`
_SHELL_COMMANDS = {"/pipe", "/run"}
# Markdown images and paths begin with the same characters, but are no commands.
_COMMAND = r"!(?!\[)\s*\S|/[\w-]+(?!\S)"
_MAX_DIGITS = 9


class EntryKind(Enum):
    """Kind of an entry."""

    MESSAGE = auto()
    COMMAND = auto()
    SHELL = auto()
    EXIT = auto()


class Entry(NamedTuple):
    """An entry: a message, a slash command with its slash, or a shell command without its `!`."""

    kind: EntryKind
    text: str


def parse(text: str) -> Entry:
    """Return the entry in a text.

    A shell command is one line: a longer text that begins with `!` is a message, and so is
    everything in a block.
    """
    bare = text.strip()
    start = len(text) - len(text.lstrip())
    if is_block(bare):
        content = bare.removeprefix(BLOCK).removesuffix(BLOCK)
        return Entry(EntryKind.MESSAGE, content.removeprefix("\n").removesuffix("\n"))
    if bare in EXIT_WORDS:
        return Entry(EntryKind.EXIT, bare)
    if bare in HELP_WORDS:
        return Entry(EntryKind.COMMAND, "/help")
    if bare.startswith((SLASH * 2, BANG * 2)):
        return Entry(EntryKind.MESSAGE, text[:start] + text[start + 1 :])
    if bare.startswith(SLASH):
        return Entry(EntryKind.COMMAND, bare)
    if bare.startswith(BANG) and "\n" not in bare:
        return Entry(EntryKind.SHELL, bare.removeprefix(BANG))
    return Entry(EntryKind.MESSAGE, text)


def is_block(text: str) -> bool:
    """Return whether a text is a block and nothing else."""
    bare = text.strip()
    return len(bare) >= 2 * len(BLOCK) and bare.startswith(BLOCK) and bare.endswith(BLOCK)


def is_command(text: str) -> bool:
    """Return whether a text is a slash command in one line."""
    return text.startswith(SLASH) and not text.startswith(SLASH * 2) and "\n" not in text


def runs_program(text: str) -> bool:
    """Return whether an entry runs a shell command, itself or by `/pipe` or `/run`."""
    kind, line = parse(text)
    by_command = kind is EntryKind.COMMAND and line.split()[0].lower() in _SHELL_COMMANDS
    return kind is EntryKind.SHELL or by_command


def escape(text: str) -> str:
    """Return the entry that sends `text` as a message, whatever it begins with."""
    if parse(text) == (EntryKind.MESSAGE, text):
        return text
    start = len(text) - len(text.lstrip())
    if text[start:].startswith((SLASH, BANG)):
        return text[:start] + text[start] + text[start:]
    return f"{BLOCK}\n{text}\n{BLOCK}"


def paste_notice(text: str) -> str:
    """Return how to run a paste that is sent as a message, or "" if it resembles no command."""
    if not resembles_command(text):
        return ""
    bare = text.strip()
    mark = bare[0] if bare[0] in (SLASH, BANG) else bare
    return f"Pasted text is sent as a message. To run it, type `{mark}` yourself."


def resembles_command(text: str) -> bool:
    """Return whether a text may be meant as a command."""
    bare = text.strip()
    return bare in EXIT_WORDS | HELP_WORDS or re.match(_COMMAND, bare) is not None


def split_words(argument: str) -> list[str]:
    """Return the words of an argument as a shell splits them; UsageError for an open quote."""
    try:
        return shlex.split(argument)
    except ValueError as error:
        raise UsageError(f"{format_value(argument)}: a quote is not closed") from error


def split_prose(argument: str) -> list[str]:
    """Return the words of an argument in which a single quote may be an apostrophe."""
    try:
        return shlex.split(argument)
    except ValueError:
        return argument.split()


def parse_number(text: str) -> int | None:
    """Return an integer of 0 or more in at most nine ASCII digits, or None."""
    is_number = text.isascii() and text.isdecimal() and len(text) <= _MAX_DIGITS
    return int(text) if is_number else None


def parse_position(text: str, most: int) -> int | None:
    """Return a number from 1 to `most`, or None."""
    number = parse_number(text)
    return number if number is not None and 0 < number <= most else None
