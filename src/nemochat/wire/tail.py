"""The ends of texts that come in pieces: what must be held back until more is known.

Nemo's end mark `</s>` is dropped at the very end of an answer and nowhere else; a character whose
two surrogate halves come in two pieces is joined; reasoning that a server sends whole and then
again in pieces is taken once.
"""

from __future__ import annotations

from nemochat.core.unicode import whole

END_MARK = "</s>"
# Characters: a text of end marks alone must not be copied at each piece. Whole marks are let go,
# so that it does not matter which pieces the text comes in.
MOST_HELD = 1024 * len(END_MARK)
_HIGH = ("\ud800", "\udbff")


class Whole:
    """Text in pieces, with surrogate halves joined, and U+FFFD for those that stand alone."""

    def __init__(self) -> None:
        self._half = ""

    def feed(self, piece: str) -> str:
        """What is sure of the text so far and was not given yet."""
        if not piece or (piece.isascii() and not self._half):
            return piece
        text = self._half + piece
        self._half = text[-1] if _HIGH[0] <= text[-1] <= _HIGH[1] else ""
        return whole(text[:-1] if self._half else text)

    def flush(self) -> str:
        """What was held back: a half that stood alone."""
        half, self._half = self._half, ""
        return whole(half)


class Tail:
    """Text in pieces, without the end mark at its very end."""

    def __init__(self) -> None:
        self._held = ""

    def feed(self, piece: str) -> str:
        """What is sure of the text so far and was not given yet."""
        if not piece:
            return ""
        text = self._held + piece
        if text[-1] not in END_MARK:
            self._held = ""
            return text
        held = _undecided(text)
        held -= max(held - 1, 0) // MOST_HELD * MOST_HELD
        cut = len(text) - held
        self._held = text[cut:]
        return text[:cut]

    def flush(self) -> str:
        """What was held back and turned out to be text."""
        held, self._held = self._held, ""
        while held.endswith(END_MARK):
            held = held[: -len(END_MARK)]
        return held


def _undecided(text: str) -> int:
    """How many characters at the end may be end marks, or the start of one."""
    size = len(END_MARK) - 1
    while size and not (len(text) >= size and END_MARK.startswith(text[-size:])):
        size -= 1
    start = len(text) - size
    while text.endswith(END_MARK, 0, start):
        start -= len(END_MARK)
    return len(text) - start


class Once:
    """A text in pieces; if the first piece comes again in pieces right after it, they are dropped.

    A short first piece that comes twice at one go is no such repetition: "ha", "ha".
    """

    _LONG = 20

    def __init__(self) -> None:
        self._whole: str | None = None
        self._again = 0  # how much of it came again

    def feed(self, piece: str) -> str:
        """What is new in this piece, as far as that is sure."""
        if not piece or self._whole == "":
            return piece
        if self._whole is None:
            self._whole = piece
            return piece
        if self._whole.startswith(piece, self._again):
            again = self._again + len(piece)
            if again < len(self._whole):
                self._again = again
                return ""
            if self._again or again >= self._LONG:
                self._whole, self._again = "", 0
                return ""
        return self.flush() + piece

    def flush(self) -> str:
        """What looked like a repetition and was none."""
        held = (self._whole or "")[: self._again]
        self._whole, self._again = "", 0
        return held
