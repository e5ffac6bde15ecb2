"""One candidate of an answer: a parser from the choices of chunks to deltas."""

from __future__ import annotations

import json
from collections.abc import Iterator

from nemochat.api.json_values import to_text
from nemochat.core.delta import Delta, ToolCallPiece
from nemochat.core.messages import Ending
from nemochat.core.records import Json
from nemochat.core.text import join_surrogates

END_MARK = "</s>"
# Characters: a text of end marks alone must not be copied at each piece. Whole marks are let go,
# so that it does not matter which pieces the text comes in.
MOST_HELD = 1024 * len(END_MARK)
_HIGH = ("\ud800", "\udbff")
_ENDINGS = {
    "length": Ending.LENGTH,
    "tool_calls": Ending.TOOL_CALLS,
    "function_call": Ending.TOOL_CALLS,
    "content_filter": Ending.CONTENT_FILTER,
}
_FAILED = "error"
_TEXT_ONLY = {"content", "role"}  # members of a delta that is nothing but text


class SurrogateJoiner:
    """Text in pieces, with surrogate halves joined, and U+FFFD for those that stand alone."""

    def __init__(self) -> None:
        self._half = ""

    def feed(self, piece: str) -> str:
        """Return what is sure of the text so far and not returned yet."""
        if not piece or (piece.isascii() and not self._half):
            return piece
        text = self._half + piece
        self._half = text[-1] if _HIGH[0] <= text[-1] <= _HIGH[1] else ""
        return join_surrogates(text[:-1] if self._half else text)

    def flush(self) -> str:
        """Return what was held back: a half that stands alone."""
        half, self._half = self._half, ""
        return join_surrogates(half)


class EndMarkFilter:
    """Text in pieces, without the end mark at its very end."""

    def __init__(self) -> None:
        self._held = ""

    def feed(self, piece: str) -> str:
        """Return what is sure of the text so far and not returned yet."""
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
        """Return what was held back and turns out to be text."""
        held, self._held = self._held, ""
        while held.endswith(END_MARK):
            held = held[: -len(END_MARK)]
        return held


def _ambiguous_length(text: str) -> int:
    """Return how many characters at the end may be end marks, or the start of one."""
    size = len(END_MARK) - 1
    while size and not (len(text) >= size and END_MARK.startswith(text[-size:])):
        size -= 1
    start = len(text) - size
    while text.endswith(END_MARK, 0, start):
        start -= len(END_MARK)
    return len(text) - start


class RepeatFilter:
    """A text in pieces; if the first piece comes again in pieces right after it, they are dropped.

    A short first piece that comes twice at one go is no such repetition: "ha", "ha".
    """

    _LONG = 20

    def __init__(self) -> None:
        self._whole: str | None = None
        self._again = 0  # how much of it came again

    def feed(self, piece: str) -> str:
        """Return what is new in this piece, as far as that is sure."""
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
        """Return what looked like a repetition and was none."""
        held = (self._whole or "")[: self._again]
        self._whole, self._again = "", 0
        return held


