"""What a slash command is, and how a line finds its own."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

from nemochat.core.nearest import nearest
from nemochat.core.values import shown
from nemochat.errors import UsageError
from nemochat.repl import custom
from nemochat.repl.question import worded
from nemochat.repl.session import Session

Run = Callable[[Session, str], str]
Choices = Callable[[Session], Iterable[tuple[str, str]]]
Then = Callable[[Session, str], Iterable[tuple[str, str]]]


class Command(NamedTuple):
    """A slash command.

    Attributes:
        name: What is typed after the slash.
        takes: What may follow, as help shows it.
        aliases: Other names that peoples' fingers know.
        run: Is given the session and what followed; returns Markdown to show.
        choices: What may follow, each with a word about it, for completion.
        then: What may follow a first word, the same.
    """

    name: str
    takes: str
    aliases: tuple[str, ...]
    run: Run
    choices: Choices | None
    then: Then | None = None

    @property
    def help(self) -> str:
        """What it does: its function's docstring."""
        return inspect.cleandoc(self.run.__doc__ or "")

    @property
    def summary(self) -> str:
        """The first sentence of its help, without the full stop."""
        return self.help.partition("\n")[0].rstrip(".")

    @property
    def brief(self) -> str:
        """The first clause of its help, for a line of a list."""
        return re.split("[;:]", self.summary, maxsplit=1)[0]

    @property
    def usage(self) -> str:
        """How it is typed."""
        return f"/{self.name} {self.takes}".rstrip()


_NOUNS = (
    "answers",
    "candidates",
    "chats",
    "files",
    "help",
    "looks",
    "origin",
    "pages",
    "parameters",
    "profiles",
    "prompts",
    "session",
    "shelf",
    "shell",
    "themes",
    "tree",
    "typing",
)
_COMMANDS: dict[str, Command] = {}
_NAMES: dict[str, str] = {}


def command(
    takes: str = "",
    *,
    aliases: tuple[str, ...] = (),
    choices: Choices | None = None,
    then: Then | None = None,
) -> Callable[[Run], Run]:
    """Make a function a slash command; its name is the command, its docstring the help."""

    def register(run: Run) -> Run:
        name = run.__name__.rstrip("_")
        _COMMANDS[name] = Command(name, takes, aliases, run, choices, then)
        for each in (name, *aliases):
            assert each not in _NAMES, each
            _NAMES[each] = name
        return run

    return register


def built_in() -> Iterator[Command]:
    """The commands that come with the program, by name."""
    for noun in _NOUNS:
        import_module(f"nemochat.repl.commands.{noun}")
    for name in sorted(_COMMANDS):
        yield _COMMANDS[name]


def own() -> Iterator[Command]:
    """The commands that the person at the keyboard wrote, by name; unreadable ones are left out."""
    for name, path in custom.files().items():
        if name not in _NAMES:
            with suppress(UsageError):
                yield _own(name, path)


def commands() -> Iterator[Command]:
    """All commands: the built-in ones, then those of one's own."""
    yield from built_in()
    yield from own()


def hidden() -> dict[str, Path]:
    """Files of commands that are never used, because a built-in one has the name."""
    return {name: path for name, path in custom.files().items() if name in _NAMES}


def find(name: str) -> Command:
    """The command of this name or alias; UsageError names the nearest, or what ails its file."""
    number = len(list(built_in()))
    if name in _NAMES:
        return _COMMANDS[_NAMES[name]]
    files = custom.files()
    if name in files:
        return _own(name, files[name])
    near = nearest(name, [*_NAMES, *files])
    hint = f"Did you mean /{near[0]}?" if near else f"/help all lists all {number}"
    raise UsageError(f"there is no command {shown('/' + name)}", hint)


def run(session: Session, line: str) -> str:
    """Run the command in a line that begins with a slash; return Markdown to show, or ""."""
    head, *rest = re.split(r"\s", line.removeprefix("/"), maxsplit=1)
    found = find(head.lower())
    for name, path in hidden().items():
        if name not in session.told:
            session.told.add(name)
            session.screen.notice(f"/{name} is a command already: {path} is not used")
    try:
        return found.run(session, rest[0].strip() if rest else "")
    finally:
        session.tell_news()  # before what a new, empty database makes of the command


def _own(name: str, path: Path) -> Command:
    """The command that a file holds; UsageError if it cannot be read."""
    written = custom.read(name, path)

    def asks(session: Session, argument: str) -> str:
        session.chat.say(worded(session, custom.read(name, path).filled(argument)))
        return ""

    asks.__doc__ = f"{written.about}\n\nYour own, from `{path}`."
    return Command(name, written.takes, (), asks, None)
