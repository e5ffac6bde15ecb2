"""Markdown tables of conversations, search results and models; foreign text is escaped."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import UTC, datetime

from nemochat.api.model_list import ModelInfo
from nemochat.config.paths import directories
from nemochat.core.conversation import LONGEST_TITLE
from nemochat.core.ledger import format_money
from nemochat.core.text import format_value
from nemochat.errors import ConfigurationError
from nemochat.screen.text.sanitize import sanitize_line
from nemochat.store import shell_names
from nemochat.store.catalogue import CatalogueEntry
from nemochat.store.search import SearchResult

MAX_NUMBERS = 10  # of several conversations
NARROW_COLUMNS = 60  # columns; with fewer a table would be torn, and a list takes its place
_MARKUP = re.compile(r"([\\`*_\[\]<>|~#$&])")
_SPEAKERS = {"user": "you", "assistant": "Nemo", "": "name"}
_AGES = ((86_400 * 365, "y"), (86_400 * 30, "mo"), (86_400, "d"), (3600, "h"), (60, "min"))
MODEL_HEAD = ("model", "context", "in", "out")
MAX_MODEL_NAME_COLUMNS = 80  # columns
LIST_TIMEOUT = 10.0  # to wait for a list that somebody asked for


def escape_markdown(text: str, most: int = 60) -> str:
    """Foreign text as one harmless line of Markdown in which nothing is markup."""
    return _MARKUP.sub(r"\\\1", sanitize_line(text, most))


def conversation_table(entries: Sequence[CatalogueEntry]) -> str:
    """Conversations as a table."""
    rows = [
        f"| {e.id} | {escape_markdown(e.title)} | {e.turns}"
        f" | {format_cost(e)} | {format_age(e.touched)} |"
        for e in entries
    ]
    head = "| | name or first question | questions | cost | last used |"
    return "\n".join([head, "|---|---|---|---|---|", *rows])


def format_results(results: Sequence[SearchResult]) -> str:
    """What was found, a line each, the match in bold."""
    lines = []
    for each in results:
        who = _SPEAKERS.get(each.role, each.role)
        left = " " if each.before[-1:].isspace() else ""
        right = " " if each.after[:1].isspace() else ""
        before, after = (escape_markdown(text, 200) for text in (each.before, each.after))
        place = f"{before}{left}**{escape_markdown(each.match)}**{right}{after}"
        lines.append(f"- {each.conversation} · {escape_markdown(each.title, 40)} · {who}: {place}")
    return "\n".join(lines)


def describe_conversation(entry: CatalogueEntry) -> str:
    """Return the number, title, size and last use of a conversation, on one line."""
    title = f", {format_value(entry.title, LONGEST_TITLE, typed=False)}" if entry.title else ""
    used = f"last used {entry.touched:%Y-%m-%d}"
    return f"conversation {entry.id}{title} ({count_noun(entry.turns, 'question')}, {used})"


def describe_conversations(entries: Sequence[CatalogueEntry]) -> str:
    """Return how many conversations there are, and the numbers of the first ones."""
    numbers = ", ".join(str(entry.id) for entry in entries[:MAX_NUMBERS])
    more = ", …" if len(entries) > MAX_NUMBERS else ""
    return f"{len(entries):,} conversations: {numbers}{more}"


def format_cost(entry: CatalogueEntry) -> str:
    """What a conversation took, or "" where nobody told."""
    return format_money(entry.cost) if entry.cost is not None else ""


def format_age(moment: datetime) -> str:
    """How long ago something was, in one unit; "now" within a minute or where the clock jumped."""
    seconds = (datetime.now(UTC) - moment).total_seconds()
    for length, unit in _AGES:
        if seconds >= length:
            return f"{int(seconds // length)} {unit}"
    return "now"


def count_noun(number: int, noun: str) -> str:
    """A number of things in words, such as "1 question" and "2 questions"."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def number_range(number: int, one: str, several: str) -> str:
    """Things that are chosen by a number: "one branch", "branches 1 to 3"."""
    return f"one {one}" if number == 1 else f"{several} 1 to {number}"


def write_model_names(models: Iterable[ModelInfo]) -> None:
    """Let the shells complete these models' names from now on, and no others."""
    with suppress(ConfigurationError):  # there is no home to keep them in
        shell_names.write_names(
            directories().state, shell_names.MODELS, (model.name for model in models)
        )


def filter_models(models: Iterable[ModelInfo], words: str) -> list[ModelInfo]:
    """The models whose names hold every word, by name; capitals do not matter."""
    wanted = words.lower().split()
    found = (model for model in models if all(word in model.name.lower() for word in wanted))
    return sorted(found, key=lambda model: model.name.lower())


def model_cells(model: ModelInfo) -> tuple[str, ...]:
    """What is told of a model: its name, its context in tokens, US dollars per million tokens."""
    return (
        sanitize_line(model.name, MAX_MODEL_NAME_COLUMNS),
        str(model.context_length) if model.context_length else "",
        format_price(model.input_price),
        format_price(model.output_price),
    )


def model_table(models: Iterable[ModelInfo]) -> str:
    """Models as a table of Markdown."""
    rows = [
        " | ".join(escape_markdown(cell, MAX_MODEL_NAME_COLUMNS) for cell in model_cells(model))
        for model in models
    ]
    lines = [" | ".join(MODEL_HEAD), "|".join("---" for _ in MODEL_HEAD), *rows]
    return "\n".join(f"| {line} |" for line in lines)


def format_price(dollars: float | None) -> str:
    """US dollars per million tokens with the digits that matter, or ""."""
    return "" if dollars is None else f"${dollars:.4g}"
