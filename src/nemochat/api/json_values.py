"""Tolerant parsing of JSON values of any type, depth and size."""

from __future__ import annotations

import json

from nemochat.core.json_size import has_more_values
from nemochat.core.records import Json

LARGE = 1024 * 1024  # characters; shorter texts hold too few values to fill the memory
MOST_VALUES = 300_000  # 32 MiB of `{},` would take 1 GB
ABSURD = 1e15  # larger than any token count or price
_DECODER = json.JSONDecoder(strict=False)  # json.loads would create one for each event


def parse(text: str) -> Json:
    """Parse JSON, which may contain raw control characters; raise ValueError if it is invalid."""
    if len(text) > LARGE and has_more_values(text, MOST_VALUES):
        raise ValueError("too many values")
    try:
        return _DECODER.decode(text)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    except json.JSONDecodeError:
        raise
    except ValueError:  # a number has more than 4,300 digits; a float is good enough
        return json.JSONDecoder(strict=False, parse_int=float).decode(text)


def to_text(content: Json) -> str:
    """Return the text of a string, a number or a list of parts, or ""."""
    if isinstance(content, str):
        return content
    if isinstance(content, int | float) and not isinstance(content, bool):
        return str(content)
    if isinstance(content, list):
        return "".join(
            to_text(part.get("text")) if isinstance(part, dict) else to_text(part)
            for part in content
            if not isinstance(part, list)
        )
    return ""


def is_text(content: Json) -> bool:
    """Return whether `to_text` returns all of a value."""
    if isinstance(content, list):
        texts = [part.get("text") if isinstance(part, dict) else part for part in content]
        return all(is_text(text) and not isinstance(text, list) for text in texts)
    return not isinstance(content, bool | dict)


def to_amount(value: Json) -> float | None:
    """Return a plausible number of at least 0, which may be a string, or None."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if 0 <= number < ABSURD else None


def to_count(value: Json) -> int | None:
    """Return a plausible integer of at least 0, which may be a string, or None."""
    number = to_amount(value)
    return None if number is None else int(number)
