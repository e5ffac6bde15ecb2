"""How do two texts differ, word by word? As `[-old-]` and `{+new+}`, in a block of Markdown."""

from __future__ import annotations

import re
from difflib import SequenceMatcher

from nemochat.files import fenced

_WORDS = re.compile(r"\w+|\s+|[^\w\s]")
_LINES = re.compile(r"[^\n]*\n|[^\n]+")
_LARGEST = 4_000_000  # pairs of words that are still compared word by word: about a second


def compared(first: str, second: str) -> str:
    """The second text, with what it lacks and what it adds marked."""
    if first == second:
        return "They are the same."
    old, new = _WORDS.findall(first), _WORDS.findall(second)
    if len(old) * len(new) > _LARGEST:
        old, new = _LINES.findall(first), _LINES.findall(second)
    parts = []
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    for kind, old_start, old_end, new_start, new_end in matcher.get_opcodes():
        if kind == "equal":
            parts.append("".join(new[new_start:new_end]))
            continue
        if old_end > old_start:
            parts.append(f"[-{''.join(old[old_start:old_end])}-]")
        if new_end > new_start:
            parts.append(f"{{+{''.join(new[new_start:new_end])}+}}")
    return fenced("".join(parts), info="text")
