"""Arguments of a slash command: words as a shell splits them, and numbers."""

from __future__ import annotations

import shlex

from nemochat.core.text import format_value
from nemochat.errors import UsageError

_DIGITS = 9  # of the longest number that counts anything here


def split_words(argument: str) -> list[str]:
    """The words of an argument as a shell reads them; UsageError where a quote is left open."""
    try:
        return shlex.split(argument)
    except ValueError as error:
        raise UsageError(f"{format_value(argument)}: a quote is not closed") from error


def split_prose(argument: str) -> list[str]:
    """The same of a text in which a lone quote may be an apostrophe."""
    try:
        return shlex.split(argument)
    except ValueError:
        return argument.split()


def parse_number(text: str) -> int | None:
    """A whole number from 0 on, in ASCII digits; None if a text is none, or no count is so long."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= _DIGITS else None


def parse_position(text: str, most: int) -> int | None:
    """A number from 1 to `most`; None if a text is none."""
    number = parse_number(text)
    return number if number is not None and 0 < number <= most else None
