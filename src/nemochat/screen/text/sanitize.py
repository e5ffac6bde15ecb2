"""Sanitizer for text from anywhere else, before a terminal shows it.

Characters are translated one by one. No escape sequence is parsed, so none can end too early or too
late. The store, pipes and files receive the text unchanged.
"""

from __future__ import annotations

import re
import unicodedata

from nemochat.core.text import join_surrogates

LONGEST_NOTICE = 300  # characters
_CONTROL_PICTURES = 0x2400
_DELETE = "\x7f"
_REPLACEMENT = "\ufffd"

# A flag of a subdivision: a black flag, its ISO 3166-2 code in tag characters, and their end.
_BLACK_FLAG = "\U0001f3f4"
_TAG = "[\U000e0030-\U000e0039\U000e0061-\U000e007a]"
_FLAG = f"{_BLACK_FLAG}{_TAG}{{3,6}}\U000e007f"
_UNFINISHED_FLAG = f"{_BLACK_FLAG}{_TAG}{{0,6}}\\Z"
_ODD = (
    f"{_FLAG}"
    "|\r\n?|[\u2028\u2029]"  # line ends
    "|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]"  # C0 except tab and newline, DEL
    "|[\x80-\x9f\u202a-\u202e\u2066-\u2069]"  # C1; bidi embeddings, overrides, isolates
    "|[\ufeff\ufff9-\ufffb]"  # BOM, interlinear marks
    "|[\U000e0000-\U000e007f\U000e0100-\U000e01ef]"  # tags, variation selectors
    "|[\ud800-\udbff][\udc00-\udfff]|[\ud800-\udfff]"  # surrogates: a pair, lone
)
_INVISIBLE = str.maketrans("", "", "\u200b\u2060")  # removed from names


def sanitize(text: str) -> str:
    """Return the text without anything that a terminal obeys; lines end in newlines."""
    if text.isascii() and text.isprintable():
        return text
    return re.sub(_ODD, _translate, text)


def sanitize_line(text: str, most: int) -> str:
    """Return a title, name or address as one line of at most `most` columns, or cut with "…"."""
    line = " ".join(sanitize(text[: 4 * most + 4]).translate(_INVISIBLE).split())
    if len(line) <= most and line.isascii():
        return line
    width = 0
    fits = 0  # characters that leave room for the ellipsis
    for index, character in enumerate(line):
        width += _estimate_columns(character)
        if width > most:
            return line[:fits].rstrip() + "…"
        if width < most:
            fits = index + 1
    return line


class StreamSanitizer:
    """Sanitizer for a text that arrives in pieces; the result doesn't depend on the pieces."""

    def __init__(self) -> None:
        self._held = ""

    def feed(self, text: str) -> str:
        """Return the sanitized piece; a trailing CR, surrogate or incomplete flag is held back."""
        text = self._held + text
        self._held = ""
        if not text:
            return ""
        last = text[-1]
        if last == "\r" or "\ud800" <= last <= "\udbff":
            self._held = last
        elif last >= _BLACK_FLAG and (match := re.search(_UNFINISHED_FLAG, text)):
            self._held = match[0]
        return sanitize(text[: len(text) - len(self._held)])

    def flush(self) -> str:
        """Return what was held back, at the end of the text."""
        held, self._held = self._held, ""
        return sanitize(held)


def _translate(match: re.Match[str]) -> str:
    odd = match[0]
    if odd in {"\r", "\r\n", "\u2028", "\u2029"}:
        return "\n"
    if odd[0] == _BLACK_FLAG:
        return odd
    if len(odd) > 1:  # a surrogate pair, of a character that may be odd itself
        return sanitize(join_surrogates(odd))
    if odd < " ":
        return chr(_CONTROL_PICTURES + ord(odd))
    if odd == _DELETE:
        return "\N{SYMBOL FOR DELETE}"
    if odd == "\ufeff" or "\ufff9" <= odd <= "\ufffb" or odd >= "\U000e0000":
        return ""
    return _REPLACEMENT


def _estimate_columns(character: str) -> int:
    """Return at least the columns of a character, without loading the tables of wcwidth."""
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
