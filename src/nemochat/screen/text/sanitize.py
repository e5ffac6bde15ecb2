"""Sanitizer for foreign text, whoever wrote it, before a terminal shows it.

No sequence is parsed: characters are translated, so no sequence's end can be mistaken. The store,
pipes and files get the text unchanged.
"""

from __future__ import annotations

import re
import unicodedata

from nemochat.core.text import join_surrogates

LONGEST_NOTICE = 300  # characters
_CONTROL_PICTURES = 0x2400
_DELETE = "\x7f"
_REPLACEMENT = "\ufffd"

_ODD = (
    "\r\n?|[\u2028\u2029]"  # ends of lines
    "|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]"  # C0 but tab and newline, DEL
    "|[\x80-\x9f\u202a-\u202e\u2066-\u2069]"  # C1; bidi embeddings, overrides, isolates
    "|[\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"  # BOM, interlinear marks, tags
    "|[\ud800-\udbff][\udc00-\udfff]|[\ud800-\udfff]"  # surrogates: halves of one character, lone
)


def sanitize(text: str) -> str:
    """The text as a terminal may have it, its lines ending in newlines."""
    if text.isascii() and text.isprintable():
        return text
    return re.sub(_ODD, _translate, text)


def sanitize_line(text: str, most: int) -> str:
    """A title, a name or an address as one line of at most `most` columns, cut with an ellipsis."""
    line = " ".join(sanitize(text[: 4 * most + 4]).split())
    if len(line) <= most and line.isascii():
        return line
    width = 0
    fits = 0  # characters that leave room for the ellipsis
    for index, character in enumerate(line):
        width += _columns(character)
        if width > most:
            return line[:fits].rstrip() + "…"
        if width < most:
            fits = index + 1
    return line


class StreamSanitizer:
    """Pieces of one text made harmless as they come: the same result for any split into pieces."""

    def __init__(self) -> None:
        self._held = ""

    def feed(self, text: str) -> str:
        """The piece made harmless; a trailing CR and half a character wait for the next one."""
        if self._held:
            text = self._held + text
            self._held = ""
        if not text:
            return ""
        last = text[-1]
        if last == "\r" or "\ud800" <= last <= "\udbff":
            self._held = last
            text = text[:-1]
        return sanitize(text)

    def flush(self) -> str:
        """What waited, when nothing more comes."""
        held, self._held = self._held, ""
        return sanitize(held)


def _translate(match: re.Match[str]) -> str:
    odd = match[0]
    if odd in {"\r", "\r\n", "\u2028", "\u2029"}:
        return "\n"
    if len(odd) > 1:  # two halves
        # The whole may be odd itself: tag characters are written with surrogates in JSON.
        return sanitize(join_surrogates(odd))
    if odd < " ":
        return chr(_CONTROL_PICTURES + ord(odd))
    if odd == _DELETE:
        return "\N{SYMBOL FOR DELETE}"
    if odd == "\ufeff" or "\ufff9" <= odd <= "\ufffb" or odd >= "\U000e0000":
        return ""
    return _REPLACEMENT


def _columns(character: str) -> int:
    # An estimate from above is enough to cut a line: the renderer of answers measures better.
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
