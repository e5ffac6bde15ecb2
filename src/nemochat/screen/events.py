"""The answer as JSON: one object a candidate, when it is whole."""

from __future__ import annotations

import json

from nemochat.core import records
from nemochat.core.deltas import Delta
from nemochat.core.messages import Ending, Message
from nemochat.screen.plain import Plain


class Json(Plain):
    """Writes each candidate as one JSON object on one line."""

    def write(self, delta: Delta) -> None:
        """Wait for the whole."""

    def settle(self, answers: list[Message]) -> None:
        """Write the answers."""
        for answer in answers:
            self._put(json.dumps(as_object(answer), ensure_ascii=False) + "\n")
            if answer.outcome and answer.ending is not Ending.INTERRUPTED:
                self.notice(answer.outcome)


def as_object(answer: Message) -> dict[str, object]:
    """An answer's members in `--json`: its text, and all of its provenance that is known."""
    details = records.details(answer)
    provenance = details.pop("provenance", {})
    return {"content": answer.content, **provenance, **details}
