"""How much of the context is taken."""

from __future__ import annotations

from nemochat.core.messages import Message, Provenance, Role, Usage
from nemochat.core.prompt import estimate_filled, estimate_tokens, estimate_used


def test_a_text_is_estimated_by_its_bytes() -> None:
    assert estimate_tokens("") == 0
    assert estimate_tokens("a" * 400) == 100
    assert estimate_tokens("a") == 1
    assert estimate_tokens("日本語") == 3
    assert estimate_tokens("日本語 and") == 4
    assert estimate_tokens("日" * 100) == 75
    assert estimate_tokens("ж" * 100) == 50
    assert estimate_tokens("Größe") == 2
    assert estimate_tokens("\udcff") == 1  # of a file's name that is no UTF-8


def test_what_the_endpoint_counted_goes_before_estimates() -> None:
    counted = Provenance(usage=Usage(prompt_tokens=1000, completion_tokens=50))
    path = [
        Message(Role.USER, "x" * 40_000),
        Message(Role.ASSISTANT, "y", provenance=counted),
        Message(Role.USER, "z" * 400),
    ]
    assert estimate_used("s" * 4000, path) == 1050 + 100 + 4


def test_without_counts_all_is_estimated() -> None:
    said = [Message(Role.USER, "x" * 40)]
    assert estimate_used("s" * 400, said) == 100 + 10 + 4
    assert estimate_filled("s" * 400, said, ["y" * 80, "z" * 4]) == 100 + 10 + 4 + 20 + 1
