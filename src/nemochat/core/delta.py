"""Deltas, and the answer that grows from them."""

from __future__ import annotations

from typing import NamedTuple

from nemochat.core.messages import Ending, Message, Provenance, Role, ToolCall, Usage


class ToolCallPiece(NamedTuple):
    """A piece of the tool call number `call`; `id` and `name` may be sent once or in pieces."""

    call: int
    id: str = ""
    name: str = ""
    arguments: str = ""


class Delta(NamedTuple):
    """A piece of a streamed answer.

    Attributes:
        text: More of the answer.
        reasoning: More of the model's reasoning.
        tool_calls: Pieces of tool calls.
        ending: How the answer ended, in its last delta.
        usage: The endpoint's count so far; the last one is final.
        model: The model that answers.
        candidate: The index of the candidate, from 0.
        reason: The endpoint's own words for a failed ending.
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
        """Begin an answer, or continue one that already has `text`."""
        self.provenance = provenance
        self._text: list[str] = [text] if text else []
        self._reasoning: list[str] = []
        self._calls: dict[int, ToolCallPiece] = {}

    def add(self, delta: Delta) -> None:
        """Add a delta."""
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
        """Return the text so far."""
        if len(self._text) > 1:
            self._text = ["".join(self._text)]
        return self._text[0] if self._text else ""

    @property
    def has_content(self) -> bool:
        """Return whether there is text to read or a tool to call."""
        return bool(self._text or self._calls)

    def message(self) -> Message:
        """Return the answer so far as a message."""
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
