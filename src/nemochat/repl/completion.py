"""What Tab offers: commands, and what may follow each."""

from __future__ import annotations

from collections.abc import Iterable

from prompt_toolkit.completion import CompleteEvent, Completer, Completion  # noqa: TID253 - loaded late
from prompt_toolkit.document import Document  # noqa: TID253 - loaded late by editor.py

from nemochat.errors import NemochatError
from nemochat.repl import registry
from nemochat.repl.session import Session


class Commands(Completer):
    """Completes slash commands, their aliases, and what a command says may follow it."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def get_completions(
        self,
        document: Document,
        complete_event: CompleteEvent,  # noqa: ARG002 - prompt_toolkit's
    ) -> Iterable[Completion]:
        """The completions of a line that begins with a slash."""
        line = document.text_before_cursor
        if not line.startswith("/") or line.startswith("//") or "\n" in line:
            return
        name, blank, rest = line[1:].partition(" ")
        if not blank:
            for command in registry.commands():
                for each in (command.name, *command.aliases):
                    if each.startswith(name):
                        yield Completion(
                            each, -len(name), display="/" + each, display_meta=command.summary
                        )
            return
        for word, about in self._choices(name):
            if word.startswith(rest):
                yield Completion(word, -len(rest), display_meta=about)

    def _choices(self, name: str) -> Iterable[tuple[str, str]]:
        try:
            choices = registry.find(name).choices
            return list(choices(self._session)) if choices else ()
        except NemochatError:
            return ()  # a database that cannot be read offers nothing
