"""Masks for secrets that were sent: a token that an endpoint echoes, and logins in addresses."""

from __future__ import annotations

import re
import sys
from base64 import b64encode
from collections.abc import Iterable, Iterator

MASK = "[token]"
_SHORTEST_EXACT = 4  # characters; a shorter token is a word like "x"
_SHORTEST_LOOSE = 8  # letters and digits; a shorter one might occur by chance
_MOST = 256 * 1024  # characters that are searched; what follows is cut off
# One character: escapes of URLs, JSON and HTML, or the character itself.
# Colours and other control sequences of a terminal stand for none.
_UNIT = re.compile(
    r"\x1b\[[0-9;:?]*[@-~]"
    r"|%(?:25)*([0-9a-f]{2})|\\u([0-9a-f]{4})|\\x([0-9a-f]{2})|&\#x([0-9a-f]{1,6});"
    r"|&\#([0-9]{1,7});|([^\W_])",
    re.IGNORECASE,
)
_DECIMAL = 5  # the group of a decimal escape
_LITERAL = 6  # the group of a character that is itself
_SECRET_NAME = re.compile(
    r"(?:api|access|private)[_-]?key|key(?:$|[_-])|token(?!i)|secret|passw|pwd|auth(?!or)"
    r"|bearer|credential|cookie|session|signature",
    re.IGNORECASE,
)
_LOGIN = re.compile(r"^([^/@]*://)?.*@", re.DOTALL)


def mask_secrets(text: str, secrets: Iterable[str]) -> str:
    """Return a text without the secrets in it, however they are disguised.

    They are recognized with other characters inserted, in any case, backwards, with escapes of
    URLs, JSON or HTML, in base64 and in hexadecimal.
    """
    text = text[:_MOST]
    secrets = [secret for secret in secrets if len(secret) >= _SHORTEST_EXACT]
    for secret in secrets:
        text = text.replace(secret, MASK)
    needles = {needle for secret in secrets for needle in _needles(secret)}
    if not needles:
        return text
    starts, ends, letters = _read_letters(text)
    spans = sorted(
        (starts[at], ends[at + len(needle) - 1])
        for needle in needles
        for at in _positions(letters, needle)
    )
    masked, end = "", 0
    for start, stop in spans:
        if start >= end:
            masked += text[end:start] + MASK
        end = max(end, stop)
    return masked + text[end:]


def _needles(secret: str) -> Iterator[str]:
    """Yield the letters and digits of each form that a secret may have."""
    content = secret.encode()
    forms = [secret, secret[::-1], content.hex()]
    for offset in range(3):  # a secret in base64 has three forms, by its place in the text
        encoded = b64encode(b"\0" * offset + content).decode()
        end = len(content) + offset
        forms.append(encoded[-(-offset * 4 // 3) : end * 4 // 3])
    for form in forms:
        letters = _fold(form)
        if len(letters) >= _SHORTEST_LOOSE:
            yield letters


def _fold(text: str) -> str:
    return "".join(c for c in text.lower() if c.isalnum())


def _read_letters(text: str) -> tuple[list[int], list[int], str]:
    """Return where each letter or digit of a text starts and ends, and all of them in lower case.

    Escapes count as what they stand for.
    """
    starts: list[int] = []
    ends: list[int] = []
    letters: list[str] = []
    for match in _UNIT.finditer(text):
        group = match.lastindex
        if group is None:
            continue
        character = match[group]
        if group != _LITERAL:
            code = int(character, 10 if group == _DECIMAL else 16)
            character = chr(code) if code <= sys.maxunicode else ""
        character = character.lower()
        if len(character) == 1 and character.isalnum():
            starts.append(match.start())
            ends.append(match.end())
            letters.append(character)
    return starts, ends, "".join(letters)


def _positions(text: str, needle: str) -> Iterator[int]:
    at = text.find(needle)
    while at >= 0:
        yield at
        at = text.find(needle, at + len(needle))


def is_secret_name(name: str) -> bool:
    """Return whether a header or member of this name may hold a secret."""
    return _SECRET_NAME.search(name) is not None


def mask_address(address: str) -> str:
    """Return an address without the login and the query that it may hold."""
    without_login = _LOGIN.sub(lambda match: f"{match[1] or ''}…@", address)
    path, mark, _ = without_login.partition("?")
    return f"{path}?…" if mark else path
