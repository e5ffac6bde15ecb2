"""Sums of the tokens and costs that the endpoint counted."""

from __future__ import annotations

from collections.abc import Iterable
from math import floor, log10
from typing import NamedTuple

from nemochat.core.messages import Message

SIGNIFICANT = 2  # digits; a turn costs about 1e-6 USD, which must not become $0.00


class Total(NamedTuple):
    """Sums over answers; `cost` in US dollars is None if no answer has one."""

    answers: int
    prompt_tokens: int
    completion_tokens: int
    cost: float | None


def add_up(messages: Iterable[Message]) -> Total:
    """Return the sums over all answers that the endpoint counted."""
    usages = [m.provenance.usage for m in messages if m.provenance and m.provenance.usage]
    costs = [usage.estimated_cost for usage in usages if usage.estimated_cost is not None]
    return Total(
        len(usages),
        sum(usage.prompt_tokens or 0 for usage in usages),
        sum(usage.completion_tokens or 0 for usage in usages),
        sum(costs) if costs else None,
    )


def format_money(dollars: float | None) -> str:
    """Return US dollars with two significant digits, however few they are."""
    if dollars is None:
        return "at an unknown cost"
    if dollars == 0:
        return "$0"
    places = max(SIGNIFICANT - 1 - floor(log10(dollars)), 2)
    return f"${dollars:.{places}f}"
