"""Which models does an endpoint offer, how are they shown, and who completes their names?"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress

from nemochat.directories import directories
from nemochat.errors import ConfigurationError
from nemochat.repl.listings import plain
from nemochat.screen.safe import harmless_line
from nemochat.store import names
from nemochat.wire.models import ModelInfo

HEAD = ("model", "context", "in", "out")
LONGEST_NAME = 80  # columns
SECONDS = 10.0  # to wait for a list that somebody asked for


def remember(models: Iterable[ModelInfo]) -> None:
    """Let the shells complete these models' names from now on, and no others."""
    with suppress(ConfigurationError):  # there is no home to keep them in
        names.remember(directories().state, names.MODELS, (model.name for model in models))


def matching(models: Iterable[ModelInfo], words: str) -> list[ModelInfo]:
    """The models whose names hold every word, by name; capitals do not matter."""
    wanted = words.lower().split()
    found = (model for model in models if all(word in model.name.lower() for word in wanted))
    return sorted(found, key=lambda model: model.name.lower())


def cells(model: ModelInfo) -> tuple[str, ...]:
    """What is told of a model: its name, its context in tokens, US dollars per million tokens."""
    return (
        harmless_line(model.name, LONGEST_NAME),
        str(model.context_length) if model.context_length else "",
        price(model.input_price),
        price(model.output_price),
    )


def table(models: Iterable[ModelInfo]) -> str:
    """Models as a table of Markdown."""
    rows = [" | ".join(plain(cell, LONGEST_NAME) for cell in cells(model)) for model in models]
    lines = [" | ".join(HEAD), "|".join("---" for _ in HEAD), *rows]
    return "\n".join(f"| {line} |" for line in lines)


def price(dollars: float | None) -> str:
    """US dollars per million tokens with the digits that matter, or ""."""
    return "" if dollars is None else f"${dollars:.4g}"
