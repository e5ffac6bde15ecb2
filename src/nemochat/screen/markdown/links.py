"""Links: addresses, labels and definitions."""

from __future__ import annotations

import re
import sys
from html.entities import html5

from nemochat.screen.text.sanitize import sanitize

LONGEST_ADDRESS = 2_000  # bytes, as terminals accept

_ADDRESS = re.compile(r"(?:https?://|mailto:)[^\s]+", re.IGNORECASE)
_UNENCODED = re.compile(r"[^!#$%&'()*+,\-./0-9:;=?@A-Z\[\]_a-z~]")
_BARE_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")
_ANGLED = re.compile(r"<((?:[^<>\\\n]|\\.)*)(>?)")
_BLANKS = re.compile(r"[ \n]*")
_TITLE = r"(?:\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'|\((?:[^)\\]|\\.)*\))"
_CLOSED_TITLE = re.compile(_TITLE, re.DOTALL)
_DEEPEST = 32  # parentheses within an address
_LABEL = r"\[((?:[^\[\]\\]|\\.){1,999})\]"
_DEFINITION = re.compile(
    _LABEL + r":[ \t]*(<(?:[^<>\\]|\\.)*>|[^\s<]\S*)"
    rf"(?:[ \t]+{_TITLE})?[ \t]*"
)
_MAY_DEFINE = re.compile(r"\[(?:[^\[\]\\]|\\.){0,999}\\?(?:\](?::|$)|$)")

UNFINISHED = -1
"""Result of a parser if the text ends before the construct is decided."""


def encode_address(address: str) -> str:
    """Return the address percent-encoded for a hyperlink, or "" if none is allowed.

    Only http, https and mailto are allowed, and at most `LONGEST_ADDRESS` bytes.
    """
    if not _ADDRESS.fullmatch(address):
        return ""
    encoded = _BARE_PERCENT.sub("%25", _UNENCODED.sub(_percent, address))
    return encoded if len(encoded) <= LONGEST_ADDRESS else ""


def decode(source: str) -> str:
    """Return the text with escapes and entities resolved, and sanitized again."""
    if "&" in source:
        parts = ENTITY.split(source)
        entities = ENTITY.findall(source)
        resolved = [_unescape(parts[0])]
        for entity, part in zip(entities, parts[1:], strict=True):
            resolved += [decode_entity(entity), _unescape(part)]
        return "".join(resolved)
    return _unescape(source)


def decode_entity(entity: str) -> str:
    """Return the sanitized characters of an entity such as `&amp;`, or an unknown one itself."""
    if entity.startswith("&#"):
        digits = entity[2:-1]
        code = int(digits[1:], 16) if digits[0] in "xX" else int(digits)
        if code > sys.maxunicode:
            code = 0
        text = chr(code) if code else "\ufffd"
    else:
        text = html5.get(entity[1:], entity)
    return sanitize(text).replace("\n", " ").replace("\t", " ")


def parse_destination(text: str, start: int) -> tuple[int, str] | int | None:
    """Return the end and the address of `(address "title")` at `start`.

    Returns:
        None if there is none, `UNFINISHED` if the text ends before that is decided.
    """
    at = _end_of_blanks(text, start + 1)
    if text[at : at + 1] == "<":
        match = _ANGLED.match(text, at)
        if match is None or not match[2]:
            return UNFINISHED if match is None or match.end() >= len(text) else None
        address, at = match[1], match.end()
    else:
        end = _end_of_bare(text, at)
        if end is None or end == len(text):
            return end if end is None else UNFINISHED
        address, at = text[at:end], end
    after = _end_of_blanks(text, at)
    if after > at and text.startswith(('"', "'", "("), after):
        title = _CLOSED_TITLE.match(text, after)
        if title is None:
            return UNFINISHED
        after = _end_of_blanks(text, title.end())
    if after >= len(text):
        return UNFINISHED
    return (after + 1, decode(address)) if text[after] == ")" else None


def parse_definition(line: str) -> tuple[str, str] | None:
    """Return the label and the address of a line `[label]: address "title"`."""
    match = _DEFINITION.fullmatch(line)
    if match is None or not match[1].strip():
        return None
    address = match[2]
    if address.startswith("<"):
        address = address[1:-1]
    return normalize_label(match[1]), decode(address)


def is_possible_definition(beginning: str) -> bool:
    """Return whether a line that begins like this may become a definition."""
    return _MAY_DEFINE.match(beginning) is not None


def normalize_label(label: str) -> str:
    """Return the label for comparison, without differences in case and white space."""
    return " ".join(label.split()).casefold()


def _percent(match: re.Match[str]) -> str:
    return "".join(f"%{byte:02X}" for byte in match[0].encode())


def _unescape(source: str) -> str:
    return _ESCAPE.sub(r"\1", source) if "\\" in source else source


def _end_of_blanks(text: str, at: int) -> int:
    match = _BLANKS.match(text, at)
    return match.end() if match else at


def _end_of_bare(text: str, at: int) -> int | None:
    """Return the end of an address without angle brackets; its parentheses are balanced."""
    depth = 0
    while at < len(text):
        character = text[at]
        if character == "\\":
            at += 1
        elif character == "(":
            depth += 1
            if depth > _DEEPEST:
                return None
        elif character == ")":
            if depth == 0:
                return at
            depth -= 1
        elif character <= " ":
            return at if depth == 0 else None
        at += 1
    return len(text)
