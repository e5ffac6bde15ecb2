"""Every text of the source that a user may see, one a line: `python -m tests.ui_strings`.

A text is a string with a blank in it that is not a docstring, an SQL statement or a pattern; the
docstrings of commands are their help, so they count. A value within a text is shown as {…}.
`--pairs` lists texts that may be inconsistent with others or with the style; a person judges them.
"""

from __future__ import annotations

import ast
import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from nemochat.repl import registry
from tests.source import SOURCE, modules

SQL = (
    "SELECT ",
    "INSERT ",
    "UPDATE ",
    "DELETE ",
    "CREATE ",
    "PRAGMA ",
    "BEGIN",
    "WITH ",
    "ATTACH ",
)
AVOID = (  # what a native reader stumbles over
    r"\bbeside\b",
    r"\btalk\b",
    r"\bstands\b",
    r"\bis told\b|\btells that\b",
    r"\bwhole\b(?! number)",
    r"\blest\b|\bso as to\b|\bcame along\b|\bcome what may\b|\bof one's own\b",
    r"\bis none\b|\bgone on\b|\bdearer\b",
    r"\bhung up\b|\ba fault\b|\bblanks?\b|\bmeanwhile\b",
    r"\b\w+s? of nemochat\b",
)
SYNONYMS = (  # the word to use, and others for the same thing
    ("moved aside", "set aside"),
    ("skipped", "passed over"),
    ("saved", "kept"),
    ("folder", "directory"),
    ("must not contain", "must not include"),
    ("unknown", "is not known"),
    ("not shown", "without echo"),
    ("needs", "takes (?:a|an|one|the) (?!.*, not )"),
    ("closed the connection", "hung up"),
    ("bug", "fault"),
    ("There are no", "Nothing was found"),
    ("tokens in", "tokens read"),
)
SENTENCE_WORDS = 4
IN_SHELL = ("api", "cli", "config", "store", "web")


class Text(NamedTuple):
    """A text and where it is."""

    place: str
    text: str


def texts() -> Iterator[Text]:
    """Yield the texts of all modules."""
    for path in modules():
        name = str(path.relative_to(SOURCE))
        yield from (Text(f"{name}:{line}", text) for line, text in _of(path.read_text("utf-8")))


def _of(source: str) -> Iterator[tuple[int, str]]:
    tree = ast.parse(source)
    hidden = _hidden(tree)
    for node in ast.walk(tree):
        if id(node) in hidden or not isinstance(node, ast.Constant | ast.JoinedStr):
            continue
        text = _shown(node)
        if " " in text.strip() and any(map(str.isalpha, text)) and not text.startswith(SQL):
            yield node.lineno, " ".join(text.split())


def _hidden(tree: ast.Module) -> set[int]:
    """Return the nodes that are no texts: docstrings, patterns, and parts of other texts."""
    hidden: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef):
            is_command = isinstance(node, ast.FunctionDef) and any(
                "command" in ast.unparse(each) for each in node.decorator_list
            )
            first = node.body[0] if node.body else None
            if isinstance(first, ast.Expr) and not is_command:
                hidden.add(id(first.value))
        elif isinstance(node, ast.Call) and ast.unparse(node.func).startswith("re."):
            hidden.update(id(each) for each in ast.walk(node))
        elif isinstance(node, ast.JoinedStr):
            hidden.update(id(each) for each in node.values)
    return hidden


def _shown(node: ast.Constant | ast.JoinedStr) -> str:
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else ""
    parts = (part.value if isinstance(part, ast.Constant) else "{…}" for part in node.values)
    return "".join(map(str, parts))


def inconsistencies(every: Iterable[Text]) -> Iterator[tuple[str, Text]]:
    """Yield doubtful texts with the reason, grouped by it."""
    every = sorted(set(every))
    for pattern in AVOID:
        yield from _matching(f"avoid {pattern}", pattern, every)
    for word, *others in SYNONYMS:
        if any(word in each.text for each in every):
            for other in others:
                yield from _matching(f"{other!r}, elsewhere {word!r}", rf"\b{other}", every)
    yield from _matching("number without a comma", r"(?<![\w.:/%-])\d{5,}(?!\w)", every)
    yield from _twins(every)
    yield from _without_stop(every)
    commands = "|".join(name for each in registry.builtin_commands() for name in _names(each))
    shell = [each for each in every if each.place.startswith(IN_SHELL)]
    yield from _matching("slash command in a shell text", rf"(?<![\w/}}])/({commands})\b", shell)


def _names(row: registry.Command) -> tuple[str, ...]:
    return tuple(map(re.escape, (row.name, *row.aliases)))


def _matching(reason: str, pattern: str, every: Iterable[Text]) -> Iterator[tuple[str, Text]]:
    yield from ((reason, each) for each in every if re.search(pattern, each.text))


def _twins(every: Iterable[Text]) -> Iterator[tuple[str, Text]]:
    """Yield texts of several words that differ only in case or punctuation."""
    groups: defaultdict[str, list[Text]] = defaultdict(list)
    for each in every:
        groups[re.sub(r"[\W_]+", " ", each.text).strip().casefold()].append(each)
    for words, group in groups.items():
        if words.count(" ") > 1 and len({each.text for each in group}) > 1:
            yield from (("differs in case or punctuation", each) for each in group)


def _without_stop(every: Iterable[Text]) -> Iterator[tuple[str, Text]]:
    """Yield sentences of the chat that lack the full stop their siblings have.

    Hints of errors have none; their modules are left out.
    """
    for each in every:
        words = each.text.split()
        if (
            each.place.startswith("repl/commands")
            and len(words) >= SENTENCE_WORDS
            and words[0].istitle()
            and not each.text.endswith((".", "?", ":", "}", "`"))
        ):
            yield "sentence without a full stop", each


if __name__ == "__main__":
    if sys.argv[1:] == ["--pairs"]:
        for reason, each in inconsistencies(texts()):
            print(f"{reason}\t{each.place}\t{each.text}")
    else:
        for each in texts():
            print(f"{each.place}\t{each.text}")
