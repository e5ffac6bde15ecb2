"""Continuation of an answer that was cut: how it is requested and joined without a seam.

A model that is asked to continue begins a new answer, so it cannot continue within a word. It is
asked to begin with the last words of the text so far; where it does, they show the place to join.
"""

from __future__ import annotations

from nemochat.core.delta import Delta
from nemochat.core.messages import Ending

LONGEST_OVERLAP = 1000  # characters; a model that repeats more has begun anew
WORDS_QUOTED = 8
_SURE = 12  # characters of an overlap that is no chance even within words
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
    """Whether an answer that ended so has a rest that can be asked for."""
    return ending in _RESUMABLE


def continuation_prompt(text: str) -> str:
    """The turn that asks for the rest of an answer."""
    last = " ".join(text[-LONGEST_OVERLAP:].split()[-WORDS_QUOTED:])
    return (
        "Your last answer was cut off. Go on with it exactly where it stopped, without an"
        f" introduction. Begin by repeating its last words: {last}"
    )


class Seam:
    """The pieces of a rest, without the words that it repeats.

    Attributes:
        overlap: How many characters were left out; known once something was given.
    """

    def __init__(self, before: str) -> None:
        self._before = _fold_case(before[-LONGEST_OVERLAP:])
        self._held: str | None = ""
        self.overlap = 0

    def trim(self, delta: Delta) -> Delta:
        """A delta of the rest with its new text alone."""
        return delta._replace(text=self.feed(delta.text))

    def feed(self, piece: str) -> str:
        """What is new, as far as that is sure."""
        if self._held is None or not piece:
            return piece
        self._held += piece
        if _fold_case(self._held.strip()) in self._before:  # it may still be a repetition
            return ""
        return self.flush()

    def flush(self) -> str:
        """What was held back, without what it repeats."""
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
        """Whether `start` repeats the end of what came: long enough, or from a word's start on."""
        if not self._before.endswith(_fold_case(start)):
            return False
        preceding = self._before[-len(start) - 1 : -len(start)]
        return len(start) >= _SURE or (start[:1].isalnum() and not preceding.isalnum())

    def _starts_a_word(self, held: str) -> bool:
        return self._before[-1:].isalnum() and held[:1].isalnum()


def _fold_case(text: str) -> str:
    """The text without capitals: a rest begins with one where the answer had none."""
    low = text.lower()
    return low if len(low) == len(text) else text
