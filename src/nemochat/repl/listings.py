"""How are conversations and what was found in them listed? As Markdown, foreign text escaped."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime

from nemochat.core.conversation import LONGEST_TITLE
from nemochat.core.ledger import money
from nemochat.core.values import shown
from nemochat.screen.safe import harmless_line
from nemochat.store.catalogue import Entry
from nemochat.store.search import Found

MOST_NUMBERS = 10  # of several conversations
NARROW = 60  # columns; with fewer a table would be torn, and a list takes its place
_MARKUP = re.compile(r"([\\`*_\[\]<>|~#$&])")
_SPEAKERS = {"user": "you", "assistant": "Nemo", "": "name"}
_AGES = ((86_400 * 365, "y"), (86_400 * 30, "mo"), (86_400, "d"), (3600, "h"), (60, "min"))


def plain(text: str, most: int = 60) -> str:
    """Foreign text as one harmless line of Markdown in which nothing is markup."""
    return _MARKUP.sub(r"\\\1", harmless_line(text, most))


def table(entries: Sequence[Entry]) -> str:
    """Conversations as a table."""
    rows = [
        f"| {e.id} | {plain(e.title)} | {e.turns} | {cost(e)} | {age(e.touched)} |" for e in entries
    ]
    head = "| | name or first question | questions | cost | last used |"
    return "\n".join([head, "|---|---|---|---|---|", *rows])


def results(found: Sequence[Found]) -> str:
    """What was found, a line each, the match in bold."""
    lines = []
    for each in found:
        who = _SPEAKERS.get(each.role, each.role)
        left = " " if each.before[-1:].isspace() else ""
        right = " " if each.after[:1].isspace() else ""
        place = (
            f"{plain(each.before, 200)}{left}**{plain(each.match)}**{right}{plain(each.after, 200)}"
        )
        lines.append(f"- {each.conversation} · {plain(each.title, 40)} · {who}: {place}")
    return "\n".join(lines)


def describe(entry: Entry) -> str:
    """Return the number, title, size and last use of a conversation, on one line."""
    title = f", {shown(entry.title, LONGEST_TITLE, typed=False)}" if entry.title else ""
    used = f"last used {entry.touched:%Y-%m-%d}"
    return f"conversation {entry.id}{title} ({counted(entry.turns, 'question')}, {used})"


def describe_several(entries: Sequence[Entry]) -> str:
    """Return how many conversations there are, and the numbers of the first ones."""
    numbers = ", ".join(str(entry.id) for entry in entries[:MOST_NUMBERS])
    more = ", …" if len(entries) > MOST_NUMBERS else ""
    return f"{len(entries):,} conversations: {numbers}{more}"


def cost(entry: Entry) -> str:
    """What a conversation took, or "" where nobody told."""
    return money(entry.cost) if entry.cost is not None else ""


def age(moment: datetime) -> str:
    """How long ago something was, in one unit; "now" within a minute or where the clock jumped."""
    seconds = (datetime.now(UTC) - moment).total_seconds()
    for length, unit in _AGES:
        if seconds >= length:
            return f"{int(seconds // length)} {unit}"
    return "now"


def counted(number: int, noun: str) -> str:
    """A number of things in words, such as "1 question" and "2 questions"."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def numbered(number: int, one: str, several: str) -> str:
    """Things that are chosen by a number: "one branch", "branches 1 to 3"."""
    return f"one {one}" if number == 1 else f"{several} 1 to {number}"
