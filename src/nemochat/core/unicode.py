"""Text as Unicode has it. JSON lets the two halves of a character come apart, and stand alone."""

from __future__ import annotations


def whole(text: str) -> str:
    """A text with the halves of its characters joined, and U+FFFD for one that stands alone."""
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:  # there are halves
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text
