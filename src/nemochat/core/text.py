"""Small functions on text: similar names, surrogate halves, values in error messages, replies."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches

NUMBER = r"(?ai)[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)(e[+-]?[0-9]{1,3})?"


def nearest(name: str, among: Iterable[str], most: int = 1, cutoff: float = 0.6) -> list[str]:
    """Return the most similar names, the nearest first.

    Args:
        name: What the user wrote.
        among: The existing names.
        most: How many to return at most.
        cutoff: The required similarity: 0 accepts any name, 1 only the same.
    """
    return get_close_matches(name, list(among), most, cutoff)


def join_surrogates(text: str) -> str:
    """Return a text with surrogate halves joined, and U+FFFD for each lone one."""
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:  # there are halves
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text


def format_value(value: object, longest: int = 40, *, typed: bool = True) -> str:
    """Return a value for an error message: numbers bare, text in quotes, long ones cut.

    Args:
        value: The value.
        longest: The limit in characters.
        typed: Whether it was typed, so that a number is text too; a file distinguishes them.
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


def is_yes(reply: str) -> bool:
    """Return whether a reply to a question is y or yes."""
    return reply.strip().lower() in {"y", "yes"}


def count_noun(number: int, noun: str) -> str:
    """Return a number of things in words, such as "1 question" and "2 questions"."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
