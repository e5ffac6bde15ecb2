"""What all typer apps here have in common, and help that lists flags by topic."""

from __future__ import annotations

from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

ARGUMENTS = "Arguments"
COMMON = "Common"
CONVERSATION = "Conversation"
SAMPLING = "Sampling"
OUTPUT = "Output"
ENDPOINT = "Endpoint"
APPEARANCE = "Appearance"
DEBUGGING = "Debugging"
TOPICS = (
    ARGUMENTS,
    COMMON,
    CONVERSATION,
    SAMPLING,
    OUTPUT,
    ENDPOINT,
    APPEARANCE,
    DEBUGGING,
)
ClickContext = Any  # typer keeps these types of click private
ClickCommand = Any
HelpFormatter = Any


def create_app(
    cls: type[TyperGroup] | None = None, help_: str | None = None, epilog: str | None = None
) -> typer.Typer:
    """Return an app without commands; with one command and no callback, it is that command.

    Help is plain text: it wraps on narrow terminals, and reads well in pipes and aloud.

    Args:
        cls: The class of the group.
        help_: What the group does; None where a function says it.
        epilog: What its help ends with.
    """
    return typer.Typer(
        cls=cls,
        add_completion=False,  # completions/ holds static ones
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
        no_args_is_help=cls is None,
        context_settings={"help_option_names": ["-h", "--help"]},
        help=help_,
        epilog=epilog,
    )


def write_options(ctx: ClickContext, formatter: HelpFormatter) -> None:
    """Write a section for each topic, which is the `rich_help_panel` of its flags."""
    records: dict[str, list[tuple[str, str]]] = {topic: [] for topic in TOPICS}
    for param in ctx.command.get_params(ctx):
        record = param.get_help_record(ctx)
        if record is not None:
            records[getattr(param, "rich_help_panel", None) or COMMON].append(record)
    for topic, rows in records.items():
        if rows:
            with formatter.section(topic):
                formatter.write_dl(rows)


class TopicalCommand(TyperCommand):
    """Command whose help lists flags by topic."""

    def format_options(self, ctx: ClickContext, formatter: HelpFormatter) -> None:
        """Write the flags."""
        write_options(ctx, formatter)