class Choice:
    """An answer that grows choice by choice.

    Attributes:
        index: Which of the answers it is.
        pieces: Number of choices that held text, reasoning, a tool call or an ending.
        spoken: Whether text or a tool call was received.
        ending: How it ended, once it is known.
        failed: Whether its choice reports a failure.
    """

    def __init__(self, index: int, *, limit_chosen: bool) -> None:
        self.index = index
        self.pieces = 0
        self.spoken = False
        self.ending: Ending | None = None
        self.failed = False
        self._limit_chosen = limit_chosen
        self._whole = SurrogateJoiner()
        self._tail = EndMarkFilter()
        self._thought = SurrogateJoiner()
        self._once = RepeatFilter()
        self._arguments: dict[int, SurrogateJoiner] = {}
        self._call = -1
        self._call_id = ""
        self._named = False

    def read(self, choice: dict[str, Json]) -> Delta | None:
        """Return the delta of a choice in a chunk or a whole answer; None if it is empty."""
        if piece := _find_text(choice):  # nearly all of an answer comes so: one step, not ten
            return self._read_text(piece)
        body = choice.get("delta")
        if not isinstance(body, dict) or not body:
            body = choice.get("message")
        body = body if isinstance(body, dict) else {}
        text = to_text(body.get("content")) or to_text(choice.get("text"))
        reasoning = to_text(body.get("reasoning_content")) or to_text(body.get("reasoning"))
        content = self._tail.feed(self._whole.feed(text))
        thought = self._once.feed(self._thought.feed(reasoning))
        calls = tuple(self._calls(body))
        ending = self._ending(choice.get("finish_reason"))
        if text or reasoning or calls or ending:
            self.pieces += 1
        if ending is Ending.COMPLETE and self._call >= 0:  # some say "stop" beside their calls
            ending = self.ending = Ending.TOOL_CALLS
        if ending:  # the text comes before its ending
            content += self._tail.feed(self._whole.flush()) + self._tail.flush()
            thought += self._once.feed(self._thought.flush()) + self._once.flush()
        self.spoken = self.spoken or bool(content or calls)
        if content or thought or calls or ending:
            return Delta(content, thought, calls, ending, candidate=self.index)
        return None

    def _read_text(self, text: str) -> Delta | None:
        """Return the delta of more text; None if all of it is held back."""
        self.pieces += 1
        piece = self._tail.feed(self._whole.feed(text))
        if not piece:
            return None
        self.spoken = True
        return Delta(piece, candidate=self.index)

    def flush(self) -> Iterator[Delta]:
        """Yield what was held back and turns out to belong to the answer."""
        content = self._tail.feed(self._whole.flush()) + self._tail.flush()
        thought = self._once.feed(self._thought.flush()) + self._once.flush()
        if content or thought:
            self.spoken = self.spoken or bool(content)
            yield Delta(content, thought, candidate=self.index)

    def end(self, fallback: Ending) -> Iterator[Delta]:
        """Yield the last deltas of an answer that nothing follows.

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
        """Return the ending for a finish_reason; an unknown one means a complete answer."""
        if not isinstance(finish, str) or not finish:
            return None
        if finish == _FAILED:
            self.failed = True
            return None
        self.ending = _ENDINGS.get(finish, Ending.COMPLETE)
        if self.ending is Ending.LENGTH and self._limit_chosen:
            self.ending = Ending.MAX_TOKENS
        return self.ending

    def _calls(self, body: dict[str, Json]) -> Iterator[ToolCallPiece]:
        calls = body.get("tool_calls")
        if not isinstance(calls, list):
            calls = [{"function": body.get("function_call")}]  # the older form, one call only
        for call in calls:
            function = call.get("function") if isinstance(call, dict) else None
            if isinstance(function, dict):
                yield self._piece(call, function)

    def _piece(self, call: dict[str, Json], function: dict[str, Json]) -> ToolCallPiece:
        id_, name, index = to_text(call.get("id")), to_text(function.get("name")), call.get("index")
        if isinstance(index, int):
            self._call = index
        elif (
            self._call < 0 or (id_ and self._call_id not in {"", id_}) or (name and self._named)
        ):  # without an index, another id or another name begins another call
            self._call += 1
            self._call_id, self._named = "", False
        self._call_id = id_ or self._call_id
        self._named = self._named or bool(name)
        whole = self._arguments.setdefault(self._call, SurrogateJoiner())
        return ToolCallPiece(
            self._call,
            _clean_text(id_),
            _clean_text(name),
            whole.feed(_arguments(function.get("arguments"))),
        )


def _find_text(choice: dict[str, Json]) -> str:
    """Return the text of a choice whose delta holds nothing else; "" for any other choice."""
    body = choice.get("delta")
    if type(body) is dict and body.keys() <= _TEXT_ONLY and not choice.get("finish_reason"):
        piece = body.get("content")
        return piece if type(piece) is str else ""
    return ""


def _arguments(body: Json) -> str:
    """Return arguments as the JSON text that they should be; some servers send an object."""
    if not isinstance(body, dict):
        return to_text(body)
    try:
        return json.dumps(body, ensure_ascii=False)
    except RecursionError:
        return ""


def _clean_text(body: str) -> str:
    return body.encode("utf-8", "replace").decode()
