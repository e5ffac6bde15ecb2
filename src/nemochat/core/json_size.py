"""Number of values in a JSON text, counted before a parser fills the memory with them."""

from __future__ import annotations

import re

_STRING_OR_START = r'(?s)"[^"\\]*+(?:\\.[^"\\]*+)*+"?|[\[{,]'  # a string may lack its end


def has_more_values(text: str, most: int) -> bool:
    """Return whether a text has more than `most` brackets, braces and commas outside strings."""
    if sum(map(text.count, "[{,")) <= most:
        return False
    values = 0
    for match in re.finditer(_STRING_OR_START, text):
        values += match[0][0] != '"'
        if values > most:
            return True
    return False
