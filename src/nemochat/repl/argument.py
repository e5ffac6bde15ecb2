"""What follows the name of a command: words as a shell reads them, and numbers."""

from __future__ import annotations

import shlex

from nemochat.core.values import shown
from nemochat.errors import UsageError

_DIGITS = 9  # of the longest number that counts anything here


def words(argument: str) -> list[str]:
    """The words of an argument as a shell reads them; UsageError where a quote is left open."""
    try:
        return shlex.split(argument)
    except ValueError as error:
        raise UsageError(f"{shown(argument)}: a quote is not closed") from error


def prose(argument: str) -> list[str]:
    """The same of a text in which a lone quote may be an apostrophe."""
    try:
        return shlex.split(argument)
    except ValueError:
        return argument.split()


def number(text: str) -> int | None:
    """A whole number from 0 on, in ASCII digits; None if a text is none, or no count is so long."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= _DIGITS else None


def place(text: str, most: int) -> int | None:
    """A number from 1 to `most`; None if a text is none."""
    found = number(text)
    return found if found is not None and 0 < found <= most else None
