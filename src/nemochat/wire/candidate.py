"""One of the answers to a request: its choices, as a server sends them, into deltas."""

from __future__ import annotations

import json
from collections.abc import Iterator

from nemochat.core.deltas import Delta, ToolCallPiece
from nemochat.core.messages import Ending
from nemochat.wire.lenient import Json, text
from nemochat.wire.tail import Once, Tail, Whole

_ENDINGS = {
    "length": Ending.LENGTH,
    "tool_calls": Ending.TOOL_CALLS,
    "function_call": Ending.TOOL_CALLS,
    "content_filter": Ending.CONTENT_FILTER,
}
_FAILED = "error"
_TEXT_ALONE = {"content", "role"}  # members of a delta that is nothing but text


class Candidate:
    """An answer that grows choice by choice.

    Attributes:
        index: Which of the answers it is.
        spoken: Whether text or a tool call came.
        ending: How it ended, once that was said.
        failed: Whether its choice said that it failed.
    """

    def __init__(self, index: int, *, limit_chosen: bool) -> None:
        self.index = index
        self.spoken = False
        self.ending: Ending | None = None
        self.failed = False
        self._limit_chosen = limit_chosen
        self._whole = Whole()
        self._tail = Tail()
        self._thought = Whole()
        self._once = Once()
        self._arguments: dict[int, Whole] = {}
        self._call = -1
        self._call_id = ""
        self._named = False

    def choice(self, choice: dict[str, Json]) -> Delta | None:
        """The delta that a choice of a chunk, or of a whole answer, holds; None if it is empty."""
        if piece := text_alone(choice):  # nearly all of an answer comes so: one step, not ten
            return self.more(piece)
        said = choice.get("delta")
        if not isinstance(said, dict) or not said:
            said = choice.get("message")
        said = said if isinstance(said, dict) else {}
        content = text(said.get("content")) or text(choice.get("text"))
        content = self._tail.feed(self._whole.feed(content))
        thought = text(said.get("reasoning_content")) or text(said.get("reasoning"))
        thought = self._once.feed(self._thought.feed(thought))
        calls = tuple(self._calls(said))
        ending = self._ending(choice.get("finish_reason"))
        if ending is Ending.COMPLETE and self._call >= 0:  # some say "stop" beside their calls
            ending = self.ending = Ending.TOOL_CALLS
        if ending:  # the text comes before its ending
            content += self._tail.feed(self._whole.flush()) + self._tail.flush()
            thought += self._once.feed(self._thought.flush()) + self._once.flush()
        self.spoken = self.spoken or bool(content or calls)
        if content or thought or calls or ending:
            return Delta(content, thought, calls, ending, candidate=self.index)
        return None

    def more(self, text: str) -> Delta | None:
        """The delta of more text and nothing else; None if all of it is held back."""
        piece = self._tail.feed(self._whole.feed(text))
        if not piece:
            return None
        self.spoken = True
        return Delta(piece, candidate=self.index)

    def flush(self) -> Iterator[Delta]:
        """What was held back and turned out to belong to the answer."""
        content = self._tail.feed(self._whole.flush()) + self._tail.flush()
        thought = self._once.feed(self._thought.flush()) + self._once.flush()
        if content or thought:
            self.spoken = self.spoken or bool(content)
            yield Delta(content, thought, candidate=self.index)

    def end(self, fallback: Ending) -> Iterator[Delta]:
        """The last deltas of an answer that nothing follows.

        Args:
            fallback: How it ended if it did not say so.
        """
        yield from self.flush()
        ending = self.ending or fallback
        if not self.spoken and ending in {Ending.COMPLETE, Ending.TOOL_CALLS, Ending.UNFINISHED}:
            ending = Ending.EMPTY
        if ending is not self.ending:
            self.ending = ending
            yield Delta(ending=ending, candidate=self.index)

    def _ending(self, finish: Json) -> Ending | None:
        """The ending for a finish_reason; the unknown ones of some servers mean a complete one."""
        if not isinstance(finish, str) or not finish:
            return None
        if finish == _FAILED:
            self.failed = True
            return None
        self.ending = _ENDINGS.get(finish, Ending.COMPLETE)
        if self.ending is Ending.LENGTH and self._limit_chosen:
            self.ending = Ending.MAX_TOKENS
        return self.ending

    def _calls(self, said: dict[str, Json]) -> Iterator[ToolCallPiece]:
        calls = said.get("tool_calls")
        if not isinstance(calls, list):
            calls = [{"function": said.get("function_call")}]  # the older form, one call only
        for call in calls:
            function = call.get("function") if isinstance(call, dict) else None
            if isinstance(function, dict):
                yield self._piece(call, function)

    def _piece(self, call: dict[str, Json], function: dict[str, Json]) -> ToolCallPiece:
        id_, name, index = text(call.get("id")), text(function.get("name")), call.get("index")
        if isinstance(index, int):
            self._call = index
        elif (
            self._call < 0 or (id_ and self._call_id not in {"", id_}) or (name and self._named)
        ):  # without an index, another id or another name begins another call
            self._call += 1
            self._call_id, self._named = "", False
        self._call_id = id_ or self._call_id
        self._named = self._named or bool(name)
        whole = self._arguments.setdefault(self._call, Whole())
        return ToolCallPiece(
            self._call,
            _scrubbed(id_),
            _scrubbed(name),
            whole.feed(_arguments(function.get("arguments"))),
        )


def text_alone(choice: dict[str, Json]) -> str:
    """The text of a choice whose delta holds nothing but text; "" for any other choice."""
    said = choice.get("delta")
    if type(said) is dict and said.keys() <= _TEXT_ALONE and not choice.get("finish_reason"):
        piece = said.get("content")
        return piece if type(piece) is str else ""
    return ""


def _arguments(said: Json) -> str:
    """Arguments as the JSON text that they should be; some servers send the object itself."""
    if not isinstance(said, dict):
        return text(said)
    try:
        return json.dumps(said, ensure_ascii=False)
    except RecursionError:
        return ""


def _scrubbed(said: str) -> str:
    return said.encode("utf-8", "replace").decode()
