"""What of an answer was given already, and the endings that it has when it breaks off."""

from __future__ import annotations

from collections.abc import Iterator

from nemochat.core.deltas import Delta
from nemochat.core.messages import Ending


class Given:
    """What of an answer was given already.

    Attributes:
        thought: Whether any reasoning was.
    """

    def __init__(self) -> None:
        self.thought = False
        self._begun: set[int] = set()
        self._ended: set[int] = set()

    @property
    def begun(self) -> bool:
        """Whether text or a tool call was given."""
        return bool(self._begun)

    def add(self, delta: Delta) -> None:
        """Take note of a delta."""
        self.thought = self.thought or bool(delta.reasoning)
        if delta.text or delta.tool_calls:
            self._begun.add(delta.candidate)
        if delta.ending:
            self._ended.add(delta.candidate)

    def broken_off(self, ending: Ending, reason: str) -> Iterator[Delta]:
        """The ending of each candidate that has none, or of all that have."""
        for candidate in sorted(self._begun - self._ended or self._begun or {0}):
            yield Delta(ending=ending, candidate=candidate, reason=reason)
