"""`nemochat` without a command, and the commands that run without the whole tree."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from nemochat.cli.asking import AskOptions
from nemochat.cli.given import CommonOptions
from nemochat.cli.options import add_common_options

COMMANDS = (
    "ask",
    "chats",
    "completions",
    "config",
    "doctor",
    "guide",
    "keys",
    "manual",
    "models",
    "profiles",
    "show",
)


def create_app() -> typer.Typer:
    """A tree of commands without any."""
    return typer.Typer(
        name="nemochat",
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
        no_args_is_help=False,
        context_settings={"help_option_names": ["-h", "--help"]},
        epilog="Examples: nemochat; nemochat ask 'What is a monad?'; git diff | nemochat ask"
        " 'Review'. More: nemochat manual, or nemochat --endpoint guide, which knows the pages of"
        " docs/.",
    )


def alone(arguments: Sequence[str]) -> typer.Typer | None:
    """The tree with just what a command line needs, if that is the chat or `ask`.

    To make all commands takes 60 million instructions, as much as to import typer: `ask` and the
    chat start without them. None where the whole tree is needed.
    """
    made = create_app()
    if arguments and arguments[0] == "ask":
        from nemochat.cli import asks

        made.command("ask", epilog=asks.ASK_EPILOG)(asks.ask)
        return made
    if set(arguments).isdisjoint((*COMMANDS, "-h", "--help")):
        made.callback(invoke_without_command=True)(chat)
        return made
    return None


@add_common_options
def chat(
    *,
    context: typer.Context,
    common: CommonOptions,
    script: Annotated[
        Path | None, typer.Option(metavar="FILE", help="play a file of lines and leave")
    ] = None,
    version: Annotated[bool, typer.Option("-V", "--version", help="show the version")] = False,
) -> int:
    """Chat with Mistral-Nemo in the terminal; in a pipe, ask what comes through it."""
    from nemochat.cli import streams

    if version:
        from nemochat import __version__

        typer.echo(f"nemochat {__version__}")
        return 0
    if context.invoked_subcommand is not None:
        return 0
    if script is None and not streams.is_input_terminal():
        from nemochat.cli.ask import ask as run

        return run([], common, AskOptions())
    from nemochat.cli.interactive import run_chat

    return run_chat(common, script)
