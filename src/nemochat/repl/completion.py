"""What Tab offers: commands, what may follow each, and paths."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from prompt_toolkit.completion import CompleteEvent, Completer, Completion  # noqa: TID253 - loaded late
from prompt_toolkit.document import Document  # noqa: TID253 - loaded late by editor.py

from nemochat.errors import NemochatError
from nemochat.repl.session import Session
from nemochat.screen.safe import harmless_line

_MENTION = re.compile(r'(?:^|(?<=\s))@("[^"\n]*|[^\s"]*)$')  # @path, or @"a path with blanks"
_LAST_WORD = re.compile(r'"[^"\n]*$|[^\s"]*$')
_TAKES_PATH = re.compile(r"(?<!@)\b(FILE|PATH)\b")
LONGEST_ABOUT = 60  # columns


def expected(text: str) -> bool:
    """Whether a text up to the cursor is one to which something may be offered as it is typed."""
    return is_command(text) or _MENTION.search(text[-1000:]) is not None


def is_command(text: str) -> bool:
    """Whether a text is a command in one line."""
    return text.startswith("/") and not text.startswith("//") and "\n" not in text


class Commands(Completer):
    """Completes slash commands, what a command says may follow it, and paths after an @."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def get_completions(
        self,
        document: Document,
        complete_event: CompleteEvent,  # noqa: ARG002 - prompt_toolkit's
    ) -> Iterable[Completion]:
        """The completions of what stands before the cursor."""
        line = document.text_before_cursor
        if mention := _MENTION.search(line):
            yield from _paths(mention[1], quoting=True)
        elif is_command(line):
            name, blank, rest = line[1:].partition(" ")
            yield from self._following(name, rest) if blank else _named(name)

    def _following(self, name: str, rest: str) -> Iterator[Completion]:
        from nemochat.repl import registry

        try:
            command = registry.find(name.lower())
            takes = command.takes
            if _TAKES_PATH.search(takes):
                alone = takes.strip("[]") == "FILE"  # the rest of the line is the path then
                typed = rest if alone else _last_word(rest)
                yield from _paths(typed, quoting=not alone)
            first, blank, value = rest.partition(" ")
            if blank and command.then is not None:
                yield from _words(command.then(self._session, first), value)
            elif command.choices is not None:
                typed = _last_word(rest) if "…" in takes else rest
                yield from _words(command.choices(self._session), typed)
        except NemochatError:
            return  # no such command, or a database that cannot be read


def _last_word(text: str) -> str:
    found = _LAST_WORD.search(text)
    return found[0] if found else ""


def _named(begun: str) -> Iterator[Completion]:
    """Commands by their names, then by the other names that fingers know."""
    from nemochat.repl import registry

    known = list(registry.commands())
    pairs = [(command.name, command.summary) for command in known]
    pairs += [(each, f"/{row.name}: {row.summary}") for row in known for each in row.aliases]
    for name, about in pairs:
        if name.startswith(begun.lower()):
            short = harmless_line(about, LONGEST_ABOUT)
            yield Completion(name, -len(begun), display="/" + name, display_meta=short)


def _words(words: Iterable[tuple[str, str]], begun: str) -> Iterator[Completion]:
    for word, about in words:
        if word.casefold().startswith(begun.casefold()):
            yield Completion(
                word,
                -len(begun),
                display=harmless_line(word, LONGEST_ABOUT),
                display_meta=harmless_line(about, LONGEST_ABOUT),
            )


def _paths(typed: str, *, quoting: bool) -> Iterator[Completion]:
    """Paths for what was typed; one with blanks in it is put into double quotes."""
    from nemochat.repl import paths

    quoted = quoting and typed.startswith('"')
    for path, about in paths.going_on(typed[1:] if quoted else typed):
        text = path
        if quoted or (quoting and any(map(str.isspace, path))):
            text = f'"{path}' + '"' * (not path.endswith("/"))
        yield Completion(text, -len(typed), display=paths.shown(path), display_meta=about)
