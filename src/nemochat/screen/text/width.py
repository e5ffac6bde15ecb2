"""Width of text in columns, and the clusters between which it may be split."""

from __future__ import annotations

import re
from functools import cache

TAB = 8  # columns between the stops of a terminal
_EMOJI_COLUMNS = 2
_JOINER = "\u200d"
_EMOJI_LOOK = "\ufe0f"
_SKIN_TONES = ("\U0001f3fb", "\U0001f3ff")
_FLAG_LETTERS = ("\U0001f1e6", "\U0001f1ff")

# Scripts and signs of which every character is one column wide and stands for itself: most answers
# are nothing else, and a length is their width. The tables of wcwidth cost 20 ms to load.
_EACH_ONE = (
    "[ -~\xa0-\xac\xae-\u02ff\u0370-\u0482\u048a-\u052f\u2010-\u2027\u2030-\u205e\u2070-\u209c"
    "\u20a0-\u20bf\u2100-\u2319\u2500-\u25fc\n]*"
)


def is_plain(text: str) -> bool:
    """Whether each character is one column wide and stands for itself (newlines may be in it)."""
    return (text.isascii() and "\t" not in text) or re.fullmatch(_EACH_ONE, text) is not None


def text_width(text: str) -> int:
    """The columns that the text takes from the left edge; tabs stop at every eighth."""
    if is_plain(text):
        return len(text)
    if "\t" in text:
        first, *others = text.split("\t")
        at = text_width(first)
        for part in others:
            at += TAB - at % TAB + text_width(part)
        return at
    return sum(width for _, width in clusters(text))


def clusters(text: str) -> list[tuple[str, int]]:
    """The text in parts that a reader sees as one character, each with its columns."""
    parts: list[tuple[str, int]] = []
    for character in text:
        width = _character_width(character)
        if parts:
            last, wide = parts[-1]
            if character == _EMOJI_LOOK and wide == 1:
                parts[-1] = last + character, 2
                continue
            if _extends(last, wide, character, width):
                parts[-1] = last + character, wide
                continue
            if _is_flag_letter(character) and _is_flag_letter(last):
                parts[-1] = last + character, 2
                continue
        parts.append((character, width))
    return parts


def _extends(last: str, wide: int, character: str, width: int) -> bool:
    if last in {"\n", " "}:
        return False
    if width == 0:
        return True
    tone = _SKIN_TONES[0] <= character <= _SKIN_TONES[1]
    return wide == _EMOJI_COLUMNS and (last[-1] == _JOINER or tone)


def _is_flag_letter(text: str) -> bool:
    return len(text) == 1 and _FLAG_LETTERS[0] <= text <= _FLAG_LETTERS[1]


@cache
def _character_width(character: str) -> int:
    if is_plain(character):
        return 1
    from wcwidth import wcwidth

    return max(wcwidth(character), 0)
