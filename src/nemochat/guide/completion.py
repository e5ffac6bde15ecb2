"""Responses of Chat Completions: one document, or a sequence of chunks."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from nemochat.core.parameters import Values
from nemochat.guide.request import Request, RequestError

CONTEXT_LENGTH = 131_072  # tokens, as for the real model
DEFAULT_MAX_TOKENS = 512
END_OF_TEXT = "</s>"

_PIECE = re.compile(r" ?\w+| ?[^\w\s]|\s")
_TOKENS_PER_MESSAGE = 2  # added to each by a chat template
_PER_MILLION = 1e-6

Document = dict[str, object]


def split_tokens(text: str) -> list[str]:
    """Split a text into pieces of about a token: a word or a symbol, with the space before it."""
    return _PIECE.findall(text)


@dataclass(frozen=True, slots=True)
class CutAnswer:
    """One answer, cut to the limits of the request.

    Attributes:
        pieces: Its text in pieces.
        finish_reason: "stop" or "length".
        complete: Whether nothing was cut off; the endpoint then sends a stray `</s>`.
    """

    pieces: tuple[str, ...]
    finish_reason: str
    complete: bool


def cut_answer(text: str, values: Values) -> CutAnswer:
    """Cut an answer at the stop sequences and at `max_tokens`."""
    stop = values.get("stop")
    stops = [text.find(end) for end in stop if end in text] if isinstance(stop, tuple) else []
    cut = split_tokens(text[: min(stops)] if stops else text)
    limit = values.get("max_tokens", DEFAULT_MAX_TOKENS)
    if isinstance(limit, int) and limit < len(cut):
        return CutAnswer(tuple(cut[:limit]), "length", complete=False)
    return CutAnswer(tuple(cut), "stop", complete=not stops)


class Completion:
    """The answers to one request.

    Args:
        request: The request.
        texts: One text for each answer.
        created: Seconds since 1970.
        price: US dollars per million tokens.

    Raises:
        RequestError: the request fills the context.
    """

    def __init__(
        self, request: Request, texts: Iterable[str], *, created: int, price: float
    ) -> None:
        self._choices = [cut_answer(text, request.parameters) for text in texts]
        self._request = request
        self._created = created
        prompt = sum(len(split_tokens(m.content)) + _TOKENS_PER_MESSAGE for m in request.messages)
        if prompt >= CONTEXT_LENGTH:
            words = f"the messages have {prompt:,} tokens, but the context holds {CONTEXT_LENGTH:,}"
            raise RequestError(400, {"error": {"message": words, "type": "invalid_request_error"}})
        completion = sum(len(choice.pieces) for choice in self._choices)
        self._usage: Document = {
            "prompt_tokens": prompt,
            "completion_tokens": completion,
            "total_tokens": prompt + completion,
            "estimated_cost": (prompt + completion) * price * _PER_MILLION,
        }

    def document(self) -> Document:
        """Return all answers as one `chat.completion`."""
        return {
            "id": f"chatcmpl-{secrets.token_hex(16)}",
            "object": "chat.completion",
            "created": self._created,
            "model": self._request.model,
            "choices": [
                {
                    "index": index,
                    "message": {"role": "assistant", "content": "".join(choice.pieces)},
                    "finish_reason": choice.finish_reason,
                }
                for index, choice in enumerate(self._choices)
            ],
            "usage": self._usage,
        }

    def chunks(self) -> Iterator[Document]:
        """Yield the first answer as `chat.completion.chunk`s, one for each piece."""
        head: Document = {
            "id": secrets.token_hex(12),
            "object": "chat.completion.chunk",
            "created": self._created,
            "model": self._request.model,
        }
        first = self._choices[0]
        ends = ("", END_OF_TEXT) if first.complete else ("",)
        for piece in (*first.pieces, *ends):
            delta = {"role": "assistant", "content": piece}
            yield head | {"choices": [{"index": 0, "delta": delta, "finish_reason": None}]}
        ending = {"index": 0, "delta": {}, "finish_reason": first.finish_reason}
        yield head | {"choices": [ending]}
        if self._request.include_usage:
            yield head | {"choices": [], "usage": self._usage}
