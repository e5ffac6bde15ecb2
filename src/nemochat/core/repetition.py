"""Guard against answers that repeat themselves endlessly, as a small model's sometimes do.

Only text that repeats to the letter counts. Code blocks, tables and rows of data are spared: people
ask for equal rows.
"""

from __future__ import annotations

import re

BYTES_A_TOKEN = 4  # roughly: only the order of magnitude matters
LONGEST_PERIOD = 1000  # bytes of a repeated line or paragraph
FEWEST_ROUNDS = 6  # of a word, a line or a paragraph
FEWEST_STANZAS = 20  # rounds of several lines, which may be a refrain
LONGEST_LINE = 1000  # characters of a line that are examined
_STRIDE = 200  # bytes between two searches: each one reads the whole tail
_PROBE = 64  # bytes at the end whose previous occurrence gives the period
_FENCE = r"`{3,}|~{3,}"
_TABLE_ROW = r"\||(?:[^,;\t|]*(?:\||[,;\t](?! ))){2}"  # of Markdown or CSV
_NUMBERS = r"[\s,;|\[\](){}.+-]*\d+(?:[\s,;|\[\](){}.+-]+\d+)+[\s,;|\[\](){}.+-]*"
_LINE_ENDS = rb"\n+"
_LINE_ENDS_OF_TWO = 3  # at most, in two rounds of one line: a run of newlines may be cut in two


class RepetitionGuard:
    """Detector of a loop at the end of a growing answer."""

    def __init__(self, tokens: int) -> None:
        """Detect loops of about `tokens` tokens or more; 0 detects none."""
        self._least = tokens * BYTES_A_TOKEN
        self._longest = max(self._least, FEWEST_STANZAS * LONGEST_PERIOD)
        self._tail = b""
        self._unchecked = 0  # bytes since the last search
        self._line = ""  # the beginning of the current line
        self._fence = ""  # of the code block that is open

    def feed(self, text: str) -> bool:
        """Add `text`; return whether the answer now ends in a loop."""
        if not self._least:
            return False
        first, *others = text.split("\n")
        self._add(first)
        for part in others:
            self._end_line()
            self._add(part)
        is_whole_answer = len(text) > LONGEST_PERIOD  # rather than a token: too late to stop it
        if is_whole_answer or self._fence:
            self._tail = b""
        if self._unchecked < _STRIDE or len(self._tail) < self._least:
            return False
        self._tail, self._unchecked = self._tail[-self._longest :], 0
        return self._is_repeating() and not re.fullmatch(_NUMBERS, self._line.strip())

    def _add(self, part: str) -> None:
        piece = part.encode("utf-8", "replace")
        self._tail += piece
        self._unchecked += len(piece)
        self._line = (self._line + part)[:LONGEST_LINE]

    def _end_line(self) -> None:
        """Update the open fence, and forget the tail if the line is a row of data."""
        self._tail += b"\n"
        self._unchecked += 1
        line, self._line = self._line.strip(), ""
        if match := re.match(_FENCE, line):
            if not self._fence:
                self._fence = match[0]
            elif line.startswith(self._fence) and not line.strip(line[0]):
                self._fence = ""
        if re.match(_TABLE_ROW, line) or re.fullmatch(_NUMBERS, line):
            self._tail = b""

    def _is_repeating(self) -> bool:
        tail = self._tail
        before = tail.rfind(tail[-_PROBE:], 0, len(tail) - 1)
        period = len(tail) - _PROBE - before
        if before < 0 or period > LONGEST_PERIOD:
            return False
        is_stanza = len(re.findall(_LINE_ENDS, tail[-2 * period :])) > _LINE_ENDS_OF_TWO
        rounds = FEWEST_STANZAS if is_stanza else FEWEST_ROUNDS
        span = tail[-max(self._least, rounds * period) :]
        return len(span) >= rounds * period and span[period:] == span[:-period]
