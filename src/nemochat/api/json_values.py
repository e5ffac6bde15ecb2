"""Tolerant JSON parsing: values of any type, depth and size, or ValueError."""

from __future__ import annotations

import json
import re

from nemochat.core.records import Json

LARGE = 1024 * 1024  # characters; a shorter text cannot hold enough values to fill the memory
MOST_VALUES = 300_000
ABSURD = 1e15  # no count of tokens and no price is that large
_DECODER = json.JSONDecoder(strict=False)  # made once: json.loads would make one for each event
_STRING_OR_START = r'(?s)"[^"\\]*+(?:\\.[^"\\]*+)*+"|[\[{,]'


def parse(text: str) -> Json:
    """Read JSON as servers send it, raw control characters too; ValueError for all that is none."""
    if len(text) > LARGE and _has_too_many_values(text):
        raise ValueError("too many values")
    try:
        if text.startswith("{"):  # without looking for blanks around it
            value, end = _DECODER.raw_decode(text)
            if end == len(text):
                return value
        return _DECODER.decode(text)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    except json.JSONDecodeError:
        raise
    except ValueError:  # a number of more than 4,300 digits, which nothing here needs exactly
        return json.JSONDecoder(strict=False, parse_int=float).decode(text)


def _has_too_many_values(text: str) -> bool:
    """Whether there are more values than memory should hold; 32 MiB of `{},` would take 1 GB."""
    if sum(map(text.count, '"[{,')) <= MOST_VALUES:
        return False
    values = 0
    for match in re.finditer(_STRING_OR_START, text):
        values += match[0][0] != '"'
        if values > MOST_VALUES:
            return True
    return False


def parse_document(body: bytes) -> list[Json]:
    """The JSON values of a body that is no stream: one, or one a line; ValueError if neither."""
    try:
        return [parse(body.decode("utf-8", "replace"))]
    except ValueError:
        lines = [line for line in body[: LARGE * 32].split(b"\n") if line.strip()]
        return [parse(line.decode("utf-8", "replace")) for line in lines]


def to_text(content: Json) -> str:
    """Content as text: a string, a number, or a list of parts with texts."""
    if isinstance(content, str):
        return content
    if isinstance(content, bool) or content is None:
        return ""
    if isinstance(content, int | float):
        return str(content)
    if isinstance(content, list):
        return "".join(
            to_text(part.get("text")) if isinstance(part, dict) else to_text(part)
            for part in content
            if not isinstance(part, list)
        )
    return ""


def to_amount(value: Json) -> float | None:
    """A number that is at least 0 and can be meant, or a string of one; None for all else."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if 0 <= number < ABSURD else None


def to_count(value: Json) -> int | None:
    """A whole number that is at least 0 and can be meant, or a string of one; None for all else."""
    number = to_amount(value)
    return None if number is None else int(number)
