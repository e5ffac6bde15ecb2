"""JSON schemas for answers: parsed from a few words, requested, and extracted."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from nemochat.core.text import format_value
from nemochat.errors import UsageError

Document = Mapping[str, Any]  # a JSON object
ResponseFormat = Document  # the member `response_format` of a request

TYPES = {"str": "string", "int": "integer", "float": "number", "bool": "boolean"}
JSON_OBJECT: ResponseFormat = {"type": "json_object"}

_FIELD = r"([A-Za-z_][A-Za-z0-9_-]{0,63})(?:\s+([A-Za-z]+))?"
_FENCED = r"(?s)(`{3,}|~{3,})[^\n`]*\n(.*?)\n?[ ]*\1"
_UNFIT_FOR_NAMES = r"[^A-Za-z0-9_-]+"
_LONGEST_NAME = 64


def parse_fields(text: str) -> Document:
    """Return the schema of an object from a list of fields: `name, age int, bio: in one sentence`.

    Fields are separated by commas, or by lines if there are several. Each is a name, a type
    unless it is text, and a description after a colon. All are required; no others are allowed.

    Raises:
        UsageError: it is not such a list.
    """
    fields: dict[str, dict[str, str]] = {}
    for part in text.splitlines() if "\n" in text.strip() else text.split(","):
        if not part.strip():
            continue
        head, _, meaning = part.partition(":")
        match = re.fullmatch(_FIELD, head.strip())
        kind = match and (match[2] or "str")
        if not match or kind not in TYPES or match[1] in fields:
            raise UsageError(
                f"a schema is a file, JSON, or fields such as name, age int, bio: in one sentence,"
                f" not {format_value(part)}",
                f"Types are {', '.join(TYPES)}",
            )
        fields[match[1]] = {"type": TYPES[kind]}
        if meaning.strip():
            fields[match[1]]["description"] = meaning.strip()
    if not fields:
        raise UsageError("the schema has no fields")
    return {
        "type": "object",
        "properties": fields,
        "required": list(fields),
        "additionalProperties": False,
    }


def response_format(schema: Document) -> ResponseFormat:
    """Return the `response_format` of a request for answers that match a schema."""
    title = schema.get("title")
    name = re.sub(_UNFIT_FOR_NAMES, "_", title if isinstance(title, str) else "").strip("_")
    return {
        "type": "json_schema",
        "json_schema": {"name": name[:_LONGEST_NAME] or "answer", "schema": schema, "strict": True},
    }


def extract_json(answer: str) -> str:
    """Return the JSON of an answer, without the code block around it."""
    text = answer.strip()
    fenced = re.fullmatch(_FENCED, text)
    return fenced[2].strip() if fenced else text
