"""JSON output: one object per answer, or one line per event."""

from __future__ import annotations

import json
from collections.abc import Callable, Generator, Iterator, Mapping

from nemochat.core import records
from nemochat.core.conversation import Conversation
from nemochat.core.delta import Delta
from nemochat.core.messages import Message
from nemochat.errors import ExitCode, NemochatError
from nemochat.screen.plain import Plain

Object = Mapping[str, object]


class Collector(Plain):
    """View that shows nothing: its caller prints the complete answer."""

    def write(self, delta: Delta) -> None:
        """Ignore the delta."""


class JsonEvents(Plain):
    """View that writes each event of a turn as a JSON object on one line.

    Attributes:
        conversation: The conversation of the turn, set by whoever opens it.
    """

    conversation: Conversation | None = None
    _started = False

    def follow(
        self, deltas: Iterator[Delta], stop: Callable[[], None], *, candidates: int
    ) -> Generator[Delta]:
        """Write the start event, and pass the deltas on."""
        if not self._started and (conversation := self.conversation):
            self._started = True
            settings = conversation.settings
            target = {"model": settings.model, "endpoint": settings.endpoint}
            self.event("start", {**conversation_id(conversation), **target})
        return super().follow(deltas, stop, candidates=candidates)

    def write(self, delta: Delta) -> None:
        """Write a piece of text or reasoning."""
        for name, piece in (("reasoning", delta.reasoning), ("text", delta.text)):
            if piece:
                self.event("delta", {"candidate": delta.candidate, name: piece})

    def settle(self, answers: list[Message]) -> None:
        """Write the tool calls and the ending of each candidate."""
        for candidate, answer in enumerate(answers):
            record = to_object(answer)
            calls = record.pop("tool_calls", None)
            for call in calls if isinstance(calls, list) else ():
                self.event("tool_call", {"candidate": candidate, **call})
            del record["content"]
            record.pop("reasoning", None)
            self.event("end", {"candidate": candidate, **record})
        self._started = False
        super().settle(answers)

    def event(self, name: str, members: Object) -> None:
        """Write one event."""
        self.show(to_line({"event": name, **members}))


def to_object(answer: Message) -> dict[str, object]:
    """Return the members of an answer in `--json`: its text and what is known of its origin."""
    details = records.details_to_json(answer)
    provenance = details.pop("provenance", {})
    code = answer.ending.exit_code if answer.ending else ExitCode.OK
    return {"content": answer.content, **provenance, **details, "exit_code": int(code)}


def conversation_id(conversation: Conversation) -> dict[str, object]:
    """Return the member with the conversation's number, or none if it is not saved."""
    return {"conversation": conversation.id} if conversation.id is not None else {}


def error_to_object(error: NemochatError) -> dict[str, object]:
    """Return an error as a JSON object."""
    hint = {"hint": error.hint} if error.hint else {}
    return {"message": error.sentence, **hint, "exit_code": int(error.exit_code)}


def to_line(value: object) -> str:
    """Return a value as JSON on one line."""
    return json.dumps(value, ensure_ascii=False)
