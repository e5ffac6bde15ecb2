"""Guard against answers that repeat themselves, as a small model's sometimes do.

Only text that repeats to the letter counts: tables, code and refrains differ from line to line, a
loop does not.
"""

from __future__ import annotations

BYTES_A_TOKEN = 4  # about; what counts is the order of magnitude
LONGEST_PERIOD = 1000  # bytes of a line or paragraph that is said over and over
FEWEST_ROUNDS = 6
_STRIDE = 200  # bytes between two looks: a look reads the whole tail
_PROBE = 64  # bytes at the end whose last repetition gives the period


class RepetitionGuard:
    """Watches an answer grow."""

    def __init__(self, tokens: int) -> None:
        """Begin; an answer repeats itself when about so many tokens do. 0 never sees it."""
        self._least = tokens * BYTES_A_TOKEN
        self._longest = max(self._least, FEWEST_ROUNDS * LONGEST_PERIOD)
        self._tail = b""
        self._unseen = 0

    def feed(self, text: str) -> bool:
        """Whether the answer repeats itself with this piece at its end."""
        if not self._least:
            return False
        piece = text.encode("utf-8", "replace")
        if len(piece) > LONGEST_PERIOD:  # no token but a whole text, which nobody can stop
            self._tail = b""
            return False
        self._tail += piece
        self._unseen += len(piece)
        if self._unseen < _STRIDE or len(self._tail) < self._least:
            return False
        self._tail, self._unseen = self._tail[-self._longest :], 0
        return self._is_repeating()

    def _is_repeating(self) -> bool:
        tail = self._tail
        before = tail.rfind(tail[-_PROBE:], 0, len(tail) - 1)
        period = len(tail) - _PROBE - before
        if before < 0 or period > LONGEST_PERIOD:
            return False
        span = tail[-max(self._least, FEWEST_ROUNDS * period) :]
        return len(span) >= FEWEST_ROUNDS * period and span[period:] == span[:-period]
