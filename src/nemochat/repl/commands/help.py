"""Commands that explain, and that leave."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator

from nemochat.errors import UsageError
from nemochat.guide import knowledge
from nemochat.repl import registry
from nemochat.repl.registry import command
from nemochat.repl.session import Session
from nemochat.repl.tables import escape_markdown
from nemochat.screen.drawing import NARROW_COLUMNS

ALL = "all"  # what /help takes for a list of all commands
_BEGINNER_COMMANDS = (
    "clear retry undo edit file system set model list load copy exit"  # what newcomers need
)
_INTRODUCTION = (
    "What you type is asked: Enter sends it, Ctrl-C stops the answer. Commands to begin with:"
)


def _help_choices(_session: Session) -> Iterator[tuple[str, str]]:
    yield ALL, "all commands"
    for each in registry.all_commands():
        yield each.name, each.summary
    yield from knowledge.topics().items()


@command("[COMMAND or TOPIC]", aliases=("?", "h"), choices=_help_choices)
def help_(_session: Session, argument: str) -> str:
    """Explain a command or a topic; alone, tell where to begin.

    `/help all` lists all commands, a line each.
    """
    if not argument:
        return _overview()
    topic = argument.lower()
    if topic == ALL:
        return f"{_format_commands(registry.builtin_commands())}\n\n{_user_command_list()}".rstrip(
            "\n"
        )
    page = knowledge.topic(topic) if topic in knowledge.topics() else ""
    try:
        row = registry.find(argument.removeprefix("/"))
    except UsageError:
        if not page:
            raise
        return page
    return f"{page}\nThe command:\n\n{command_help(row)}" if page else command_help(row)


@command(aliases=("quit", "bye", "q"))
def exit_(_session: Session, _argument: str) -> str:
    """Leave; the conversation is saved already."""
    raise EOFError


def command_help(row: registry.Command) -> str:
    """One command's help as Markdown."""
    names = ", ".join(f"`/{alias}`" for alias in row.aliases)
    also = f"\n\nAlso: {names}." if names else ""
    return f"`{row.usage}`\n\n{row.help}{also}"


def command_table() -> str:
    """All commands as a Markdown table, as the documentation shows it."""
    rows = [
        f"| `{each.usage}` | {each.summary} | {' '.join(f'`/{a}`' for a in each.aliases)} |"
        for each in registry.builtin_commands()
    ]
    return "\n".join(["| command | what it does | also |", "|---|---|---|", *rows])


def _user_command_list() -> str:
    """The commands of one's own, and the files that are none."""
    lines = [
        f"- `{each.usage}`: {escape_markdown(each.summary)}" for each in registry.user_commands()
    ]
    lines += [
        f"- `/{name}` is a command already: its file is not used"
        for name in registry.conflicting_files()
    ]
    return "\n".join(["Your own:", "", *lines, "", ""]) if lines else ""


def _overview() -> str:
    topics = "\n".join(
        f"- {title}: {', '.join(f'`{name}`' for name in names)}"
        for title, names in knowledge.groups().items()
    )
    first = _format_commands(map(registry.find, _BEGINNER_COMMANDS.split()))
    number = len(list(registry.builtin_commands()))
    more = (
        f"`/help {ALL}` lists all {number} commands; `/help COMMAND` and `/help TOPIC` tell more."
        " The topics:"
    )
    return f"{_INTRODUCTION}\n\n{first}\n\n{_user_command_list()}{more}\n\n{topics}"


def _format_commands(commands: Iterable[registry.Command]) -> str:
    """Commands, a line each: a table, or a list where that would be torn."""
    rows = [(f"`/{each.name}`", each.brief) for each in commands]
    if shutil.get_terminal_size().columns < NARROW_COLUMNS:
        return "\n".join(f"- {name}: {brief}" for name, brief in rows)
    lines = [f"| {name} | {brief} |" for name, brief in rows]
    return "\n".join(["| command | what it does |", "|---|---|", *lines])
