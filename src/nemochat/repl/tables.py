"""Tables of conversations, search results and models: their columns, cells and Markdown.

Foreign text is escaped in Markdown.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import UTC, datetime

from nemochat.api.model_list import ModelInfo
from nemochat.config import paths
from nemochat.core.conversation import LONGEST_TITLE
from nemochat.core.ledger import format_money
from nemochat.core.text import count_noun, format_value
from nemochat.errors import ConfigurationError
from nemochat.screen.drawing import Cell, Column
from nemochat.screen.text.sanitize import sanitize_line
from nemochat.screen.text.spans import Span
from nemochat.store.catalogue import CatalogueEntry
from nemochat.store.search import SearchResult

MAX_NUMBERS = 10  # of conversations in a sentence
MAX_TITLE_COLUMNS = 60
MAX_MODEL_NAME_COLUMNS = 80
LIST_TIMEOUT = 10.0  # seconds to wait for a list of models
CONVERSATION_COLUMNS = (
    Column(""),
    Column("name or first question"),
    Column("questions", is_number=True, is_labelled=True),
    Column("cost", is_number=True),
    Column("last used", is_number=True, is_labelled=True),
)
RESULT_COLUMNS = (Column(""), Column("name or first question"), Column("who"), Column("where"))
MODEL_COLUMNS = (
    Column("model"),
    Column("context", is_number=True, is_labelled=True),
    Column("in", is_number=True, is_labelled=True),
    Column("out", is_number=True, is_labelled=True),
)
_MARKUP = re.compile(r"([\\`*_\[\]<>|~#$&])")
_SPEAKERS = {"user": "you", "assistant": "Nemo", "": "name"}
_AGES = ((86_400 * 365, "y"), (86_400 * 30, "mo"), (86_400, "d"), (3600, "h"), (60, "min"))


def escape_markdown(text: str, most: int = MAX_TITLE_COLUMNS) -> str:
    """Return foreign text as one harmless line of Markdown without markup."""
    return _MARKUP.sub(r"\\\1", sanitize_line(text, most))


def markdown_table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return cells of Markdown as a table."""
    lines = ["".join(f" {cell} |" if cell else " |" for cell in cells) for cells in (head, *rows)]
    lines.insert(1, "---|" * len(head))
    return "\n".join(f"|{line}" for line in lines)


def conversation_cells(entry: CatalogueEntry) -> tuple[str, ...]:
    """Return the cells of CONVERSATION_COLUMNS for a conversation."""
    title = sanitize_line(entry.title, MAX_TITLE_COLUMNS)
    return str(entry.id), title, str(entry.turns), format_cost(entry), format_age(entry.touched)


def conversation_table(entries: Iterable[CatalogueEntry]) -> str:
    """Return conversations as a Markdown table."""
    rows = []
    for entry in entries:
        number, title, *numbers = conversation_cells(entry)
        rows.append((number, escape_markdown(title), *numbers))
    return markdown_table([column.head for column in CONVERSATION_COLUMNS], rows)


def result_cells(each: SearchResult) -> tuple[Cell, ...]:
    """Return the cells of RESULT_COLUMNS for a search result, with the match in bold."""
    place = (Span(each.before), Span(each.match, "strong"), Span(each.after))
    who = _SPEAKERS.get(each.role, each.role)
    return str(each.conversation), sanitize_line(each.title, 40), who, place


def format_results(results: Iterable[SearchResult]) -> str:
    """Return search results as a Markdown list, with the matches in bold."""
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
    """Return the cost of a conversation, or "" if it is unknown."""
    return format_money(entry.cost) if entry.cost is not None else ""


def format_age(moment: datetime) -> str:
    """Return the time since a moment in one unit, or "now" for less than a minute."""
    seconds = (datetime.now(UTC) - moment).total_seconds()
    for length, unit in _AGES:
        if seconds >= length:
            return f"{int(seconds // length)} {unit}"
    return "now"


def number_range(number: int, one: str, several: str) -> str:
    """Return how numbered things are chosen: "one branch", "branches 1 to 3"."""
    return f"one {one}" if number == 1 else f"{several} 1 to {number:,}"


def write_model_names(models: Iterable[ModelInfo]) -> None:
    """Let the shells complete the names of these models, and no others."""
    with suppress(ConfigurationError):  # without a home directory
        names = (model.name for model in models)
        paths.write_names(paths.directories().state, paths.MODELS, names)


def filter_models(models: Iterable[ModelInfo], words: str) -> list[ModelInfo]:
    """Return the models whose names contain every word, in any case, sorted by name."""
    wanted = words.lower().split()
    matches = (model for model in models if all(word in model.name.lower() for word in wanted))
    return sorted(matches, key=lambda model: model.name.lower())


def model_cells(model: ModelInfo, comma: str = "") -> tuple[str, ...]:
    """Return the cells of MODEL_COLUMNS: name, tokens of context, US dollars per million tokens.

    `comma` separates thousands, for people; scripts read the plain number.
    """
    return (
        sanitize_line(model.name, MAX_MODEL_NAME_COLUMNS),
        f"{model.context_length:{comma}}" if model.context_length else "",
        format_price(model.input_price),
        format_price(model.output_price),
    )


def model_table(models: Iterable[ModelInfo]) -> str:
    """Return models as a Markdown table."""
    rows = (
        [escape_markdown(cell, MAX_MODEL_NAME_COLUMNS) for cell in model_cells(model, ",")]
        for model in models
    )
    return markdown_table([column.head for column in MODEL_COLUMNS], rows)


def format_price(dollars: float | None) -> str:
    """Return US dollars per million tokens with four significant digits, or ""."""
    return "" if dollars is None else f"${dollars:.4g}"
