"""Width of text in columns, and the grapheme clusters between which it may be split."""

from __future__ import annotations

import re
from functools import cache

TAB = 8  # columns between the tab stops of a terminal
LONGEST_CLUSTER = 16  # code points: a longer run of combining characters is split
_EMOJI_COLUMNS = 2
_JOINER = "\u200d"
_EMOJI_PRESENTATION = "\ufe0f"
_SKIN_TONES = ("\U0001f3fb", "\U0001f3ff")
_FLAG_LETTERS = ("\U0001f1e6", "\U0001f1ff")

# Characters that are one column wide and a cluster of their own. Most answers have no others, and
# the tables of wcwidth take 20 ms to load.
_PLAIN = (
    "[ -~\xa0-\xac\xae-\u02ff\u0370-\u0482\u048a-\u052f\u2010-\u2027\u2030-\u205e\u2070-\u209c"
    "\u20a0-\u20bf\u2100-\u2319\u2500-\u25fc\n]*"
)


def is_plain(text: str) -> bool:
    """Return whether each character is one column wide and one cluster; newlines may occur."""
    return (text.isascii() and "\t" not in text) or re.fullmatch(_PLAIN, text) is not None


def text_width(text: str) -> int:
    """Return the columns of a text that begins at the left edge, with tab stops every 8 columns."""
    if is_plain(text):
        return len(text)
    first, *others = text.split("\t")
    columns = sum([width for _, width in clusters(first)])
    for part in others:
        columns += TAB - columns % TAB + text_width(part)
    return columns


def clusters(text: str) -> list[tuple[str, int]]:
    """Return the grapheme clusters of a text, each with its columns; a tab has 0."""
    if is_plain(text):
        return [(character, 1) for character in text]
    parts: list[tuple[str, int]] = []
    for character in text:
        width = _character_width(character)
        last, columns = parts[-1] if parts else ("", 0)
        if not last or len(last) >= LONGEST_CLUSTER:
            parts.append((character, width))
        elif character == _EMOJI_PRESENTATION and columns == 1:
            parts[-1] = last + character, _EMOJI_COLUMNS
        elif _extends(last, columns, character, width):
            parts[-1] = last + character, columns
        elif _is_flag_letter(character) and _is_flag_letter(last):
            parts[-1] = last + character, _EMOJI_COLUMNS
        else:
            parts.append((character, width))
    return parts


def _extends(last: str, columns: int, character: str, width: int) -> bool:
    if last in {"\n", " ", "\t"} or character == "\t":
        return False
    if width == 0:
        return True
    is_tone = _SKIN_TONES[0] <= character <= _SKIN_TONES[1]
    return columns == _EMOJI_COLUMNS and (last[-1] == _JOINER or is_tone)


def _is_flag_letter(text: str) -> bool:
    return len(text) == 1 and _FLAG_LETTERS[0] <= text <= _FLAG_LETTERS[1]


@cache
def _character_width(character: str) -> int:
    if is_plain(character):
        return 1
    from wcwidth import wcwidth

    return max(wcwidth(character), 0)
