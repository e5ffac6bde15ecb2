"""Usage errors in our own words, each with what to type instead."""

from __future__ import annotations

import shlex
from collections.abc import Iterable
from typing import Any

import typer
from typer.core import TyperArgument, TyperGroup, TyperOption

from nemochat.cli.app import ASK
from nemochat.cli.help import ClickCommand, ClickContext, name_argument, name_option
from nemochat.core.text import format_value, nearest
from nemochat.errors import UsageError

ClickParameter = Any  # typer keeps this type of click private

_CUTOFF = 0.75  # minimum similarity of a suggestion
_MIN_PREFIX_LENGTH = 3  # characters of the beginning of a flag
_MAX_PROPOSAL_LENGTH = 80  # characters of a suggested command line
_KEYS_HINT = "Other users can see a flag; nemochat keys set saves a token"
_TOKEN_FLAGS = {"--api-key", "--api-token", "--api_key", "--apikey", "--key", "--token"}
_CHAT_NAMES = {"chat", "open", "repl", "run", "start", "talk"}
_OTHER_NAMES = {  # commands, and what other programs call them
    "--version": "version",
    "chats list": "history list log logs ls sessions",
    "chats search": "find grep search",
    "chats export": "export",
    "chats import": "import",
    "config set": "configure set",
    "guide serve": "serve",
    "keys set": "auth init key login setup token",
    "profiles list": "presets role template templates",
}
_OTHER_SUBCOMMAND_NAMES = {
    "chats delete": "remove rm",
    "chats list": "ls",
    "chats rename": "mv name",
    "chats search": "find grep",
    "chats show": "cat get log logs view",
    "config check": "test validate",
    "config edit": "open",
    "config show": "list ls view",
    "config unset": "delete remove rm",
    "keys remove": "delete rm unset",
    "keys set": "add save",
    "keys status": "get list ls path show",
    "profiles edit": "add create new set",
    "profiles show": "cat get view",
}


def no_such_command(name: str, commands: Iterable[str]) -> UsageError:
    """Return the error for a single word that is not a command of `nemochat`."""
    question = shlex.join(["nemochat", "ask", name])
    near = [command for command, names in _OTHER_NAMES.items() if name in names.split()]
    if name in _CHAT_NAMES:
        hint = "Run nemochat without arguments to open the chat"
    elif near := near or _find_near(name, commands):
        hint = f"Did you mean nemochat {near[0]}?"
    elif len(question) <= _MAX_PROPOSAL_LENGTH:
        hint = f"To ask it as a question: {question}"
    else:
        hint = "To ask a question: nemochat ask …"
    return UsageError(f"there is no command {format_value(name, typed=False)}", hint)


def _find_near(name: str, names: Iterable[str]) -> list[str]:
    """Return the names with the same letters, or else the most similar one."""
    names = list(names)
    swapped = [each for each in names if sorted(each) == sorted(name)]
    return swapped or nearest(name, names, cutoff=_CUTOFF)


def explain_usage_error(error: typer.TyperException) -> UsageError:
    """Return the error for what typer cannot parse, distinguished by the class of its error."""
    context: ClickContext = getattr(error, "ctx", None)
    path = context.command_path if context else "nemochat"
    message, flag = error.format_message(), getattr(error, "option_name", "")
    match type(error).__name__:
        case "NoSuchOption":
            return _no_such_flag(flag, context)
        case "BadOptionUsage" if "not take a value" in message:
            return UsageError(f"{flag} takes no value")
        case "BadOptionUsage":
            return UsageError(f"{flag} needs a value")
        case "MissingParameter":
            return _missing_parameter(getattr(error, "param", None), context)
        case "NoArgsIsHelpError":
            return _missing_command(context)
    if context and isinstance(context.command, TyperGroup):
        if message.startswith("Missing command"):
            return _missing_command(context)
        if message.startswith("No such command"):
            return _no_such_subcommand(message.partition("'")[2].partition("'")[0], context)
    if context and message.startswith("Got unexpected extra argument"):
        extra = message.partition("(s) (")[2].removesuffix(")")
        arguments = [each for each in context.command.params if isinstance(each, TyperArgument)]
        takes = f"takes only {' '.join(map(name_argument, arguments))}" if arguments else ""
        takes = takes or "takes no arguments"
        return UsageError(f"{path} {takes}, not also {format_value(extra)}")
    return UsageError(message.rstrip("."), f"{path} --help lists its flags")


def _no_such_flag(flag: str, context: ClickContext) -> UsageError:
    """Return the error for an unknown flag; it names a close one, or the command that has it."""
    path, root = context.command_path, context.find_root()
    known = _list_flags(context.command, context)
    if flag in _TOKEN_FLAGS:
        hint = _KEYS_HINT
    elif near := _find_near_flag(flag, known):
        hint = f"Did you mean {near}?"
    elif not context.parent and flag in _list_flags(root.command.get_command(root, ASK), context):
        hint = f"Did you mean nemochat {ASK} {flag}?"
    elif context.parent and flag in _list_flags(root.command, root):
        hint = f"Put it before the command: nemochat {flag} … {path.partition(' ')[2]}"
    elif context.info_name == ASK:
        hint = f"Put a question that contains it after --: nemochat {ASK} -- …"
    else:
        hint = f"{path} --help lists its flags"
    return UsageError(
        f"{path} has no flag {flag}" if context.parent else f"there is no flag {flag}", hint
    )


def _list_flags(command: ClickCommand, context: ClickContext) -> list[str]:
    params = command.get_params(context)
    return [name for each in params for name in (*each.opts, *each.secondary_opts)]


def _find_near_flag(flag: str, known: Iterable[str]) -> str:
    """Return the flag that begins with `flag` or is most similar to it, or ""."""
    name = flag.lstrip("-")
    names = {each.lstrip("-"): each for each in known if each.startswith("--")}
    if len(name) < _MIN_PREFIX_LENGTH:
        return ""
    near = [each for each in names if each.startswith(name)] or _find_near(name, names)
    return names[near[0]] if near else ""


def _missing_parameter(param: ClickParameter, context: ClickContext) -> UsageError:
    name = name_option(param) if isinstance(param, TyperOption) else param.metavar
    example = (context.command.epilog or "").partition("\n")[0]
    return UsageError(f"{context.command_path} needs {name}", f"Example: {example}" * bool(example))


def _missing_command(context: ClickContext) -> UsageError:
    path, commands = context.command_path, ", ".join(context.command.list_commands(context))
    return UsageError(f"{path} needs a command: {commands}", f"{path} --help describes them")


def _no_such_subcommand(name: str, context: ClickContext) -> UsageError:
    path, commands = context.command_path, context.command.list_commands(context)
    near = [
        command.split()[1]
        for command, names in _OTHER_SUBCOMMAND_NAMES.items()
        if command.startswith(f"{context.info_name} ") and name in names.split()
    ] or _find_near(name, commands)
    hint = f"Did you mean {path} {near[0]}?" if near else f"It has {', '.join(commands)}"
    return UsageError(f"{path} has no command {format_value(name, typed=False)}", hint)
