"""How much of the model's context is taken: counted by the endpoint, else estimated."""

from __future__ import annotations

from collections.abc import Iterable

from nemochat.core.messages import Message

WINDOW = 131_072  # tokens that Mistral Nemo reads and writes in one turn
_BYTES_A_TOKEN = 4  # of UTF-8; English prose has more to a token, code fewer
_TOKENS_A_MESSAGE = 4  # the marks of the chat template around each


def estimated_tokens(text: str) -> int:
    """About how many tokens a text is, without its tokenizer: within a third for prose and code.

    By its bytes: Greek and Cyrillic letters are then half a token each, which is rather too much,
    and Chinese and Japanese characters three quarters of one.
    """
    size = len(text) if text.isascii() else len(text.encode("utf-8", "replace"))
    return -(-size // _BYTES_A_TOKEN)


def filled(system: str, path: Iterable[Message], texts: Iterable[str]) -> int:
    """About how many tokens of the context are taken with texts after what was said."""
    return used(system, path) + sum(map(estimated_tokens, texts))


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
