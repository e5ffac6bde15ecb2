"""Answers in the shapes of Chat Completions: one document, or a sequence of chunks."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from nemochat.core.parameters import Values
from nemochat.guide.request import Request, RequestError

CONTEXT_LENGTH = 131_072  # tokens, the model's
DEFAULT_MAX_TOKENS = 512
END_OF_TEXT = "</s>"

_PIECE = re.compile(r" ?\w+| ?[^\w\s]|\s")
_TOKENS_PER_MESSAGE = 2  # what a chat template puts around each
_PER_MILLION = 1e-6

Document = dict[str, object]


def split_tokens(text: str) -> list[str]:
    """A text in pieces of about a token: a word or a sign, with the blank before it."""
    return _PIECE.findall(text)


@dataclass(frozen=True, slots=True)
class CutAnswer:
    """One answer, cut as the request wants it.

    Attributes:
        pieces: Its text in pieces.
        finish_reason: "stop" or "length".
        whole: Whether it came to its own end, which the endpoint shows by a stray `</s>`.
    """

    pieces: tuple[str, ...]
    finish_reason: str
    whole: bool


def cut_choice(text: str, values: Values) -> CutAnswer:
    """Cut an answer at the stop texts and at max_tokens."""
    stop = values.get("stop")
    stops = [text.find(end) for end in stop if end in text] if isinstance(stop, tuple) else []
    cut = split_tokens(text[: min(stops)] if stops else text)
    limit = values.get("max_tokens", DEFAULT_MAX_TOKENS)
    if isinstance(limit, int) and limit < len(cut):
        return CutAnswer(tuple(cut[:limit]), "length", whole=False)
    return CutAnswer(tuple(cut), "stop", whole=not stops)


class Completion:
    """The answers to one request.

    Attributes:
        choices: One, or as many as were asked for.
    """

    def __init__(
        self, request: Request, texts: Iterable[str], *, created: int, price: float
    ) -> None:
        """Make answers of texts.

        Args:
            request: What was asked.
            texts: One for each answer.
            created: Seconds since 1970.
            price: US dollars for a million tokens.

        Raises:
            Refused: the request fills the context.
        """
        self.choices = [cut_choice(text, request.parameters) for text in texts]
        self._request = request
        self._created = created
        prompt = sum(len(split_tokens(m.content)) + _TOKENS_PER_MESSAGE for m in request.messages)
        if prompt >= CONTEXT_LENGTH:
            words = f"the messages hold {prompt} tokens, and the context {CONTEXT_LENGTH}"
            raise RequestError(400, {"error": {"message": words, "type": "invalid_request_error"}})
        completion = sum(len(choice.pieces) for choice in self.choices)
        self._usage: Document = {
            "prompt_tokens": prompt,
            "completion_tokens": completion,
            "total_tokens": prompt + completion,
            "estimated_cost": (prompt + completion) * price * _PER_MILLION,
        }

    def document(self) -> Document:
        """The whole as one `chat.completion`."""
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
                for index, choice in enumerate(self.choices)
            ],
            "usage": self._usage,
        }

    def chunks(self) -> Iterator[Document]:
        """The first answer as `chat.completion.chunk`s: one a piece, and those that end it."""
        head: Document = {
            "id": secrets.token_hex(12),
            "object": "chat.completion.chunk",
            "created": self._created,
            "model": self._request.model,
        }
        first = self.choices[0]
        ends = ("", END_OF_TEXT) if first.whole else ("",)
        for piece in (*first.pieces, *ends):
            delta = {"role": "assistant", "content": piece}
            yield head | {"choices": [{"index": 0, "delta": delta, "finish_reason": None}]}
        ending = {"index": 0, "delta": {}, "finish_reason": first.finish_reason}
        yield head | {"choices": [ending]}
        if self._request.include_usage:
            yield head | {"choices": [], "usage": self._usage}
