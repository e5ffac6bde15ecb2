"""Registry of slash commands, the user's own among them."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

from nemochat.config.paths import directories
from nemochat.core.conversation import first_line
from nemochat.core.text import count_noun, format_value, nearest
from nemochat.errors import ConfigurationError, UsageError
from nemochat.files import read_text
from nemochat.repl.arguments import split_prose
from nemochat.repl.attachments import build_question
from nemochat.repl.session import Session

CommandFunction = Callable[[Session, str], str]
Choices = Callable[[Session], Iterable[tuple[str, str]]]
NextChoices = Callable[[Session, str], Iterable[tuple[str, str]]]
_MODULES = (
    "answers",
    "attach",
    "branches",
    "help",
    "interface",
    "model_settings",
    "prompts",
    "saved_chats",
)
_COMMANDS: dict[str, Command] = {}
_NAMES: dict[str, str] = {}
_COMMAND_NAME = r"[a-z0-9][a-z0-9_-]*"
_COMMENT = r"(?s)\s*<!--\s*(.*?)\s*-->[^\S\n]*(?:\n|$)"
_PLACEHOLDER = r"\$(?:(\$)|(ARGUMENTS)\b|([1-9])(?![0-9]))"


class Command(NamedTuple):
    """A slash command.

    Attributes:
        name: What is typed after the slash.
        arguments: What may follow, as help shows it.
        aliases: Other names that peoples' fingers know.
        run: Is given the session and what followed; returns Markdown to show.
        choices: What may follow, each with a word about it, for completion.
        next_choices: What may follow a first word, the same.
    """

    name: str
    arguments: str
    aliases: tuple[str, ...]
    run: CommandFunction
    choices: Choices | None
    next_choices: NextChoices | None = None

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
        return f"/{self.name} {self.arguments}".rstrip()


def command(
    arguments: str = "",
    *,
    aliases: tuple[str, ...] = (),
    choices: Choices | None = None,
    next_choices: NextChoices | None = None,
) -> Callable[[CommandFunction], CommandFunction]:
    """Make a function a slash command; its name is the command, its docstring the help."""

    def register(run: CommandFunction) -> CommandFunction:
        name = run.__name__.rstrip("_")
        _COMMANDS[name] = Command(name, arguments, aliases, run, choices, next_choices)
        for each in (name, *aliases):
            assert each not in _NAMES, each
            _NAMES[each] = name
        return run

    return register


def builtin_commands() -> Iterator[Command]:
    """The commands that come with the program, by name."""
    for noun in _MODULES:
        import_module(f"nemochat.repl.commands.{noun}")
    for name in sorted(_COMMANDS):
        yield _COMMANDS[name]


def user_commands() -> Iterator[Command]:
    """The commands that the person at the keyboard wrote, by name; unreadable ones are left out."""
    for name, path in command_files().items():
        if name not in _NAMES:
            with suppress(UsageError):
                yield _load_user_command(name, path)


def all_commands() -> Iterator[Command]:
    """All commands: the built-in ones, then those of one's own."""
    yield from builtin_commands()
    yield from user_commands()


def conflicting_files() -> dict[str, Path]:
    """Files of commands that are never used, because a built-in one has the name."""
    return {name: path for name, path in command_files().items() if name in _NAMES}


def find(name: str) -> Command:
    """The command of this name or alias; UsageError names the nearest, or what ails its file."""
    number = len(list(builtin_commands()))
    if name in _NAMES:
        return _COMMANDS[_NAMES[name]]
    files = command_files()
    if name in files:
        return _load_user_command(name, files[name])
    near = nearest(name, [*_NAMES, *files])
    hint = f"Did you mean /{near[0]}?" if near else f"/help all lists all {number}"
    raise UsageError(f"there is no command {format_value('/' + name)}", hint)


def run(session: Session, line: str) -> str:
    """Run the command in a line that begins with a slash; return Markdown to show, or ""."""
    head, *rest = re.split(r"\s", line.removeprefix("/"), maxsplit=1)
    command_row = find(head.lower())
    for name, path in conflicting_files().items():
        if name not in session.past_notices:
            session.past_notices.add(name)
            session.screen.notice(f"/{name} is a command already: {path} is not used")
    try:
        return command_row.run(session, rest[0].strip() if rest else "")
    finally:
        session.show_store_notices()  # before what a new, empty database makes of the command


def _load_user_command(name: str, path: Path) -> Command:
    """The command that a file holds; UsageError if it cannot be read."""
    user_command = read_command(name, path)

    def ask(session: Session, argument: str) -> str:
        session.chat.say(build_question(session, read_command(name, path).fill(argument)))
        return ""

    ask.__doc__ = f"{user_command.summary}\n\nYour own, from `{path}`."
    return Command(name, user_command.arguments, (), ask, None)


class UserCommand(NamedTuple):
    """A command of one's own, as its file has it.

    Attributes:
        name: What is typed after the slash.
        path: Its file.
        summary: What it does, from the comment that is its first line, else its text's first line.
        text: What is asked, with the marks that arguments take.
    """

    name: str
    path: Path
    summary: str
    text: str

    @property
    def arguments(self) -> str:
        """What may follow it, as help shows it."""
        numbers = sorted({mark[3] for mark in re.finditer(_PLACEHOLDER, self.text) if mark[3]})
        return " ".join(f"${number}" for number in numbers) or "[ARGUMENTS]"

    def fill(self, argument: str) -> str:
        """Its text with arguments in it, or below it where nothing in it takes them.

        Raises:
            UsageError: there are fewer arguments than it takes.
        """
        words = split_prose(argument)
        count = max(
            (int(mark[3]) for mark in re.finditer(_PLACEHOLDER, self.text) if mark[3]), default=0
        )
        if len(words) < count:
            many = count_noun(count, "argument")
            raise UsageError(f"/{self.name} takes {many}: ${len(words) + 1} is missing")

        def substitute(mark: re.Match[str]) -> str:
            if mark[1]:
                return "$"
            return argument if mark[2] else words[int(mark[3]) - 1]

        filled = re.sub(_PLACEHOLDER, substitute, self.text)
        has_placeholder = any(mark[2] or mark[3] for mark in re.finditer(_PLACEHOLDER, self.text))
        return filled if has_placeholder or not argument else f"{filled}\n\n{argument}"


def commands_folder() -> Path | None:
    """Where the files are, or would be; None without a home."""
    try:
        return directories().config / "commands"
    except ConfigurationError:
        return None


def command_files() -> dict[str, Path]:
    """The file of each command by its name, in order, as far as the names can be typed."""
    try:
        paths = sorted(there.glob("*.md")) if (there := commands_folder()) else []
    except OSError:
        return {}
    return {
        path.stem.lower(): path for path in paths if re.fullmatch(_COMMAND_NAME, path.stem.lower())
    }


def read_command(name: str, path: Path) -> UserCommand:
    """The command in a file as it is now.

    Raises:
        UsageError: it cannot be read, or there is nothing in it to ask.
    """
    text = read_text(path)
    about = ""
    if comment := re.match(_COMMENT, text):
        about, text = " ".join(comment[1].split()), text[comment.end() :]
    if not text.strip():
        raise UsageError(f"there is nothing to ask in {format_value(str(path), 100)}")
    return UserCommand(name, path, about or first_line(text), text.strip("\n"))
