"""Which chunks differ from the one before in nothing but their text? Only that is read of them.

A token is a few characters in a chunk of hundreds that say the same each time: to parse them all
takes most of what a token costs.
"""

from __future__ import annotations

import re

from nemochat.wire.candidate import text_alone
from nemochat.wire.lenient import Json, parse, string

# To learn a chunk takes what two texts save that are then read quickly. When so much is not saved
# yet, a server's chunks are taken to differ too often.
LEARNING = 2
MOST_UNSAVED = 16
_CONTENT = re.compile(r'"content"[ \t\r\n]*:[ \t\r\n]*(?=")')
_OTHER = "another text"


class Alike:
    """What the chunks of one answer have in common.

    Another string of JSON in the same place makes the same chunk with another text: the grammar of
    JSON looks no further. That the place is the text's is seen by reading the chunk once more with
    another string there.
    """

    def __init__(self) -> None:
        self._before = self._after = ""  # the text with its quotation marks; "" for nothing learnt
        self._unsaved = 0

    def text(self, data: str) -> str | None:
        """The text of a chunk that is like the last one, never empty; None for any other chunk."""
        before, after = self._before, self._after
        if not before or not data.startswith(before) or not data.endswith(after):
            return None
        found = string(data, len(before))
        if found is None or found[1] != len(data) - len(after) or not found[0]:
            return None
        if self._unsaved:
            self._unsaved -= 1
        return found[0]

    def forget(self) -> None:
        """Another chunk came in between, which may have changed what the next one means."""
        self._before = ""

    def learn(self, data: str, chunk: dict[str, Json]) -> None:
        """Take a chunk as the one that others are like, if it holds text and nothing that counts.

        Args:
            data: Its source.
            chunk: What it was read as.
        """
        if self._unsaved >= MOST_UNSAVED or not (text := _only_text(chunk)):
            return
        self._unsaved += LEARNING
        for place in _CONTENT.finditer(data):
            found = string(data, place.end())
            if found is None or found[0] != text:
                continue
            before, after = data[: place.end()], data[found[1] :]
            if _replaced(f'{before}"{_OTHER}"{after}', chunk, text):
                self._before, self._after = before, after
                return


def _only_text(chunk: dict[str, Json]) -> str:
    """The text of a chunk that holds nothing else that counts; "" for any other chunk."""
    choices = chunk.get("choices")
    if not isinstance(choices, list) or len(choices) != 1 or chunk.get("usage") is not None:
        return ""
    return text_alone(choices[0]) if isinstance(choices[0], dict) else ""


def _replaced(source: str, chunk: dict[str, Json], text: str) -> bool:
    """Whether this is the source of the same chunk with the other text."""
    try:
        other = parse(source)
        if _only_text(other) != _OTHER:
            return False
        other["choices"][0]["delta"]["content"] = text
        return bool(other == chunk)
    except (ValueError, RecursionError):
        return False
