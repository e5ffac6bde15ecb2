"""Deltas, and the answer that grows from them."""

from __future__ import annotations

from typing import NamedTuple

from nemochat.core.messages import Ending, Message, Provenance, Role, ToolCall, Usage


class ToolCallPiece(NamedTuple):
    """A piece of a tool call: `call` says of which, `id` and `name` may come once or in pieces."""

    call: int
    id: str = ""
    name: str = ""
    arguments: str = ""


class Delta(NamedTuple):
    """A piece of an answer as it comes.

    Attributes:
        text: More of the answer.
        reasoning: More of what the model thinks before it answers.
        tool_calls: Pieces of tool calls.
        ending: How the answer ended, on its last piece.
        usage: What the endpoint counted so far; the last one holds.
        model: The model that answers.
        candidate: Which of the `n` answers this belongs to, from 0.
        reason: The endpoint's own words for an ending that failed.
    """

    text: str = ""
    reasoning: str = ""
    tool_calls: tuple[ToolCallPiece, ...] = ()
    ending: Ending | None = None
    usage: Usage | None = None
    model: str = ""
    candidate: int = 0
    reason: str = ""


class PartialAnswer:
    """An answer that grows delta by delta."""

    def __init__(self, provenance: Provenance, text: str = "") -> None:
        """Begin an answer, or go on with one that has `text` already."""
        self.provenance = provenance
        self._text: list[str] = [text] if text else []
        self._reasoning: list[str] = []
        self._calls: dict[int, ToolCallPiece] = {}

    def add(self, delta: Delta) -> None:
        """Take in one more piece."""
        if delta.text:
            self._text.append(delta.text)
        if delta.reasoning:
            self._reasoning.append(delta.reasoning)
        for piece in delta.tool_calls:
            so_far = self._calls.get(piece.call, ToolCallPiece(piece.call))
            self._calls[piece.call] = ToolCallPiece(
                piece.call,
                so_far.id or piece.id,
                so_far.name or piece.name,
                so_far.arguments + piece.arguments,
            )
        if delta.model or delta.usage or delta.ending:
            self.provenance = self.provenance._replace(
                model=delta.model or self.provenance.model,
                usage=delta.usage or self.provenance.usage,
                ending=delta.ending or self.provenance.ending,
                reason=delta.reason or self.provenance.reason,
            )

    @property
    def text(self) -> str:
        """The text so far."""
        if len(self._text) > 1:
            self._text = ["".join(self._text)]
        return self._text[0] if self._text else ""

    @property
    def has_content(self) -> bool:
        """Whether anything came that a person can read or a tool can run."""
        return bool(self._text or self._calls)

    def message(self) -> Message:
        """The answer as it stands."""
        calls = tuple(
            ToolCall(piece.id or f"call{piece.call:05d}", piece.name, piece.arguments)
            for _, piece in sorted(self._calls.items())
        )
        return Message(
            Role.ASSISTANT,
            self.text,
            reasoning="".join(self._reasoning),
            tool_calls=calls,
            provenance=self.provenance,
        )
