"""Tolerant parsing of JSON values of any type, depth and size."""

from __future__ import annotations

import json
import re

from nemochat.core.records import Json

LARGE = 1024 * 1024  # characters; shorter texts hold too few values to fill the memory
MOST_VALUES = 300_000
ABSURD = 1e15  # larger than any token count or price
_DECODER = json.JSONDecoder(strict=False)  # json.loads would create one for each event
_STRING_OR_START = r'(?s)"[^"\\]*+(?:\\.[^"\\]*+)*+"|[\[{,]'


def parse(text: str) -> Json:
    """Parse JSON, which may contain raw control characters; raise ValueError if it is invalid."""
    if len(text) > LARGE and _has_too_many_values(text):
        raise ValueError("too many values")
    try:
        if text.startswith("{"):  # the usual case, without a search for white space
            value, end = _DECODER.raw_decode(text)
            if end == len(text):
                return value
        return _DECODER.decode(text)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    except json.JSONDecodeError:
        raise
    except ValueError:  # a number has more than 4,300 digits; a float is good enough
        return json.JSONDecoder(strict=False, parse_int=float).decode(text)


def _has_too_many_values(text: str) -> bool:
    """Return whether there are too many values for the memory; 32 MiB of `{},` would take 1 GB."""
    if sum(map(text.count, '"[{,')) <= MOST_VALUES:
        return False
    values = 0
    for match in re.finditer(_STRING_OR_START, text):
        values += match[0][0] != '"'
        if values > MOST_VALUES:
            return True
    return False


def parse_document(body: bytes) -> list[Json]:
    """Return the JSON values of a body: one, or one per line; raise ValueError if it is neither."""
    try:
        return [parse(body.decode("utf-8", "replace"))]
    except ValueError:
        lines = [line for line in body[: LARGE * 32].split(b"\n") if line.strip()]
        return [parse(line.decode("utf-8", "replace")) for line in lines]


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
