"""How much of the model's context is taken: counted by the endpoint, else estimated."""

from __future__ import annotations

from collections.abc import Iterable

from nemochat.core.messages import Message

WINDOW = 131_072  # tokens that Mistral Nemo reads and writes in one turn
_ASCII_A_TOKEN = 4  # characters; English prose has more to a token, code fewer
_TOKENS_A_MESSAGE = 4  # the marks of the chat template around each


def estimated_tokens(text: str) -> int:
    """About how many tokens a text is, without its tokenizer: within a third for prose and code.

    A character beyond ASCII counts as a token of its own, which is near for Chinese and Japanese,
    and too much for accents.
    """
    ascii_characters = sum(map(str.isascii, text)) if not text.isascii() else len(text)
    return -(-ascii_characters // _ASCII_A_TOKEN) + len(text) - ascii_characters


def used(system: str, path: Iterable[Message]) -> int:
    """About how many tokens the next question finds taken already.

    What the endpoint counted for the last answer, and an estimate of what was said after it.
    """
    tokens = estimated_tokens(system)
    for message in path:
        usage = message.provenance.usage if message.provenance else None
        if usage and usage.prompt_tokens is not None and usage.completion_tokens is not None:
            tokens = usage.prompt_tokens + usage.completion_tokens
        else:
            tokens += estimated_tokens(message.content) + _TOKENS_A_MESSAGE
    return tokens
