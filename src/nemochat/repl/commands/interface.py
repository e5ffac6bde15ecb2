"""Commands about the interface: help, exit, rendering, theme, multi-line input, pastes, editor."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator

from nemochat.config.settings import THEME_NAMES
from nemochat.core.parameters import OneOf
from nemochat.core.text import count_noun, format_value
from nemochat.errors import UsageError
from nemochat.files import to_code_block
from nemochat.guide import knowledge
from nemochat.repl import registry
from nemochat.repl.registry import command
from nemochat.repl.session import Session
from nemochat.repl.tables import escape_markdown, markdown_table
from nemochat.screen.drawing import NARROW_COLUMNS

ALL = "all"  # the argument of /help that lists all commands
_BEGINNER_COMMANDS = "clear retry undo edit file system set model list load copy exit"
_INTRODUCTION = "Type a message and press Enter; Ctrl-C stops the answer. Commands to begin with:"
_RENDER_MODES = {"markdown": "formatted", "raw": "as the model writes them"}
_THEME_CHOICES = {
    "auto": "dark or light, like the terminal's background",
    "ansi": "the terminal's own sixteen colours",
    "dark": "for a dark background",
    "light": "for a light background",
    "mono": "bold, dim, italic and underline, without colours",
}
_MULTILINE_CHOICES = {
    "on": "Enter inserts a new line; Alt-Enter or Ctrl-J sends",
    "off": "Enter sends; Alt-Enter or Ctrl-J inserts a new line",
}
_MAX_PASTES = 3


def _help_choices(_session: Session) -> Iterator[tuple[str, str]]:
    yield ALL, "all commands"
    for each in registry.all_commands():
        yield each.name, each.summary
    yield from knowledge.topics().items()


@command("[COMMAND or TOPIC]", aliases=("?", "h"), choices=_help_choices)
def help_(_session: Session, argument: str) -> str:
    """Explain a command or a topic; without an argument, show where to begin.

    `/help all` lists all commands.
    """
    if not argument:
        return _overview()
    topic = argument.lower()
    if topic == ALL:
        return f"{_format_commands(registry.builtin_commands())}\n\n{_user_command_list()}".rstrip()
    page = knowledge.topic(topic) if topic in knowledge.topics() else ""
    try:
        row = registry.find(argument.removeprefix("/"))
    except UsageError:
        if not page:
            raise
        return page
    return f"{page}\nThe command:\n\n{command_help(row)}" if page else command_help(row)


def command_help(row: registry.Command) -> str:
    """Return the help of a command as Markdown."""
    names = ", ".join(f"`/{alias}`" for alias in row.aliases)
    also = f"\n\nAlso: {names}." if names else ""
    return f"`{row.usage}`\n\n{row.help}{also}"


def command_table() -> str:
    """Return all commands as a Markdown table for the documentation."""
    rows = (
        (f"`{each.usage}`", each.summary, " ".join(f"`/{alias}`" for alias in each.aliases))
        for each in registry.builtin_commands()
    )
    return markdown_table(("command", "what it does", "also"), rows)


def _user_command_list() -> str:
    """Return the user's own commands, and the files that are not used, as a list."""
    lines = [
        f"- `{each.usage}`: {escape_markdown(each.summary)}" for each in registry.user_commands()
    ]
    lines += [
        f"- `/{name}` is a built-in command: your file is not used"
        for name in registry.conflicting_files()
    ]
    return "\n".join(["Your own commands:", "", *lines, "", ""]) if lines else ""


def _overview() -> str:
    topics = "\n".join(
        f"- {title}: {', '.join(f'`{name}`' for name in names)}"
        for title, names in knowledge.groups().items()
    )
    beginner = _format_commands(map(registry.find, _BEGINNER_COMMANDS.split()))
    number = len(registry.builtin_commands())
    more = (
        f"`/help {ALL}` lists all {number} commands; `/help COMMAND` and `/help TOPIC` explain one."
        " The topics:"
    )
    return f"{_INTRODUCTION}\n\n{beginner}\n\n{_user_command_list()}{more}\n\n{topics}"


def _format_commands(commands: Iterable[registry.Command]) -> str:
    """Return commands as a table, or as a list on a narrow terminal."""
    rows = [(f"`/{each.name}`", each.brief) for each in commands]
    if shutil.get_terminal_size().columns < NARROW_COLUMNS:
        return "\n".join(f"- {name}: {brief}" for name, brief in rows)
    return markdown_table(("command", "what it does"), rows)


@command(aliases=("quit", "bye", "q"))
def exit_(_session: Session, _argument: str) -> str:
    """Leave the chat; the conversation is already saved."""
    raise EOFError


@command("[raw or markdown]", choices=lambda _: _RENDER_MODES.items())
def render(session: Session, argument: str) -> str:
    """Show answers as raw Markdown, or formatted, from the next one on.

    Without an argument, show which. The setting `render` and the flag `--raw` set it for every
    chat.
    """
    if argument and argument not in _RENDER_MODES:
        raise UsageError(f"/render takes raw or markdown, not {format_value(argument)}")
    if argument:
        session.screen.set_raw(raw=argument == "raw")
    mode = "raw" if session.screen.raw else "markdown"
    return f"Answers are shown {_RENDER_MODES[mode]} (`{mode}`)."


@command("[NAME]", choices=lambda _: _THEME_CHOICES.items())
def theme(session: Session, argument: str) -> str:
    """Show the colour theme, or use another one from the next answer on.

    The themes are `ansi`, `dark`, `light` and `mono`; `auto` chooses by the terminal's background.
    The setting `theme` sets it for every chat.
    """
    names = OneOf(("auto", *THEME_NAMES))
    try:
        name = str(names.parse(argument)) if argument else ""
    except ValueError:
        raise UsageError(f"/theme takes {names}, not {format_value(argument)}") from None
    current = session.screen.theme(name)
    return f"The theme is `{current}`: {_THEME_CHOICES[current]}."


@command("[on or off]", choices=lambda _: _MULTILINE_CHOICES.items())
def multiline(session: Session, argument: str) -> str:
    """Let Enter insert a new line, and Alt-Enter or Ctrl-J send; repeat it to swap them back.

    Enter still runs a one-line command.
    """
    if argument not in {"", *_MULTILINE_CHOICES}:
        raise UsageError(f"/multiline takes on, off or nothing, not {format_value(argument)}")
    session.multiline = argument == "on" if argument else not session.multiline
    return f"{_MULTILINE_CHOICES['on' if session.multiline else 'off']}."


@command("[show]", choices=lambda _: [("show", "the last pastes, in full")])
def paste(session: Session, argument: str) -> str:
    """Show the last folded pastes: those of more than 20 lines, which are sent in full."""
    if argument not in {"", "show"}:
        raise UsageError(f"/paste takes show or nothing, not {format_value(argument)}")
    pastes = session.pastes.list_pastes()
    if not pastes:
        return "There are no folded pastes."
    parts = [f"`{mark}`\n\n{to_code_block(text)}" for mark, text in pastes[:_MAX_PASTES]]
    left = len(pastes) - len(parts)
    parts += [f"{count_noun(left, 'earlier paste')} not shown."] if left else []
    return "\n\n".join(parts)


@command("[TEXT]")
def editor(session: Session, argument: str) -> str:
    """Write the next message in your editor, then send it from the prompt.

    `VISUAL` or `EDITOR` names the editor. Ctrl-X Ctrl-E and Ctrl-G open it with the text on the
    prompt.
    """
    session.draft = session.edit_text(argument)
    return "" if session.draft else "Nothing was written."
