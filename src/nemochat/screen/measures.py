"""What did an answer take: time, tokens, money? One line of it."""

from __future__ import annotations

from nemochat.core.ledger import money
from nemochat.core.messages import Message

_AT_ONCE = 0.05  # seconds; an answer whose text came within less was not streamed
_SHORT = 0.095  # seconds that one digit behind the point would not show


def measured(answer: Message) -> str:
    """Seconds to the first token, tokens a second, tokens and cost, as far as they are known.

    "" for an answer that is not whole, or was put together from several requests.
    """
    provenance = answer.provenance
    if provenance is None or not provenance.ending or not provenance.ending.whole:
        return ""
    if provenance.continued:
        return ""
    told = []
    first, whole = provenance.first_token, provenance.seconds
    if first is not None and whole is not None and whole - first >= _AT_ONCE:
        told.append(f"{_seconds(first)} to the first token")
        if provenance.tokens_a_second is not None:
            told.append(f"{provenance.tokens_a_second:.0f} tokens/s")
    elif whole is not None:
        told.append(_seconds(whole))
    if provenance.usage and provenance.usage.completion_tokens:
        told.append(f"{provenance.usage.completion_tokens} tokens")
    if provenance.usage and provenance.usage.estimated_cost:
        told.append(money(provenance.usage.estimated_cost))
    return " · ".join(told)


def _seconds(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds >= _SHORT else f"{seconds:.2f} s"
