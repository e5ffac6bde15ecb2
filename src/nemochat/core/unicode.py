"""Text as Unicode has it. JSON lets the two halves of a character come apart, and stand alone."""

from __future__ import annotations

import re

_HALF = re.compile("[\ud800-\udfff]")


def whole(text: str) -> str:
    """A text with the halves of its characters joined, and U+FFFD for one that stands alone."""
    if text.isascii() or not _HALF.search(text):
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
