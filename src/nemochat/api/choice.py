"""Parser for one candidate of an answer: from the choices of chunks to deltas."""

from __future__ import annotations

import json
from collections.abc import Iterator

from nemochat.api.json_values import is_text, to_text
from nemochat.core.delta import Delta, ToolCallPiece
from nemochat.core.messages import Ending
from nemochat.core.records import Json
from nemochat.core.text_filters import EndMarkFilter, RepeatFilter, SurrogateJoiner
from nemochat.errors import NotAnAnswer

LONGEST_ANSWER = 32 * 1024 * 1024  # bytes of the text of an answer, and of its reasoning
LONGEST_CALLS = 4 * 1024 * 1024  # bytes of tool calls
_ENDINGS = {
    **dict.fromkeys(("length", "max_tokens", "max_output_tokens", "model_length"), Ending.LENGTH),
    **dict.fromkeys(("tool_calls", "function_call"), Ending.TOOL_CALLS),
    "content_filter": Ending.CONTENT_FILTER,
    **dict.fromkeys(("error", "abort", "aborted", "cancelled", "canceled"), Ending.FAILED),
}
_TEXT_ONLY = {"content", "role"}  # members of a delta with text alone


class EndlessAnswer(NotAnAnswer):
    """The text, the reasoning or the tool calls are too long."""


class Choice:
    """One candidate, built from its choices in successive chunks.

    Attributes:
        index: Number of the candidate.
        pieces: Number of choices that held text, reasoning, a tool call or an ending.
        has_content: Whether text or a tool call was received.
        ending: Its ending, or None until it is known.
        failure: The finish_reason that reported a failure, or "".
        is_damaged: Whether a part of a choice could not be read.
    """

    def __init__(self, index: int, *, limit_chosen: bool) -> None:
        self.index = index
        self.pieces = 0
        self.has_content = False
        self.ending: Ending | None = None
        self.failure = ""
        self.is_damaged = False
        self._limit_chosen = limit_chosen
        self._text_joiner = SurrogateJoiner()
        self._end_marks = EndMarkFilter()
        self._reasoning_joiner = SurrogateJoiner()
        self._repeats = RepeatFilter()
        self._sizes = [0, 0, 0]  # bytes of text, reasoning and tool calls
        self._arguments: dict[int, SurrogateJoiner] = {}
        self._call = -1  # index of the current tool call
        self._call_id = ""
        self._call_has_name = False

    def read(self, choice: dict[str, Json]) -> Delta | None:
        """Return the delta of a choice in a chunk or a document, or None if it is empty.

        Raises:
            EndlessAnswer: the answer is too long.
        """
        if piece := _find_text(choice):  # a shortcut for nearly all choices
            return self._read_text(piece)
        body = choice.get("delta") or choice.get("message") or {}
        if not isinstance(body, dict):
            self.is_damaged, body = True, {}
        if not (is_text(body.get("content")) and is_text(choice.get("text"))):
            self.is_damaged = True
        text = to_text(body.get("content")) or to_text(choice.get("text"))
        reasoning = to_text(body.get("reasoning_content")) or to_text(body.get("reasoning"))
        self._check_size(text, reasoning)
        content = self._end_marks.feed(self._text_joiner.feed(text))
        thought = self._repeats.feed(self._reasoning_joiner.feed(reasoning))
        calls = tuple(self._read_calls(body))
        ending, reason = self._read_ending(choice)
        if text or reasoning or calls or ending:
            self.pieces += 1
        if ending is Ending.COMPLETE and self._call >= 0:  # some servers send "stop" with calls
            ending = self.ending = Ending.TOOL_CALLS
        if ending:
            rest, more_thought = self._flush_filters()
            content, thought = content + rest, thought + more_thought
        self.has_content = self.has_content or bool(content or calls)
        if content or thought or calls or ending:
            return Delta(content, thought, calls, ending, candidate=self.index, reason=reason)
        return None

    def _read_text(self, text: str) -> Delta | None:
        """Return the delta of more text, or None if all of it is held back."""
        self.pieces += 1
        self._check_size(text)
        piece = self._end_marks.feed(self._text_joiner.feed(text))
        if not piece:
            return None
        self.has_content = True
        return Delta(piece, candidate=self.index)

    def _check_size(self, text: str = "", reasoning: str = "", call: str = "") -> None:
        for number, piece in enumerate((text, reasoning, call)):
            self._sizes[number] += len(piece.encode("utf-8", "replace"))
        if max(self._sizes[:2]) > LONGEST_ANSWER or self._sizes[2] > LONGEST_CALLS:
            raise EndlessAnswer("the endpoint sent an endless answer")

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

    def _read_ending(self, choice: dict[str, Json]) -> tuple[Ending | None, str]:
        """Return the ending of a choice, and a sentence if its finish_reason is unknown."""
        finish = choice.get("finish_reason")
        if choice.get("done") is True:  # Ollama
            finish = choice.get("done_reason") or "stop"
        if not isinstance(finish, str) or not finish:
            return None, ""
        ending = _ENDINGS.get(finish.lower(), Ending.COMPLETE)
        if ending is Ending.FAILED:
            self.failure = finish
            return None, ""
        is_limit = ending is Ending.LENGTH and self._limit_chosen
        self.ending = Ending.MAX_TOKENS if is_limit else ending
        is_unknown = ending is Ending.COMPLETE and finish.lower() != "stop"
        return self.ending, f'the endpoint ended the answer with "{finish}"' if is_unknown else ""

    def _read_calls(self, body: dict[str, Json]) -> Iterator[ToolCallPiece]:
        calls = body.get("tool_calls") or [{"function": body.get("function_call")}]  # older form
        for call in calls if isinstance(calls, list) else [calls]:
            function = call.get("function") if isinstance(call, dict) else call
            if isinstance(call, dict) and isinstance(function, dict):
                yield self._read_call(call, function)
            elif function is not None:
                self.is_damaged = True

    def _read_call(self, call: dict[str, Json], function: dict[str, Json]) -> ToolCallPiece:
        id_, name, index = to_text(call.get("id")), to_text(function.get("name")), call.get("index")
        arguments = _format_arguments(function.get("arguments"))
        self._check_size(call=id_ + name + arguments)
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
        arguments = joiner.feed(arguments)
        return ToolCallPiece(self._call, _clean_text(id_), _clean_text(name), arguments)


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
