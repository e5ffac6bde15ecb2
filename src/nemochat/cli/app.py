"""Tree of all commands: the chat at its root, and what is imported when it is needed."""

from __future__ import annotations

import re
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup

from nemochat.cli.options import COMMON, CONVERSATION, TOPICS, CommonOptions, chat_options
from nemochat.errors import UsageError

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
                command.params += chat_options()
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
            if any(map(resembles_token, args)):
                hint = "`nemochat keys set` keeps a token; `nemochat ask` sends any words"
                raise UsageError("these words hold what looks like a token; nothing was sent", hint)
            end_of_flags = ["--"] if args[0].startswith("-") else []  # which typer has taken
            args = [ASK, *end_of_flags, *args]
        return super().resolve_command(ctx, args)

    def format_options(self, ctx: ClickContext, formatter: HelpFormatter) -> None:
        """Write the flags by topic, and the commands."""
        write_options(ctx, formatter)
        self.format_commands(ctx, formatter)


def resembles_token(word: str) -> bool:
    """Return whether a word looks like a secret that was meant for `keys set`."""
    pattern = r"(?:sk|pk|rk|gsk|hf|xai|ghp|key)[-_](?=.*[0-9])[A-Za-z0-9_-]{8,}"
    return re.fullmatch(pattern, word) is not None


def is_question(words: list[str]) -> bool:
    """Return whether words that begin with no command are a question: two, or one with blanks."""
    follows = len(words) > 1 and not words[1].startswith("-")
    return follows or any(map(str.isspace, words[0]))


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
    root.params += chat_options()
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
