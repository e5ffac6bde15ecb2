"""Two answers to one question, side by side on a wide terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from nemochat.core.messages import Ending, Message
from nemochat.screen.answer import Layout, strip_thoughts
from nemochat.screen.text.sanitize import sanitize_line
from nemochat.screen.text.spans import BLANK, Row, Span, cut, row, rule
from nemochat.screen.text.width import TAB, text_width
from nemochat.screen.text.wrap import lay_out, split_columns

_SIDES = 2  # left and right
WIDE = 100  # columns from which two answers are shown side by side
LONGEST_OUTCOME = 200  # characters
_BETWEEN = Span(" │ ", "dim")


def render_new(
    answers: Sequence[Message],
    columns: int,
    layout: Callable[[int], Layout],
    *,
    chooses: bool,
) -> list[Row]:
    """Return the rows of the answers to a request for several.

    Args:
        answers: The answers; an endpoint may return fewer than requested.
        columns: Width of the terminal.
        layout: Creates a layout of the given width.
        chooses: Whether a prompt follows at which one can be picked.
    """
    hint, style = "", "dim"
    if len(answers) > 1:
        rows = render_all(answers, columns, layout)
        if chooses:
            hint = "Continuing from answer 1. /pick 2 switches to answer 2."
    else:
        rows = render_one(answers[0], columns - 1, layout)
        if answers[0].ending is not Ending.INTERRUPTED and not answers[0].empty:
            hint = "The endpoint returned one answer instead of two."
            style = "notice"
    return [*rows, BLANK, *lay_out([Span(hint, style)], columns - 1)] if hint else rows


def render_all(
    answers: Sequence[Message], columns: int, layout: Callable[[int], Layout]
) -> list[Row]:
    """Return the rows of several answers, each with its number and its ending if incomplete.

    Args:
        answers: The answers.
        columns: Width of the terminal.
        layout: Creates a layout of the given width.
    """
    if columns >= WIDE and len(answers) == _SIDES:
        width = (columns - 1 - len(_BETWEEN.text)) // 2
        left, right = (
            [_heading(place), *render_one(a, width, layout)] for place, a in enumerate(answers, 1)
        )
        return list(_side_by_side(_fold(left, width), _fold(right, width), width))
    rows: list[Row] = []
    for place, answer in enumerate(answers, 1):
        begins, goes_on = Span("── ", "rule"), Span(f" {rule(columns - 1).text[5:]}", "rule")
        head = row([begins, *_heading(place).spans, goes_on])
        rows += [*([BLANK] if rows else []), head, *render_one(answer, columns - 1, layout)]
    return rows


def render_one(answer: Message, width: int, layout: Callable[[int], Layout]) -> list[Row]:
    """Return the rows of a complete answer, and how it ended if it is incomplete."""
    renderer = layout(width)
    rows = renderer.feed(strip_thoughts(answer.content))
    rows += renderer.end(interrupted=answer.ending is not Ending.COMPLETE)
    return rows + render_outcome(answer, width)


def render_outcome(answer: Message, width: int) -> list[Row]:
    """Return how an answer ended, in rows of `width` columns; none if it is complete."""
    if not answer.outcome:
        return []
    text = f"[{sanitize_line(answer.outcome, LONGEST_OUTCOME)}]"
    return lay_out([Span(text, "notice")], width)


def _heading(place: int) -> Row:
    return row([Span(str(place), "heading")])


def _side_by_side(left: Sequence[Row], right: Sequence[Row], width: int) -> Iterator[Row]:
    for index in range(max(len(left), len(right))):
        first = left[index] if index < len(left) else BLANK
        second = right[index] if index < len(right) else BLANK
        yield row([*first.spans, Span(" " * (width - first.width)), _BETWEEN, *second.spans])


def _fold(rows: Sequence[Row], width: int) -> list[Row]:
    """Return rows no wider than `width`, with long lines of code split."""
    folded: list[Row] = []
    joined: list[Span] = []  # of a line of code that continues
    for each in rows:
        joined += each.spans
        if each.is_continued:
            continue
        spans, joined = _expand_tabs(joined), []
        text = "".join([span.text for span in spans])
        if text_width(text) <= width:
            folded.append(row(spans))
        else:
            folded += [row(part) for part in cut(spans, list(split_columns(text, width)))]
    return folded


def _expand_tabs(spans: Sequence[Span]) -> list[Span]:
    found: list[Span] = []
    at = 0
    for span in spans:
        text = span.text
        if "\t" in text:
            text = (" " * (at % TAB) + text).expandtabs(TAB)[at % TAB :]
        at += text_width(text)
        found.append(span._replace(text=text))
    return found
