"""What a slash command is, and how a line finds its own."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from importlib import import_module

from nemochat.core.values import shown
from nemochat.errors import UsageError
from nemochat.repl.session import Session

Run = Callable[[Session, str], str]
Choices = Callable[[Session], Iterable[tuple[str, str]]]
Then = Callable[[Session, str], Iterable[tuple[str, str]]]


@dataclass(frozen=True, slots=True)
class Command:
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


def commands() -> Iterator[Command]:
    """All commands, by name."""
    for noun in _NOUNS:
        import_module(f"nemochat.repl.commands.{noun}")
    for name in sorted(_COMMANDS):
        yield _COMMANDS[name]


def find(name: str) -> Command:
    """The command of this name or alias; UsageError names the nearest."""
    known = {command.name for command in commands()}
    if name in _NAMES:
        return _COMMANDS[_NAMES[name]]
    near = get_close_matches(name, _NAMES, n=1)
    hint = f"Did you mean /{near[0]}?" if near else f"/help lists all {len(known)}"
    raise UsageError(f"there is no command {shown('/' + name)}", hint)


def run(session: Session, line: str) -> str:
    """Run the command in a line that begins with a slash; return Markdown to show, or ""."""
    name, _, rest = line.removeprefix("/").partition(" ")
    return find(name.strip().lower()).run(session, rest.strip())
