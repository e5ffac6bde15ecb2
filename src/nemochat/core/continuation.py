"""Continuation of an answer that was cut: how it is requested and joined without a seam.

A model that is asked to continue begins a new message, so it cannot continue within a word. It is
asked to repeat the last words first; if it does, they show where to join.
"""

from __future__ import annotations

from nemochat.core.delta import Delta
from nemochat.core.messages import Ending

LONGEST_OVERLAP = 1000  # characters; a model that repeats more has started over
WORDS_QUOTED = 8
_SURE = 12  # characters; a shorter overlap within words may be chance
_RESUMABLE = {
    Ending.LENGTH,
    Ending.MAX_TOKENS,
    Ending.INTERRUPTED,
    Ending.CONNECTION_LOST,
    Ending.STALLED,
    Ending.FAILED,
    Ending.UNFINISHED,
    None,  # the process died while it grew
}
DROPPED = {Ending.CONNECTION_LOST, Ending.STALLED, Ending.UNFINISHED, Ending.LENGTH}


def is_resumable(ending: Ending | None) -> bool:
    """Return whether the rest of an answer with this ending can be requested."""
    return ending in _RESUMABLE


def continuation_prompt(text: str) -> str:
    """Return the message that requests the rest of an answer."""
    last = " ".join(text[-LONGEST_OVERLAP:].split()[-WORDS_QUOTED:])
    return (
        "Your last answer was cut off. Continue exactly where it stopped, without an"
        f" introduction. Begin by repeating its last words: {last}"
    )


class Seam:
    """Joint between an answer and its rest, which removes the words that the rest repeats.

    Attributes:
        overlap: The number of characters removed; 0 until that is decided.
    """

    def __init__(self, before: str) -> None:
        self._before = _fold_case(before[-LONGEST_OVERLAP:])
        self._held: str | None = ""
        self.overlap = 0

    def trim(self, delta: Delta) -> Delta:
        """Return a delta of the rest with only its new text."""
        return delta._replace(text=self.feed(delta.text))

    def feed(self, piece: str) -> str:
        """Add a piece of the rest, and return the text that is certainly new."""
        if self._held is None or not piece:
            return piece
        self._held += piece
        if _fold_case(self._held.strip()) in self._before:  # it may still be a repetition
            return ""
        return self.flush()

    def flush(self) -> str:
        """Return the held text without what it repeats."""
        if self._held is None:
            return ""
        held, self._held = self._held, None
        text = held.lstrip()
        self.overlap = next((n for n in range(len(text), 0, -1) if self._repeats(text[:n])), 0)
        if self.overlap:
            return text[self.overlap :]
        between = " " if self._starts_a_word(held) else ""
        return between + held if held.strip() else ""

    def _repeats(self, start: str) -> bool:
        """Return whether `start` repeats the end of the answer, and not by chance."""
        if not self._before.endswith(_fold_case(start)):
            return False
        preceding = self._before[-len(start) - 1 : -len(start)]
        return len(start) >= _SURE or (start[:1].isalnum() and not preceding.isalnum())

    def _starts_a_word(self, held: str) -> bool:
        return self._before[-1:].isalnum() and held[:1].isalnum()


def _fold_case(text: str) -> str:
    """Return the text in lower case: the rest begins with a capital where the answer had none."""
    low = text.lower()
    return low if len(low) == len(text) else text
