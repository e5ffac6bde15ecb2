"""Specifications of all commands, read from typer for completions and the manual page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import typer
from typer.core import TyperArgument, TyperCommand, TyperGroup, TyperOption

from nemochat.cli.help import HELP_FLAG, describe_usage, summarize
from nemochat.config import endpoints, load
from nemochat.config.settings import SETTINGS
from nemochat.core import parameters

Command = TyperCommand | TyperGroup
FILE, CHATS, PROFILES, ENDPOINTS, MODELS = "file", "chats", "profiles", "endpoints", "models"
SHELLS = ("bash", "zsh", "fish")

_BY_METAVAR = {"FILE": FILE, "CHAT": CHATS, "ENDPOINT": ENDPOINTS}
_BY_FLAG = {
    "--system": FILE,
    "--ca-bundle": FILE,
    "--endpoint": ENDPOINTS,
    "--model": MODELS,
    "--profile": PROFILES,
}
_BY_PATH: Mapping[tuple[str, ...], str] = {("profiles", "show"): PROFILES}
_WORDS = {
    ENDPOINTS: tuple(row.name for row in endpoints.TABLE),
    MODELS: tuple(dict.fromkeys(row.model for row in endpoints.TABLE)),
}
_SETTINGS = (
    *((each.name, each.help) for each in SETTINGS),
    *((f"{load.SECTION}.{each.name}", each.help) for each in parameters.TABLE),
)
_ENDPOINTS = tuple((row.name, row.about) for row in endpoints.TABLE if row.name != endpoints.GUIDE)
_ARGUMENTS: Mapping[tuple[str, ...], tuple[tuple[str, str], ...]] = {  # static completions
    ("completions",): tuple((shell, "") for shell in SHELLS),
    **{("config", verb): _SETTINGS for verb in ("get", "set", "unset")},
    **{("keys", verb): _ENDPOINTS for verb in ("set", "remove")},
}


@dataclass(frozen=True, slots=True)
class Flag:
    """Flag of a command.

    Attributes:
        names: Its spellings.
        help: What it does.
        value: Its value, as the help writes it; "" if it has none.
        kind: What completes its value: `FILE`, `CHATS` and so on, or "".
        words: Known values.
    """

    names: tuple[str, ...]
    help: str
    value: str = ""
    kind: str = ""
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CommandSpec:
    """Command and its flags.

    Attributes:
        path: The words after `nemochat` that name it.
        help: What it does.
        epilog: Examples, a blank line, and where to read on.
        flags: Its flags.
        usage: What follows its name on the usage line.
        kind: What completes its arguments: `FILE`, `CHATS` and so on, or "".
        words: Known words that may follow, each with a description.
    """

    path: tuple[str, ...]
    help: str
    epilog: str
    flags: tuple[Flag, ...]
    usage: str
    kind: str
    words: tuple[tuple[str, str], ...]


def list_commands(root: TyperGroup) -> list[CommandSpec]:
    """Return every command, each before those below it."""
    return list(_walk((), root))


def _walk(path: tuple[str, ...], command: Command) -> Iterator[CommandSpec]:
    below = dict(sorted(_subcommands(command).items()))
    options = [each for each in command.params if isinstance(each, TyperOption)]
    arguments = [each for each in command.params if isinstance(each, TyperArgument)]
    metavar = arguments[0].metavar or "" if arguments else ""
    words = _ARGUMENTS.get(path) or tuple((n, summarize(each.help)) for n, each in below.items())
    yield CommandSpec(
        path,
        command.help or "",
        command.epilog or "",
        (*map(_read_flag, options), Flag(*HELP_FLAG)),
        describe_usage(command),
        _BY_PATH.get(path) or _BY_METAVAR.get(metavar.rstrip("…"), ""),
        words,
    )
    for name, each in below.items():
        yield from _walk((*path, name), each)


def _subcommands(command: Command) -> dict[str, Command]:
    """Return the commands of a group by name; {} for another command."""
    if not isinstance(command, TyperGroup):
        return {}
    context = typer.Context(command)
    commands = {name: command.get_command(context, name) for name in command.list_commands(context)}
    return {n: each for n, each in commands.items() if isinstance(each, TyperCommand | TyperGroup)}


def _read_flag(option: TyperOption) -> Flag:
    if option.is_flag:
        return Flag((*option.opts, *option.secondary_opts), option.help or "")
    value = option.metavar or "VALUE"
    kind = _BY_FLAG.get(option.opts[-1]) or _BY_METAVAR.get(value.partition("|")[0], "")
    words = _WORDS.get(kind, ()) if kind else tuple(value.split("|")) if "|" in value else ()
    return Flag(tuple(option.opts), option.help or "", value, kind, words)
