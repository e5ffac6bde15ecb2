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
    """Holds the answer back: who asked for it shows what is to be made of it."""

    def write(self, delta: Delta) -> None:
        """Wait for the whole."""


class JsonEvents(Plain):
    """Writes each event of a turn as one JSON object on one line, as it comes.

    Attributes:
        conversation: Whose turn it is; who opens it puts it here.
    """

    conversation: Conversation | None = None
    _started = False

    def follow(
        self, deltas: Iterator[Delta], stop: Callable[[], None], *, candidates: int
    ) -> Generator[Delta]:
        """Tell that the question is being asked, and pass the deltas on."""
        if not self._started and (talk := self.conversation):
            self._started = True
            target = {"model": talk.settings.model, "endpoint": talk.settings.endpoint}
            self.event("start", {**conversation_id(talk), **target})
        return super().follow(deltas, stop, candidates=candidates)

    def write(self, delta: Delta) -> None:
        """Write a piece of text or of reasoning."""
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
    """An answer's members in `--json`: its text, and all of its provenance that is known."""
    details = records.details_to_json(answer)
    provenance = details.pop("provenance", {})
    code = answer.ending.exit_code if answer.ending else ExitCode.OK
    return {"content": answer.content, **provenance, **details, "exit_code": int(code)}


def conversation_id(talk: Conversation) -> dict[str, object]:
    """The number of a conversation, as the member that names it; none where nothing keeps it."""
    return {"conversation": talk.id} if talk.id is not None else {}


def error_to_object(error: NemochatError) -> dict[str, object]:
    """What is said of an error, as JSON values."""
    hint = {"hint": error.hint} if error.hint else {}
    return {"message": error.sentence, **hint, "exit_code": int(error.exit_code)}


def to_line(value: object) -> str:
    """A value as JSON on one line."""
    return json.dumps(value, ensure_ascii=False)
