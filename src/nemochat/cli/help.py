"""Help pages: usage, flags by topic, commands, examples, and where to read on."""

from __future__ import annotations

import shutil
from typing import Any

from typer.core import TyperArgument, TyperGroup, TyperOption

ARGUMENTS = "Arguments"
FLAGS = "Flags"  # all other flags
COMMON = "Common"
CONVERSATION = "Conversation"
SAMPLING = "Sampling"
OUTPUT = "Output"
ENDPOINT = "Endpoint"
APPEARANCE = "Appearance"
DEBUGGING = "Debugging"
TOPICS = (  # in the order of the help
    ARGUMENTS,
    COMMON,
    FLAGS,
    CONVERSATION,
    SAMPLING,
    OUTPUT,
    ENDPOINT,
    APPEARANCE,
    DEBUGGING,
)
HELP_FLAG = (("-h", "--help"), "show this help")
MAX_WIDTH = 78  # columns
MIN_WIDTH = 20  # columns
NARROW_WIDTH = 60  # columns up to which long flags have lines of their own

ClickCommand = Any  # typer keeps these types of click private
ClickContext = Any
HelpFormatter = Any
Row = tuple[str, str]  # a term and its explanation


def write_help(command: ClickCommand, ctx: ClickContext, formatter: HelpFormatter) -> None:
    """Write the help of a command, as plain text that fits the terminal.

    Plain text wraps on narrow terminals and reads well in pipes and aloud.
    """
    formatter.width = max(min(shutil.get_terminal_size().columns - 2, MAX_WIDTH), MIN_WIDTH)
    formatter.write_text(f"Usage: {ctx.command_path} {describe_usage(command)}")
    formatter.write_paragraph()
    with formatter.indentation():
        formatter.write_text(command.help)
    rows = _list_rows(command)
    for topic in TOPICS:
        _write_section(formatter, topic, rows.get(topic, []))
    if isinstance(command, TyperGroup):
        names = command.list_commands(ctx)
        commands = [(name, command.get_command(ctx, name)) for name in names]
        summaries = [(name, summarize(each.help)) for name, each in commands if each]
        _write_section(formatter, "Commands", summaries)
    if command.epilog:
        examples, _, more = command.epilog.partition("\n\n")
        with formatter.section("Examples" if "\n" in examples else "Example"):
            for example in examples.splitlines():
                formatter.write_text(example)
        formatter.write_paragraph()
        formatter.write_text(more)


def summarize(help_: str | None) -> str:
    """Return the first line of a help text, without its full stop."""
    return (help_ or "").partition("\n")[0].removesuffix(".")


def name_argument(argument: TyperArgument) -> str:
    """Return an argument as the usage line shows it; optional ones are in brackets."""
    name = argument.metavar or argument.human_readable_name.upper()
    return name if argument.required else f"[{name}]"


def name_option(option: TyperOption) -> str:
    """Return all spellings of a flag and its value, the short ones first."""
    names = ", ".join(sorted(option.opts, key=len))
    if option.secondary_opts:
        names += f" / {', '.join(option.secondary_opts)}"
    return names if option.is_flag else f"{names} {option.metavar}"


def describe_usage(command: ClickCommand) -> str:
    """Return what follows the name of a command on its usage line."""
    if isinstance(command, TyperGroup):
        return "[FLAGS] [COMMAND | QUESTION…]" if command.invoke_without_command else "COMMAND"
    flags = ["[FLAGS]"] if any(isinstance(each, TyperOption) for each in command.params) else []
    arguments = [each for each in command.params if isinstance(each, TyperArgument)]
    return " ".join([*flags, *map(name_argument, arguments)])


def _list_rows(command: ClickCommand) -> dict[str, list[Row]]:
    """Return the rows of each topic, which is the `rich_help_panel` of arguments and flags."""
    rows: dict[str, list[Row]] = {}
    for each in command.params:
        if isinstance(each, TyperArgument) and each.help:
            name = each.metavar or each.human_readable_name.upper()
            rows.setdefault(ARGUMENTS, []).append((name, each.help))
        elif isinstance(each, TyperOption):
            topic = each.rich_help_panel or FLAGS
            rows.setdefault(topic, []).append((name_option(each), each.help or ""))
    names, help_ = HELP_FLAG
    rows.setdefault(COMMON if COMMON in rows else FLAGS, []).append((", ".join(names), help_))
    return rows


def _write_section(formatter: HelpFormatter, title: str, rows: list[Row]) -> None:
    if rows:
        with formatter.section(title):
            formatter.write_dl(rows, col_max=30 if formatter.width > NARROW_WIDTH else 12)
