"""The reason in the body of a refusal: servers put it in a dozen shapes, and these were seen."""

from __future__ import annotations

import re
from contextlib import suppress

from nemochat.wire.lenient import Json, parse

PAGE = "a page of HTML"  # that has no title
_DEEPEST = 6
_MOST_ENTRIES = 20
_MEMBERS = (
    *("message", "msg", "detail", "error", "errors", "error_message", "title"),
    *("description", "reason", "error_description"),
)
_TITLE = re.compile(r"<title[^>]{0,200}>(.{0,1000}?)</title", re.IGNORECASE | re.DOTALL)
_PAGE = re.compile(r"<(!doctype|html|head|body|title|h1|\?xml)\b", re.IGNORECASE)
_HEADING = re.compile(r"<h1[^>]{0,200}>(.{0,1000}?)</h1", re.IGNORECASE | re.DOTALL)
_MARKUP = re.compile(r"<[^>]{0,200}>")
_SAID = re.compile(r'"(?:message|msg|detail|error)"\s*:\s*("(?:[^"\\]|\\.){1,500}")', re.DOTALL)
_WORD = re.compile(r"[^\W\d_]{2}")
_START = 5000  # characters in which a page shows that it is one


def reason(value: Json, depth: int = 0) -> str:
    """The reason in a body of any shape seen, or ""."""
    if depth > _DEEPEST:
        return ""
    if isinstance(value, str):
        return _from_text(value, depth)
    if isinstance(value, list):
        entries = (reason(entry, depth + 1) for entry in value[:_MOST_ENTRIES])
        return next((entry for entry in entries if entry), "")
    if not isinstance(value, dict):
        return ""
    for member in _MEMBERS:
        if said := reason(value.get(member), depth + 1):
            field = _field(value.get("loc") or value.get("param") or value.get("field"))
            return f"{field}: {said}" if field and field not in said else said
    code = value.get("type") or value.get("code")
    return code if isinstance(code, str) else ""


def _field(where: Json) -> str:
    if isinstance(where, str):
        return where
    if isinstance(where, list):
        parts = [part for part in where[:8] if isinstance(part, str | int)]
        return ".".join(str(part) for part in parts if part != "body")
    return ""


def _from_text(text: str, depth: int) -> str:
    """A text's own words; a page's title; the reason within JSON that stands in a string."""
    stripped = text.strip()
    if stripped.startswith(("{", "[")):
        return _from_json(stripped, depth)
    if _PAGE.search(stripped[:_START]):
        from html import unescape  # its table of entities is long

        title = _TITLE.search(stripped) or _HEADING.search(stripped)
        words = unescape(_MARKUP.sub(" ", title[1])).strip() if title else ""
        return words or PAGE
    return stripped


def _from_json(text: str, depth: int) -> str:
    """The reason within JSON, also if it was cut off."""
    with suppress(ValueError):
        return reason(parse(text), depth + 1)
    if said := _SAID.search(text):
        with suppress(ValueError):
            return reason(parse(said[1]), depth + 1)
    return text if _WORD.search(text[:_START]) else ""
