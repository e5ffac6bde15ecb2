"""Tree of commands: the chat at its root, and every command, imported when it is needed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer
from typer.core import TyperCommand, TyperGroup

from nemochat.cli.ask_options import AskOptions, ask_flags
from nemochat.cli.help import (
    COMMON,
    CONVERSATION,
    ClickCommand,
    ClickContext,
    HelpFormatter,
    write_help,
)
from nemochat.cli.options import (
    CommonOptions,
    appearance_options,
    chat_options,
    endpoint_options,
)
from nemochat.errors import UsageError

ASK = "ask"
COMMANDS = {  # the app of each, in the order of the help
    ASK: "ask:app",
    "chats": "groups.chats:chats_group",
    "config": "groups.config:config_group",
    "keys": "groups.keys:keys_group",
    "profiles": "groups.config:profiles_group",
    "models": "groups.endpoints:models_app",
    "doctor": "groups.doctor:app",
    "show": "groups.pages:show_app",
    "guide": "groups.endpoints:guide_group",
    "help": "groups.pages:help_app",
    "completions": "groups.shells:completions_app",
    "manual": "groups.shells:manual_app",
}
SHARED_FLAGS: dict[str, Callable[[], Iterable[Any]]] = {
    # the shared flags that the help of a command lists with its own
    ASK: lambda: (*ask_flags(), *chat_options()),
    "models": endpoint_options,
    "doctor": endpoint_options,
    "show": appearance_options,
}
EXAMPLES = """\
nemochat
nemochat 'What is a monad?'
git diff | nemochat ask 'Review this'
nemochat --endpoint guide 'How do I save a chat?'"""
_PRECEDED_BY_DASHES = "nemochat.preceded_by_dashes"  # in the meta data of the context

Function = TypeVar("Function", bound=Callable[..., Any])


class Command(TyperCommand):
    """Command with our help page; it accepts the flags for appearance, as every command does."""

    def get_params(self, ctx: ClickContext) -> list[Any]:
        """Return its arguments and flags."""
        return _add_appearance(super().get_params(ctx))

    def format_help(self, ctx: ClickContext, formatter: HelpFormatter) -> None:
        """Write the help page."""
        write_help(self, ctx, formatter)


class Group(TyperGroup):
    """Group of commands with our help page."""

    def get_params(self, ctx: ClickContext) -> list[Any]:
        """Return its flags."""
        return _add_appearance(super().get_params(ctx))

    def format_help(self, ctx: ClickContext, formatter: HelpFormatter) -> None:
        """Write the help page."""
        write_help(self, ctx, formatter)


def _add_appearance(params: list[Any]) -> list[Any]:
    return [*params, *(option for option in appearance_options() if option not in params)]


class App(typer.Typer):
    """App whose commands say where to read on.

    Attributes:
        topic: The topic of `nemochat help` that its help pages name.
    """

    topic: str

    def command(
        self,
        name: str | None = None,
        *,
        example: str = "",
        topic: str = "",
        **settings: Any,
    ) -> Callable[[Function], Function]:
        """Return a decorator that adds a command.

        Args:
            name: The name, if it is not the function's.
            example: Command lines, one per line.
            topic: The topic to read on, if it is not the app's.
            settings: As for typer.
        """
        settings.setdefault("cls", Command)
        epilog = _compose_epilog(topic or self.topic, example)
        return super().command(name, epilog=epilog, **settings)


def create_app(
    topic: str,
    *,
    cls: type[Group] = Group,
    help_: str | None = None,
    examples: str = "",
) -> App:
    """Return an app without commands.

    An app with one command and no callback behaves as that command.

    Args:
        topic: The topic of `nemochat help` that its help pages name.
        cls: The class of the group.
        help_: What the group does; None to use the callback's docstring.
        examples: Command lines at the end of the group's help, one per line.
    """
    app = App(
        cls=cls,
        add_completion=False,  # completions/ holds static ones
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
        no_args_is_help=cls is Group,
        context_settings={"help_option_names": ["-h", "--help"]},
        help=help_,
        epilog=_compose_epilog(topic, examples),
    )
    app.topic = topic
    return app


def _compose_epilog(topic: str, examples: str) -> str:
    """Return the end of a help page: one example per line, and where to read on."""
    if topic in COMMANDS:  # `help ask` is the help of the command, `help topic ask` the topic
        topic = f"topic {topic}"
    return f"{examples}\n\nMore: nemochat help {topic}"


class LazyGroup(Group):
    """Group that imports a command when it is looked up: `ask` loads none of the others.

    This is click's pattern for lazily loaded commands. Words that name no command can be a
    question.
    """

    def list_commands(self, ctx: ClickContext) -> list[str]:
        """Return the names of all commands, loaded or not."""
        return list(dict.fromkeys([*COMMANDS, *super().list_commands(ctx)]))

    def get_command(self, ctx: ClickContext, cmd_name: str) -> ClickCommand | None:
        """Return the command of this name, importing it if needed."""
        if cmd_name in COMMANDS and cmd_name not in self.commands:
            module, _, app = COMMANDS[cmd_name].partition(":")
            command = typer.main.get_command(getattr(import_module(f"nemochat.cli.{module}"), app))
            command.params += SHARED_FLAGS.get(cmd_name, list)()
            self.commands[cmd_name] = command
        return super().get_command(ctx, cmd_name)

    def parse_args(self, ctx: ClickContext, args: list[str]) -> list[str]:
        """Parse the command line after `join_values`; return all that follows the first word."""
        words = join_values(args)
        rest = super().parse_args(ctx, [*words])
        ctx.meta[_PRECEDED_BY_DASHES] = is_preceded_by_dashes(words, rest)
        return rest

    def resolve_command(
        self, ctx: ClickContext, args: list[str]
    ) -> tuple[str | None, ClickCommand | None, list[str]]:
        """Return the command that the first word names; other words are a question for `ask`."""
        if args[0] not in COMMANDS:
            if ctx.meta[_PRECEDED_BY_DASHES]:
                args = ["--", *args]
            if not is_question(ctx, self.get_command(ctx, ASK), args):
                from nemochat.cli.suggestions import no_such_command

                raise no_such_command(args[-1] if args[0] == "--" else args[0], COMMANDS)
            if any(map(resembles_token, args)):
                hint = "To save a token, run nemochat keys set; to send the words, use nemochat ask"
                raise UsageError("one of these words looks like a token; nothing was sent", hint)
            args = [ASK, *args]
        return super().resolve_command(ctx, args)


def is_preceded_by_dashes(words: list[str], rest: list[str]) -> bool:
    """Return whether `--` is before the word that `rest`, the end of `words`, follows."""
    first = len(words) - len(rest) - 1
    return first > 0 and words[first - 1] == "--"


def resembles_token(word: str) -> bool:
    """Return whether a word looks like a token that was meant for `keys set`."""
    pattern = r"(?:sk|pk|rk|gsk|hf|xai|ghp|key)[-_](?=.*[0-9])[A-Za-z0-9_-]{8,}"
    return re.fullmatch(pattern, word) is not None


def is_question(ctx: ClickContext, ask: ClickCommand, words: list[str]) -> bool:
    """Return whether words, the first of which is no command, are a question.

    Several words are a question, and so is a single one with white space. Another single word is
    more likely a mistyped command, which must not cost a request. Flags and their values do not
    count as words. As everywhere, `--` ends the flags: all that follows it are words.

    A word with a dash before that is a flag, also amid a question, because
    `nemochat what is this -t 0` sets the temperature. If `ask` has no such flag, it refuses the
    question and says how to put `--` before it.
    """
    dashes = words.index("--") if "--" in words else len(words)
    parser = ask.make_parser(typer.Context(ask, parent=ctx, resilient_parsing=True))
    parser.ignore_unknown_options = True
    arguments = parser.parse_args(words[:dashes])[0]["words"] or ()
    question_words = [word for word in arguments if not word.startswith("-")] + words[dashes + 1 :]
    return len(question_words) > 1 or any(map(str.isspace, "".join(question_words)))


def join_values(arguments: list[str]) -> list[str]:
    """Return a command line on which each flag that may have a value has one.

    `-o NAME VALUE`, a habit from other programs, becomes `-o NAME=VALUE`; `-x` without a number
    becomes `-x1`.
    """
    joined: list[str] = []
    waiting = arguments[::-1]
    while waiting:
        word = waiting.pop()
        if word == "--":
            return [*joined, word, *waiting[::-1]]
        if word in {"-x", "--extract"}:
            number = waiting.pop() if waiting and waiting[-1].isdecimal() else "1"
            word = f"-x{number}" if word == "-x" else f"{word}={number}"
        joined.append(word)
        if word in {"-o", "--option"} and waiting:
            name = waiting.pop()
            value = waiting.pop() if waiting and "=" not in name else ""
            joined.append(name if "=" in name else f"{name}={value}")
    return joined


@cache
def root_command() -> LazyGroup:
    """Return the tree of commands."""
    app = create_app("topics", cls=LazyGroup, examples=EXAMPLES)
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
            metavar="FILE", help="run the lines of a file and exit", rich_help_panel=CONVERSATION
        ),
    ] = None,
    version: Annotated[
        bool,
        typer.Option("-V", "--version", help="show the version", rich_help_panel=COMMON),
    ] = False,
) -> int:
    """Chat with Mistral Nemo in the terminal, or answer piped text."""
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

        return answer([], common, AskOptions())
    from nemochat.cli.interactive import run_chat

    return run_chat(common, script)
