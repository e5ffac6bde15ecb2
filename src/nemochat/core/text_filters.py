"""Filters for text in pieces; the result does not depend on how the text is split."""

from __future__ import annotations

from nemochat.core.text import join_surrogates

END_MARK = "</s>"
# Characters; without a limit, a text of end marks would be copied for each piece. Only complete
# marks are released, so the result does not depend on how the text is split.
MOST_HELD = 1024 * len(END_MARK)
_HIGH = ("\ud800", "\udbff")


class SurrogateJoiner:
    """Filter for text in pieces that joins surrogate pairs; a lone half becomes U+FFFD."""

    def __init__(self) -> None:
        self._half = ""

    def feed(self, piece: str) -> str:
        """Return the text that is certain so far and was not returned before."""
        if not piece or (piece.isascii() and not self._half):
            return piece
        text = self._half + piece
        self._half = text[-1] if _HIGH[0] <= text[-1] <= _HIGH[1] else ""
        return join_surrogates(text[:-1] if self._half else text)

    def flush(self) -> str:
        """Return U+FFFD if half of a pair was held back, or ""."""
        half, self._half = self._half, ""
        return join_surrogates(half)


class EndMarkFilter:
    """Filter for text in pieces that removes end marks at the very end."""

    def __init__(self) -> None:
        self._held = ""

    def feed(self, piece: str) -> str:
        """Return the text that is certain so far and was not returned before."""
        if not piece:
            return ""
        text = self._held + piece
        if text[-1] not in END_MARK:
            self._held = ""
            return text
        held = _ambiguous_length(text)
        held -= max(held - 1, 0) // MOST_HELD * MOST_HELD
        cut = len(text) - held
        self._held = text[cut:]
        return text[:cut]

    def flush(self) -> str:
        """Return the text that was held back, without end marks."""
        held, self._held = self._held, ""
        while held.endswith(END_MARK):
            held = held[: -len(END_MARK)]
        return held


def _ambiguous_length(text: str) -> int:
    """Return how many characters at the end may be end marks or the start of one."""
    size = len(END_MARK) - 1
    while size and not (len(text) >= size and END_MARK.startswith(text[-size:])):
        size -= 1
    start = len(text) - size
    while text.endswith(END_MARK, 0, start):
        start -= len(END_MARK)
    return len(text) - start


class RepeatFilter:
    """Filter for text in pieces that drops a repetition of the first piece right after it.

    A short first piece that is repeated in a single piece is not dropped: "ha", "ha".
    """

    _LONG = 20

    def __init__(self) -> None:
        self._first: str | None = None  # "" once no repetition can follow
        self._repeated = 0  # characters of it that were repeated

    def feed(self, piece: str) -> str:
        """Return the text that is certainly new."""
        if not piece or self._first == "":
            return piece
        if self._first is None:
            self._first = piece
            return piece
        if self._first.startswith(piece, self._repeated):
            repeated = self._repeated + len(piece)
            if repeated < len(self._first):
                self._repeated = repeated
                return ""
            if self._repeated or repeated >= self._LONG:
                self._first, self._repeated = "", 0
                return ""
        return self.flush() + piece

    def flush(self) -> str:
        """Return the text that was held back as a possible repetition."""
        held = (self._first or "")[: self._repeated]
        self._first, self._repeated = "", 0
        return held
