"""An entry at the prompt, parsed into a message or a command. Only this module decides which."""

from __future__ import annotations

import re
from enum import Enum, auto
from typing import NamedTuple

BLOCK = '"""'  # opens and closes a message of several lines
SLASH, BANG = "/", "!"  # open a command of ours, of the shell; doubled, they open a message
EXIT_WORDS = {"exit", "quit", ":q"}  # alone on a line
HELP_WORDS = {"help", "?"}  # alone on a line, they are `/help`
# No Markdown image, and no path: not every text that begins with a mark was meant as a command.
_COMMAND = r"!(?!\[)\s*\S|/[\w-]+(?!\S)"


class EntryKind(Enum):
    """What an entry does."""

    MESSAGE = auto()
    COMMAND = auto()
    SHELL = auto()
    EXIT = auto()


class Entry(NamedTuple):
    """What an entry does, and with which text.

    Attributes:
        kind: What it does.
        text: The message, the slash command with its slash, or the line for the shell.
    """

    kind: EntryKind
    text: str


def parse(text: str) -> Entry:
    """Return what a text does that is entered at the prompt.

    A command of the shell is one line: a longer text that begins with a `!` is a message. So is
    all that stands in a block.
    """
    bare = text.strip()
    start = len(text) - len(text.lstrip())
    if is_block(bare):
        return Entry(
            EntryKind.MESSAGE, bare[len(BLOCK) : -len(BLOCK)].removeprefix("\n").removesuffix("\n")
        )
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
    """Return whether a text is a block as a whole."""
    bare = text.strip()
    return len(bare) >= 2 * len(BLOCK) and bare.startswith(BLOCK) and bare.endswith(BLOCK)


def escape(text: str) -> str:
    """Return the entry that sends `text` as a message, whatever it begins with."""
    if parse(text) == (EntryKind.MESSAGE, text):
        return text
    start = len(text) - len(text.lstrip())
    if text[start:].startswith((SLASH, BANG)):
        return text[:start] + text[start] + text[start:]
    return f"{BLOCK}\n{text}\n{BLOCK}"


def paste_notice(text: str) -> str:
    """Return how to run a paste that is sent as a message; "" if it resembles no command."""
    if not resembles_command(text):
        return ""
    bare = text.strip()
    mark = bare[0] if bare[0] in (SLASH, BANG) else bare
    return f"Pasted text is sent as a message. To run it, type `{mark}` yourself."


def resembles_command(text: str) -> bool:
    """Return whether somebody may have meant a text as a command."""
    bare = text.strip()
    return bare in EXIT_WORDS | HELP_WORDS or re.match(_COMMAND, bare) is not None
