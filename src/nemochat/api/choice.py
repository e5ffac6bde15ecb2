"""Parser for one candidate of an answer: from the choices of chunks to deltas."""

from __future__ import annotations

import json
from collections.abc import Iterator

from nemochat.api.json_values import to_text
from nemochat.core.delta import Delta, ToolCallPiece
from nemochat.core.messages import Ending
from nemochat.core.records import Json
from nemochat.core.text import join_surrogates

END_MARK = "</s>"
# Characters; without a limit, a text of end marks would be copied for each piece. Only complete
# marks are released, so the result does not depend on how the text is split.
MOST_HELD = 1024 * len(END_MARK)
_HIGH = ("\ud800", "\udbff")
_ENDINGS = {
    "length": Ending.LENGTH,
    "tool_calls": Ending.TOOL_CALLS,
    "function_call": Ending.TOOL_CALLS,
    "content_filter": Ending.CONTENT_FILTER,
}
_FAILED = "error"
_TEXT_ONLY = {"content", "role"}  # members of a delta with text alone


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


class Choice:
    """One candidate, built from its choices in successive chunks.

    Attributes:
        index: Number of the candidate.
        pieces: Number of choices that held text, reasoning, a tool call or an ending.
        has_content: Whether text or a tool call was received.
        ending: Its ending, or None until it is known.
        failed: Whether a choice reported a failure.
    """

    def __init__(self, index: int, *, limit_chosen: bool) -> None:
        self.index = index
        self.pieces = 0
        self.has_content = False
        self.ending: Ending | None = None
        self.failed = False
        self._limit_chosen = limit_chosen
        self._text_joiner = SurrogateJoiner()
        self._end_marks = EndMarkFilter()
        self._reasoning_joiner = SurrogateJoiner()
        self._repeats = RepeatFilter()
        self._arguments: dict[int, SurrogateJoiner] = {}
        self._call = -1  # index of the current tool call
        self._call_id = ""
        self._call_has_name = False

    def read(self, choice: dict[str, Json]) -> Delta | None:
        """Return the delta of a choice in a chunk or a document, or None if it is empty."""
        if piece := _find_text(choice):  # a shortcut for nearly all choices
            return self._read_text(piece)
        body = choice.get("delta")
        if not isinstance(body, dict) or not body:
            body = choice.get("message")
        body = body if isinstance(body, dict) else {}
        text = to_text(body.get("content")) or to_text(choice.get("text"))
        reasoning = to_text(body.get("reasoning_content")) or to_text(body.get("reasoning"))
        content = self._end_marks.feed(self._text_joiner.feed(text))
        thought = self._repeats.feed(self._reasoning_joiner.feed(reasoning))
        calls = tuple(self._read_calls(body))
        ending = self._read_ending(choice.get("finish_reason"))
        if text or reasoning or calls or ending:
            self.pieces += 1
        if ending is Ending.COMPLETE and self._call >= 0:  # some servers send "stop" with calls
            ending = self.ending = Ending.TOOL_CALLS
        if ending:
            rest, more_thought = self._flush_filters()
            content, thought = content + rest, thought + more_thought
        self.has_content = self.has_content or bool(content or calls)
        if content or thought or calls or ending:
            return Delta(content, thought, calls, ending, candidate=self.index)
        return None

    def _read_text(self, text: str) -> Delta | None:
        """Return the delta of more text, or None if all of it is held back."""
        self.pieces += 1
        piece = self._end_marks.feed(self._text_joiner.feed(text))
        if not piece:
            return None
        self.has_content = True
        return Delta(piece, candidate=self.index)

    def flush(self) -> Iterator[Delta]:
        """Yield text that was held back."""
        content, thought = self._flush_filters()
        if content or thought:
            self.has_content = self.has_content or bool(content)
            yield Delta(content, thought, candidate=self.index)

    def _flush_filters(self) -> tuple[str, str]:
        """Return the text and the reasoning that were held back."""
        content = self._end_marks.feed(self._text_joiner.flush()) + self._end_marks.flush()
        thought = self._repeats.feed(self._reasoning_joiner.flush()) + self._repeats.flush()
        return content, thought

    def end(self, fallback: Ending) -> Iterator[Delta]:
        """Yield the last deltas at the end of the response.

        Args:
            fallback: The ending if none was received.
        """
        yield from self.flush()
        ending = self.ending or fallback
        if not self.has_content and ending in {
            Ending.COMPLETE,
            Ending.TOOL_CALLS,
            Ending.UNFINISHED,
        }:
            ending = Ending.EMPTY
        if ending is not self.ending:
            self.ending = ending
            yield Delta(ending=ending, candidate=self.index)

    def _read_ending(self, finish: Json) -> Ending | None:
        """Return the ending for a finish_reason; an unknown reason means a complete answer."""
        if not isinstance(finish, str) or not finish:
            return None
        if finish == _FAILED:
            self.failed = True
            return None
        self.ending = _ENDINGS.get(finish, Ending.COMPLETE)
        if self.ending is Ending.LENGTH and self._limit_chosen:
            self.ending = Ending.MAX_TOKENS
        return self.ending

    def _read_calls(self, body: dict[str, Json]) -> Iterator[ToolCallPiece]:
        calls = body.get("tool_calls")
        if not isinstance(calls, list):
            calls = [{"function": body.get("function_call")}]  # the older form, for a single call
        for call in calls:
            function = call.get("function") if isinstance(call, dict) else None
            if isinstance(function, dict):
                yield self._read_call(call, function)

    def _read_call(self, call: dict[str, Json], function: dict[str, Json]) -> ToolCallPiece:
        id_, name, index = to_text(call.get("id")), to_text(function.get("name")), call.get("index")
        if isinstance(index, int):
            self._call = index
        elif (
            self._call < 0
            or (id_ and self._call_id not in {"", id_})
            or (name and self._call_has_name)
        ):  # without an index, another id or another name begins a new call
            self._call += 1
            self._call_id, self._call_has_name = "", False
        self._call_id = id_ or self._call_id
        self._call_has_name = self._call_has_name or bool(name)
        joiner = self._arguments.setdefault(self._call, SurrogateJoiner())
        return ToolCallPiece(
            self._call,
            _clean_text(id_),
            _clean_text(name),
            joiner.feed(_format_arguments(function.get("arguments"))),
        )


def _find_text(choice: dict[str, Json]) -> str:
    """Return the text of a choice that holds nothing else, or ""."""
    body = choice.get("delta")
    if type(body) is dict and body.keys() <= _TEXT_ONLY and not choice.get("finish_reason"):
        piece = body.get("content")
        return piece if type(piece) is str else ""
    return ""


def _format_arguments(value: Json) -> str:
    """Return arguments as JSON text, which some servers send as an object."""
    if not isinstance(value, dict):
        return to_text(value)
    try:
        return json.dumps(value, ensure_ascii=False)
    except RecursionError:
        return ""


def _clean_text(text: str) -> str:
    return text.encode("utf-8", "replace").decode()
