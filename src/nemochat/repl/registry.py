"""Registry of slash commands: the built-in ones, and the user's own Markdown files."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import NamedTuple, TypeVar

from nemochat.config.paths import directories
from nemochat.core.conversation import first_line
from nemochat.core.text import count_noun, format_value, nearest
from nemochat.errors import ConfigurationError, UsageError
from nemochat.files import read_text
from nemochat.repl.attachments import build_question
from nemochat.repl.entry import split_prose
from nemochat.repl.session import Session
from nemochat.screen.drawing import Drawing

CommandFunction = Callable[[Session, str], str | Drawing]
AnyCommand = TypeVar("AnyCommand", bound=CommandFunction)
Choices = Callable[[Session], Iterable[tuple[str, str]]]
NextChoices = Callable[[Session, str], Iterable[tuple[str, str]]]
_MODULES = (
    "answers",
    "attach",
    "branches",
    "interface",
    "model_settings",
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
        name: The word after the slash.
        arguments: Its arguments, as help shows them.
        aliases: Other names.
        run: Takes the session and the argument; returns Markdown, a drawing or "".
        help: What the command does.
        choices: Completions of the argument, each with a description.
        next_choices: Completions of the argument after a given first word.
    """

    name: str
    arguments: str
    aliases: tuple[str, ...]
    run: CommandFunction
    help: str
    choices: Choices | None = None
    next_choices: NextChoices | None = None

    @property
    def summary(self) -> str:
        """The first sentence of the help, without the full stop."""
        return self.help.partition("\n")[0].rstrip(".")

    @property
    def brief(self) -> str:
        """The first clause of the help, for a list."""
        return re.split("[;:]", self.summary, maxsplit=1)[0]

    @property
    def usage(self) -> str:
        """The command with its arguments."""
        return f"/{self.name} {self.arguments}".rstrip()


def command(
    arguments: str = "",
    *,
    aliases: tuple[str, ...] = (),
    choices: Choices | None = None,
    next_choices: NextChoices | None = None,
) -> Callable[[AnyCommand], AnyCommand]:
    """Register a function as a slash command: its name is the command, its docstring the help."""

    def register(run: AnyCommand) -> AnyCommand:
        name = run.__name__.rstrip("_")
        text = inspect.cleandoc(run.__doc__ or "")
        _COMMANDS[name] = Command(name, arguments, aliases, run, text, choices, next_choices)
        for each in (name, *aliases):
            assert each not in _NAMES, each
            _NAMES[each] = name
        return run

    return register


def builtin_commands() -> list[Command]:
    """Return the built-in commands, sorted by name."""
    for module in _MODULES:
        import_module(f"nemochat.repl.commands.{module}")
    return [_COMMANDS[name] for name in sorted(_COMMANDS)]


def user_commands() -> Iterator[Command]:
    """Yield the user's own commands by name, without those that cannot be read."""
    for name, path in command_files().items():
        if name not in _NAMES:
            with suppress(UsageError):
                yield _load_user_command(name, path)


def all_commands() -> list[Command]:
    """Return the built-in commands, followed by the user's own."""
    return [*builtin_commands(), *user_commands()]


def conflicting_files() -> dict[str, Path]:
    """Return the files that are not used, because a built-in command has the same name."""
    return {name: path for name, path in command_files().items() if name in _NAMES}


def find(name: str) -> Command:
    """Return the command with this name or alias.

    Raises:
        UsageError: There is none, or its file cannot be read.
    """
    number = len(builtin_commands())
    if name in _NAMES:
        return _COMMANDS[_NAMES[name]]
    files = command_files()
    if name in files:
        return _load_user_command(name, files[name])
    near = nearest(name, [*_NAMES, *files])
    hint = f"Did you mean /{near[0]}?" if near else f"/help all lists all {number} commands"
    raise UsageError(f"there is no command {format_value('/' + name)}", hint)


def run(session: Session, line: str) -> str | Drawing:
    """Run the command in a line that begins with a slash, and return its output."""
    head, *rest = re.split(r"\s", line.removeprefix("/"), maxsplit=1)
    row = find(head.lower())
    for name, path in conflicting_files().items():
        if name not in session.past_notices:
            session.past_notices.add(name)
            session.screen.notice(f"/{name} is a built-in command: {path} is not used")
    try:
        return row.run(session, rest[0].strip() if rest else "")
    finally:
        session.show_store_notices()  # before the output: it explains an empty list


class UserCommand(NamedTuple):
    """A command of the user.

    Attributes:
        name: The word after the slash.
        path: Its file.
        summary: The comment in the first line of the file, otherwise the first line.
        text: The message that it sends, with placeholders for arguments.
    """

    name: str
    path: Path
    summary: str
    text: str

    @property
    def arguments(self) -> str:
        """Its arguments, as help shows them."""
        numbers = sorted({mark[3] for mark in re.finditer(_PLACEHOLDER, self.text) if mark[3]})
        return " ".join(f"${number}" for number in numbers) or "[ARGUMENTS]"

    def fill(self, argument: str) -> str:
        """Return the text with arguments in place of placeholders, or else below the text.

        Raises:
            UsageError: An argument is missing.
        """
        words = split_prose(argument)
        marks = list(re.finditer(_PLACEHOLDER, self.text))
        count = max((int(mark[3]) for mark in marks if mark[3]), default=0)
        if len(words) < count:
            many = count_noun(count, "argument")
            raise UsageError(f"/{self.name} needs {many}: ${len(words) + 1} is missing")

        def substitute(mark: re.Match[str]) -> str:
            if mark[1]:
                return "$"
            return argument if mark[2] else words[int(mark[3]) - 1]

        text = re.sub(_PLACEHOLDER, substitute, self.text)
        has_placeholder = any(mark[2] or mark[3] for mark in marks)
        return text if has_placeholder or not argument else f"{text}\n\n{argument}"


def command_files() -> dict[str, Path]:
    """Return the file of each user's command by name, sorted, if the name can be typed."""
    try:
        paths = sorted((directories().config / "commands").glob("*.md"))
    except (ConfigurationError, OSError):  # no home directory
        return {}
    return {
        path.stem.lower(): path for path in paths if re.fullmatch(_COMMAND_NAME, path.stem.lower())
    }


def read_command(name: str, path: Path) -> UserCommand:
    """Return the command in a file.

    Raises:
        UsageError: The file cannot be read, or contains no message.
    """
    text = read_text(path)
    summary = ""
    if comment := re.match(_COMMENT, text):
        summary, text = " ".join(comment[1].split()), text[comment.end() :]
    if not text.strip():
        raise UsageError(f"there is no message in {format_value(str(path), 100)}")
    return UserCommand(name, path, summary or first_line(text), text.strip("\n"))


def _load_user_command(name: str, path: Path) -> Command:
    user_command = read_command(name, path)

    def send(session: Session, argument: str) -> str:
        session.chat.say(build_question(session, read_command(name, path).fill(argument)))
        return ""

    text = f"{user_command.summary}\n\nYour own command, from `{path}`."
    return Command(name, user_command.arguments, (), send, text)
