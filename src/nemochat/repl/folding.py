"""How does a long paste stand on the prompt? As one mark, for which its whole text is sent."""

from __future__ import annotations

import re

from nemochat.repl.entry import escape

MOST_LINES = 20  # of a text that stands on the prompt as it is
MOST_CHARACTERS = 10_000  # of one, in however few lines
PASTED, RECALLED = "paste", "more"  # what the marks say


class Folds:
    """The texts that are folded on a prompt, each under a mark that no other has."""

    def __init__(self) -> None:
        self._texts: dict[str, str] = {}
        self._pasted: set[str] = set()  # that stand on a prompt as they are, in several lines
        self._numbers: dict[str, int] = {}
        self._pattern: re.Pattern[str] | None = None

    def pasted(self, text: str) -> str:
        """What stands on the prompt for a paste: a mark if it is long, else itself."""
        text = text.replace("\r\n", "\n").replace("\r", "\n")
        if is_long(text):
            return self._folded(text, PASTED)
        if "@" in text and "\n" in text.strip("\n"):
            self._pasted.add(text)
        return text

    def pasted_in(self, text: str) -> list[tuple[int, int]]:
        """From where to where a message was pasted in several lines, or recalled folded."""
        found = []
        for pasted in (*self._pasted, *self._texts.values()):
            within = pasted.strip("\n")
            start = text.find(within)
            while start >= 0:
                found.append((start, start + len(within)))
                start = text.find(within, start + len(within))
        return found

    def recalled(self, text: str) -> str:
        """What stands on the prompt for an earlier message: a long one's first line, then a mark.

        So it is still known, and found by how it begins.
        """
        if not is_long(text):
            return text
        first, newline, rest = text.partition("\n")
        if not rest or is_long(first):
            return self._folded(text, RECALLED)
        return first + newline + self._folded(rest, RECALLED)

    def whole(self, text: str) -> str:
        """A text with what is folded in it unfolded."""
        if not self._texts or "[" not in text:
            return text
        return self._marks().sub(lambda found: self._texts[found[0]], text)

    def entry(self, text: str) -> str:
        """Return the entry for what stands on the prompt; a paste at its start is no command."""
        whole = self.whole(text)
        return escape(whole) if self.begins(text) else whole

    def begins(self, text: str) -> bool:
        """Return whether a text begins with a folded paste; an earlier entry is as it was typed."""
        bare = text.lstrip()
        return bare.startswith(f"[{PASTED}") and any(start == 0 for start, _ in self.within(bare))

    def refolded(self, text: str) -> str:
        """A text in which what has a mark already is folded again."""
        for mark, within in reversed(self._texts.items()):
            text = text.replace(within, mark)
        return text

    def within(self, text: str) -> list[tuple[int, int]]:
        """From where to where marks stand in a text."""
        if not self._texts or "[" not in text:
            return []
        return [found.span() for found in self._marks().finditer(text)]

    def shown(self) -> list[tuple[str, str]]:
        """The pastes of this chat with their marks, the last one first."""
        pasted = [(m, text) for m, text in self._texts.items() if m.startswith(f"[{PASTED}")]
        return pasted[::-1]

    def _folded(self, text: str, word: str) -> str:
        for mark, known in self._texts.items():
            if known == text and mark.startswith(f"[{word}"):
                return mark
        number = self._numbers[word] = self._numbers.get(word, 0) + 1
        lines = text.removesuffix("\n").count("\n") + 1
        named = word if number == 1 else f"{word} {number}"
        mark = f"[{named}: {lines} line{'s' if lines > 1 else ''}]"
        self._texts[mark], self._pattern = text, None
        return mark

    def _marks(self) -> re.Pattern[str]:
        if self._pattern is None:
            self._pattern = re.compile("|".join(map(re.escape, self._texts)))
        return self._pattern


def is_long(text: str) -> bool:
    """Whether a text is too long to stand on the prompt as it is."""
    return text.removesuffix("\n").count("\n") >= MOST_LINES or len(text) > MOST_CHARACTERS
