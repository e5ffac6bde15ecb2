"""Small functions on text: similar names, surrogate halves, values in error messages."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches

NUMBER = r"(?ai)[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)(e[+-]?[0-9]{1,3})?"


def nearest(name: str, among: Iterable[str], most: int = 1, cutoff: float = 0.6) -> list[str]:
    """The names that are most like this one, the nearest first.

    Args:
        name: What someone wrote.
        among: What there is.
        most: How many at most.
        cutoff: How alike they must be: 0 takes any, 1 the name alone.
    """
    return get_close_matches(name, list(among), most, cutoff)


def join_surrogates(text: str) -> str:
    """A text with the halves of its characters joined, and U+FFFD for one that stands alone."""
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:  # there are halves
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text


def format_value(value: object, longest: int = 40, *, typed: bool = True) -> str:
    """A value as an error shows it: numbers bare, text in quotes, long ones cut.

    Args:
        value: What came.
        longest: Characters.
        typed: Whether it was typed, where a number is a text too; a file tells the two apart.
    """
    if isinstance(value, Mapping):
        return "a section"
    if isinstance(value, bool | list | tuple):
        text = json.dumps(value, ensure_ascii=False, default=str)
        return text if len(text) <= longest else text[: longest - 1] + "…"
    text = str(value).strip()
    text = text if len(text) <= longest else text[: longest - 1] + "…"
    if not isinstance(value, str) or (typed and re.fullmatch(NUMBER, text)):
        return text
    return json.dumps(text, ensure_ascii=False)


def count_noun(number: int, noun: str) -> str:
    """Return a number of things in words, such as "1 question" and "2 questions"."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
