"""The Chat Completions protocol: a prompt into a request body, an event into deltas.

What is sent is strict and little. What is read is tolerant: every member of a chunk may be missing,
null or of another type, as real servers were seen to do.
"""

from __future__ import annotations

from collections.abc import Iterator

from nemochat.core import records
from nemochat.core.deltas import Delta
from nemochat.core.messages import Ending, Usage
from nemochat.core.parameters import streams
from nemochat.core.prompt import Prompt
from nemochat.errors import NotAnAnswer
from nemochat.wire import failures
from nemochat.wire.alike import Alike
from nemochat.wire.candidate import Candidate
from nemochat.wire.dialect import Dialect
from nemochat.wire.lenient import Json, amount, count, parse
from nemochat.wire.sse import Event

_LONGEST_DONE = 32  # characters of [DONE] with blanks around it
_MOST_CANDIDATES = 16  # 2 can be asked for; an index beyond this is nonsense


def body(prompt: Prompt, dialect: Dialect | None = None) -> dict[str, Json]:
    """The request body for a prompt, with only what someone chose.

    Args:
        prompt: What to ask. It streams unless it asks for more than one candidate.
        dialect: What the endpoint leaves out, calls otherwise, or wants besides.
    """
    dialect = dialect or Dialect()
    made: dict[str, Json] = {
        "model": prompt.model,
        "messages": [records.as_sent(message) for message in prompt.messages],
    }
    for name, value in prompt.parameters.items():
        if name not in dialect.without:
            called = dialect.called.get(name, name)
            made[called] = list(value) if isinstance(value, tuple) else value
    if prompt.response_format is not None:
        made["response_format"] = dict(prompt.response_format)
    if prompt.stream and streams(prompt.parameters):
        made["stream"] = True
        if "stream_options" not in dialect.without:
            made["stream_options"] = {"include_usage": True}
    return made | dict(dialect.body)


class Reader:
    """Deltas out of the events, or the one document, of one answer.

    Attributes:
        events: How many events with data came.
        unreadable: How many of them were no JSON.
        understood: Whether anything of an answer was recognised.
        done: Whether the endpoint said that nothing follows.
    """

    def __init__(self, *, limit_chosen: bool) -> None:
        """Begin an answer; `limit_chosen` says that max_tokens was sent."""
        self.events = 0
        self.unreadable = 0
        self.understood = False
        self.done = False
        self._limit_chosen = limit_chosen
        self._candidates: dict[int, Candidate] = {}
        self._model = ""
        self._usage: Usage | None = None
        self._alike = Alike()
        self._speaker = Candidate(0, limit_chosen=False)  # whose chunks are alike

    @property
    def ended(self) -> bool:
        """Whether every candidate that came has its ending."""
        candidates = self._candidates.values()
        return bool(candidates) and all(candidate.ending for candidate in candidates)

    def text(self, event: Event) -> str | None:
        """The text of an event that holds nothing else, as most do, for `more`; None for others."""
        text = self._alike.text(event.data)
        if text is None or event.name == "error":
            return None
        self.events += 1
        return text

    def more(self, text: str) -> Iterator[Delta]:
        """The deltas of such a text, or of several that follow one another."""
        if text and (delta := self._speaker.more(text)) is not None:
            yield delta

    def event(self, event: Event) -> Iterator[Delta]:
        """The deltas of any event.

        Raises:
            EndpointError: the event tells of a failure.
        """
        self.events += 1
        self._alike.forget()
        if len(event.data) < _LONGEST_DONE and event.data.strip() == "[DONE]":
            self.done = True
            return
        try:
            chunk = parse(event.data)
        except ValueError:
            self.unreadable += 1
            chunk = None
        if event.name == "error":
            raise failures.in_stream(chunk if chunk is not None else event.data)
        yield from self.document(chunk)
        if isinstance(chunk, dict):
            self._alike.learn(event.data, chunk)

    def document(self, chunk: Json) -> Iterator[Delta]:
        """The deltas of a chunk, or of a whole answer, read as JSON.

        Raises:
            EndpointError: it tells of a failure.
        """
        if not isinstance(chunk, dict):
            return
        failure = failures.told(chunk)
        choices = chunk.get("choices")
        if not isinstance(choices, list):
            choices = [chunk] if isinstance(chunk.get("message"), dict) and not failure else []
        if (news := self._about(chunk)) is not None:
            yield news
        for choice in choices[:_MOST_CANDIDATES]:
            if isinstance(choice, dict):
                self.understood = True
                candidate = self._speaker = self._candidate(choice)
                if (delta := candidate.choice(choice)) is not None:
                    yield delta
                if candidate.failed and not failure:
                    failure = failures.in_stream(choice)
        if failure:
            raise failure

    def flush(self) -> Iterator[Delta]:
        """What was held back and turned out to belong to the answer."""
        for candidate in self._candidates.values():
            yield from candidate.flush()

    def end(self) -> Iterator[Delta]:
        """The last deltas of an answer whose body came to its end: each candidate has an ending.

        Raises:
            NotAnAnswer: nothing came, not even an ending.
        """
        yield from self.flush()
        candidates = self._candidates or {0: Candidate(0, limit_chosen=False)}
        if not self.done and not any(c.spoken or c.ending for c in candidates.values()):
            raise NotAnAnswer("the endpoint hung up without an answer")
        whole = self.done or any(candidate.ending for candidate in candidates.values())
        for candidate in candidates.values():
            yield from candidate.end(Ending.COMPLETE if whole else Ending.UNFINISHED)

    def _about(self, chunk: dict[str, Json]) -> Delta | None:
        """What a chunk says of the whole answer, if it is news."""
        model, counted = chunk.get("model"), chunk.get("usage")
        if model == self._model and counted is None:
            return None
        model = model if isinstance(model, str) and model.isprintable() else ""
        usage = _usage(counted)
        if (model and model != self._model) or (usage and usage != self._usage):
            self._model = model or self._model
            self._usage = usage or self._usage
            return Delta(model=model, usage=usage)
        return None

    def _candidate(self, choice: dict[str, Json]) -> Candidate:
        index = choice.get("index")
        if not isinstance(index, int) or not 0 <= index < _MOST_CANDIDATES:
            index = 0
        if index not in self._candidates:
            self._candidates[index] = Candidate(index, limit_chosen=self._limit_chosen)
        return self._candidates[index]


def _usage(usage: Json) -> Usage | None:
    if not isinstance(usage, dict):
        return None
    details = usage.get("prompt_tokens_details")
    counted = Usage(
        prompt_tokens=count(usage.get("prompt_tokens")),
        completion_tokens=count(usage.get("completion_tokens")),
        total_tokens=count(usage.get("total_tokens")),
        cached_tokens=count(details.get("cached_tokens")) if isinstance(details, dict) else None,
        estimated_cost=amount(usage.get("estimated_cost")),
    )
    return counted if counted != Usage() else None
