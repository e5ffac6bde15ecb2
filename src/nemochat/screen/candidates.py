"""How do two answers to one question stand on the screen? Side by side where there is room."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from nemochat.core.messages import Ending, Message
from nemochat.screen.answer import Layout
from nemochat.screen.markdown.spans import BLANK, Row, Span, cut, row, rule
from nemochat.screen.markdown.width import TAB, clusters
from nemochat.screen.markdown.width import columns as columns_of
from nemochat.screen.markdown.wrap import laid_out
from nemochat.screen.safe import harmless_line
from nemochat.screen.thinking import without_thoughts

WIDE = 100  # columns of a terminal in which two answers stand side by side
LONGEST_OUTCOME = 200  # characters
_BETWEEN = Span(" │ ", "dim")


def shown_at_once(
    answers: Sequence[Message],
    columns: int,
    layout: Callable[[int], Layout],
    *,
    chooses: bool,
) -> list[Row]:
    """The rows of the answers where two were asked for: of both, or of the one that came.

    Args:
        answers: The answers.
        columns: Of the terminal.
        layout: Makes what lays out a text of so many columns.
        chooses: Whether a prompt follows at which one can be chosen.
    """
    told, style = "", "dim"
    if len(answers) > 1:
        found = presented(answers, columns, layout)
        if chooses:
            told = "The first answer goes on; /pick 2 goes over to the second, /pick 1 back."
    else:
        found = alone(answers[0], columns - 1, layout)
        if answers[0].ending is not Ending.INTERRUPTED and not answers[0].empty:
            told = "The endpoint answered once, though two answers were asked for."
            style = "notice"
    return [*found, BLANK, *laid_out([Span(told, style)], columns - 1)] if told else found


def presented(
    answers: Sequence[Message], columns: int, layout: Callable[[int], Layout]
) -> list[Row]:
    """The rows of several answers, each under its number and with its ending if it is not whole.

    Args:
        answers: The answers.
        columns: Of the terminal.
        layout: Makes what lays out a text of so many columns.
    """
    if columns >= WIDE and len(answers) == 2:  # noqa: PLR2004 - there is one place left, and one right
        width = (columns - 1 - len(_BETWEEN.text)) // 2
        left, right = ([_number(place), *alone(a, width, layout)] for place, a in _placed(answers))
        return list(_beside(_folded(left, width), _folded(right, width), width))
    found: list[Row] = []
    for place, answer in _placed(answers):
        begins, goes_on = Span("── ", "rule"), Span(f" {rule(columns - 1).text[5:]}", "rule")
        head = row([begins, *_number(place).spans, goes_on])
        found += [*([BLANK] if found else []), head, *alone(answer, columns - 1, layout)]
    return found


def alone(answer: Message, width: int, layout: Callable[[int], Layout]) -> list[Row]:
    """The rows of an answer that is there at once, and how it ended if it is not whole."""
    laid = layout(width)
    found = laid.feed(without_thoughts(answer.content))
    found += laid.end(interrupted=answer.ending is not Ending.COMPLETE)
    return found + outcome(answer, width)


def outcome(answer: Message, width: int) -> list[Row]:
    """How an answer ended, in rows of so many columns; none if it is whole."""
    if not answer.outcome:
        return []
    told = f"[{harmless_line(answer.outcome, LONGEST_OUTCOME)}]"
    return laid_out([Span(told, "notice")], width)


def _placed(answers: Sequence[Message]) -> Iterator[tuple[int, Message]]:
    return enumerate(answers, 1)


def _number(place: int) -> Row:
    return row([Span(str(place), "heading")])


def _beside(left: Sequence[Row], right: Sequence[Row], width: int) -> Iterator[Row]:
    for index in range(max(len(left), len(right))):
        first = left[index] if index < len(left) else BLANK
        second = right[index] if index < len(right) else BLANK
        yield row([*first.spans, Span(" " * (width - first.width)), _BETWEEN, *second.spans])


def _folded(found: Sequence[Row], width: int) -> list[Row]:
    """Rows no wider than this: lines of code, which the terminal wraps elsewhere, are parted."""
    folded: list[Row] = []
    begun: list[Span] = []  # of a line of code of which more rows follow
    for each in found:
        begun += each.spans
        if each.goes_on:
            continue
        spans, begun = _without_tabs(begun), []
        text = "".join([span.text for span in spans])
        if columns_of(text) <= width:
            folded.append(row(spans))
        else:
            folded += [row(part) for part in cut(spans, list(_ranges(text, width)))]
    return folded


def _without_tabs(spans: Sequence[Span]) -> list[Span]:
    found: list[Span] = []
    at = 0
    for span in spans:
        text = span.text
        if "\t" in text:
            text = (" " * (at % TAB) + text).expandtabs(TAB)[at % TAB :]
        at += columns_of(text)
        found.append(span._replace(text=text))
    return found


def _ranges(text: str, width: int) -> Iterator[tuple[int, int]]:
    """The first character and the one after the last of each row that a line is parted into."""
    start = at = used = 0
    for part, wide in clusters(text):
        if used + wide > width:
            yield start, at
            start, used = at, 0
        at += len(part)
        used += wide
    yield start, at
