"""Tree of all commands: the chat at its root, and what is imported when it is needed."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Annotated

import typer
from typer.core import TyperGroup

from nemochat.cli.commands import (
    COMMON,
    CONVERSATION,
    ClickCommand,
    ClickContext,
    HelpFormatter,
    create_app,
    write_options,
)
from nemochat.cli.options import CommonOptions, shared_options

ASK = "ask"
COMMANDS = {  # each with the app that it is, in the order of the help
    ASK: "ask:app",
    "chats": "groups.chats:chats_group",
    "config": "groups.config:config_group",
    "keys": "groups.keys:keys_group",
    "profiles": "groups.profiles:profiles_group",
    "models": "groups.models:app",
    "doctor": "groups.doctor:app",
    "show": "groups.show:app",
    "guide": "groups.guide:guide_group",
    "help": "groups.help_topics:app",
    "completions": "groups.shells:completions_app",
    "manual": "groups.shells:manual_app",
}
EPILOG = (
    "Examples: nemochat; nemochat 'What is a monad?'; git diff | nemochat ask 'Review'. More:"
    " nemochat help start, nemochat manual, or docs/start.md. The guide knows all pages of docs/:"
    " nemochat --endpoint guide"
)


class LazyGroup(TyperGroup):
    """Group that imports a command when it is looked up: `ask` loads none of the others.

    This is click's pattern for lazily loaded commands. Words that name no command are a question.
    """

    def list_commands(self, ctx: ClickContext) -> list[str]:
        """Return the names of all commands, loaded or not."""
        return list(dict.fromkeys([*COMMANDS, *super().list_commands(ctx)]))

    def get_command(self, ctx: ClickContext, cmd_name: str) -> ClickCommand | None:
        """Return the command of this name, imported now if it was not before."""
        if cmd_name in COMMANDS and cmd_name not in self.commands:
            module, _, app = COMMANDS[cmd_name].partition(":")
            command = typer.main.get_command(getattr(import_module(f"nemochat.cli.{module}"), app))
            if cmd_name == ASK:
                command.params += shared_options()
            self.commands[cmd_name] = command
        return super().get_command(ctx, cmd_name)

    def parse_args(self, ctx: ClickContext, args: list[str]) -> list[str]:
        """Parse the whole command line, with its optional and double values joined."""
        return super().parse_args(ctx, join_values(args))

    def resolve_command(
        self, ctx: ClickContext, args: list[str]
    ) -> tuple[str | None, ClickCommand | None, list[str]]:
        """Return the command that the first word names; other words are a question for `ask`."""
        if args[0] not in COMMANDS:
            if not is_question(args):
                from nemochat.cli.suggestions import no_such_command

                raise no_such_command(args[0], COMMANDS)
            end_of_flags = ["--"] if args[0].startswith("-") else []  # which typer has taken
            args = [ASK, *end_of_flags, *args]
        return super().resolve_command(ctx, args)

    def format_options(self, ctx: ClickContext, formatter: HelpFormatter) -> None:
        """Write the flags by topic, and the commands."""
        write_options(ctx, formatter)
        self.format_commands(ctx, formatter)


def is_question(words: list[str]) -> bool:
    """Return whether words that begin with no command are a question: two, or one with blanks."""
    follows = len(words) > 1 and not words[1].startswith("-")
    return follows or len(words[0].split()) > 1


def join_values(arguments: list[str]) -> list[str]:
    """Return a command line in which every flag that takes a value takes one.

    `-o NAME VALUE`, as in other programs, becomes `-o NAME=VALUE`; `-x` that no number follows
    becomes `--extract=1`.
    """
    joined: list[str] = []
    waiting = arguments[::-1]
    while waiting:
        word = waiting.pop()
        if word == "--":
            return [*joined, word, *waiting[::-1]]
        if word in {"-x", "--extract"}:
            number = waiting.pop() if waiting and waiting[-1].isdecimal() else "1"
            word = f"--extract={number}"
        joined.append(word)
        if word in {"-o", "--option"} and waiting:
            name = waiting.pop()
            value = waiting.pop() if waiting and "=" not in name else ""
            joined.append(name if "=" in name else f"{name}={value}")
    return joined


@cache
def root_command() -> LazyGroup:
    """Return the tree."""
    app = create_app(LazyGroup, epilog=EPILOG)
    app.callback(invoke_without_command=True, help=chat.__doc__)(chat)
    root = typer.main.get_command(app)
    assert isinstance(root, LazyGroup)
    root.params += shared_options()
    return root


def chat(
    *,
    context: typer.Context,
    script: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="play a file of lines and leave", rich_help_panel=CONVERSATION
        ),
    ] = None,
    version: Annotated[
        bool,
        typer.Option("-V", "--version", help="show the version", rich_help_panel=COMMON),
    ] = False,
) -> int:
    """Chat with Mistral-Nemo in the terminal; in a pipe, ask what comes through it."""
    from nemochat.cli import streams

    if version:
        from nemochat import __version__

        typer.echo(f"nemochat {__version__}")
        raise typer.Exit
    if context.invoked_subcommand is not None:
        return 0
    common = context.ensure_object(CommonOptions)
    if script is None and not streams.is_input_terminal():
        from nemochat.cli.ask import answer
        from nemochat.cli.ask_options import AskOptions

        return answer([], common, AskOptions())
    from nemochat.cli.interactive import run_chat

    return run_chat(common, script)
