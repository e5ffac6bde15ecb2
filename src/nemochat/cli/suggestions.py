"""Usage errors, and what to type instead."""

from __future__ import annotations

import shlex
from collections.abc import Iterable

import typer

from nemochat.core.text import nearest
from nemochat.errors import UsageError

_MAX_PROPOSAL_LENGTH = 80  # characters of a command line that is proposed
_KEYS_HINT = "A flag can be read by others; nemochat keys set keeps a token"
_TOKEN_FLAGS = {"--api-key", "--api-token", "--api_key", "--apikey", "--key", "--token"}
_FOREIGN_COMMANDS = {  # what other programs call it
    "nemochat alone opens the chat": ("chat", "open", "repl", "run", "start", "talk"),
    "nemochat --version tells it": ("version",),
    "Did you mean nemochat chats list?": ("history", "list", "log", "logs", "ls", "sessions"),
    "Did you mean nemochat chats search?": ("find", "grep", "search"),
    "Did you mean nemochat keys set?": ("auth", "init", "key", "login", "setup", "token"),
    "Did you mean nemochat chats export?": ("export",),
    "Did you mean nemochat chats import?": ("import",),
    "Did you mean nemochat profiles list?": ("presets", "role", "template", "templates"),
    "Did you mean nemochat config set?": ("configure", "set"),
    "Did you mean nemochat guide serve?": ("serve",),
}
_FOREIGN_SUBCOMMANDS = {  # what others call a command of a group
    "chats": {
        "delete": ("remove", "rm"),
        "rename": ("mv", "name"),
        "search": ("find", "grep"),
        "show": ("cat", "get", "log", "logs", "view"),
    },
    "config": {
        "check": ("test", "validate"),
        "edit": ("open",),
        "show": ("list", "ls", "view"),
        "unset": ("delete", "remove", "rm"),
    },
    "keys": {
        "remove": ("delete", "rm", "unset"),
        "set": ("add", "save"),
        "status": ("get", "list", "ls", "path", "show"),
    },
    "profiles": {"edit": ("add", "create", "new", "set"), "show": ("cat", "get", "view")},
}
_COMMAND_HINTS = {name: hint for hint, names in _FOREIGN_COMMANDS.items() for name in names}


def no_such_command(name: str, commands: Iterable[str]) -> UsageError:
    """Return the error for a single word that is no command, with what to type instead."""
    question = shlex.join(["nemochat", "ask", name])
    if name in _COMMAND_HINTS:
        hint = _COMMAND_HINTS[name]
    elif near := nearest(name, commands):
        hint = f"Did you mean nemochat {near[0]}?"
    elif len(question) <= _MAX_PROPOSAL_LENGTH:
        hint = f"To ask it: {question}"
    else:
        hint = "To ask a question: nemochat ask …"
    return UsageError(f"No such command '{name}'", hint)


def explain_usage_error(error: typer.TyperException) -> UsageError:
    """Return typer's error with what to do."""
    context = getattr(error, "ctx", None)
    path = context.command_path if context else "nemochat"
    message = error.format_message().rstrip(".")
    if context and message.startswith(("Usage:", "Missing command")):  # the whole page, or that
        commands = ", ".join(context.command.list_commands(context))
        return UsageError(f"{path} takes one of {commands}", f"{path} --help tells more")
    hint = f"{path} --help shows what there is"
    option = message.removeprefix("No such option: ").partition(" ")[0]
    if option in _TOKEN_FLAGS:
        message, hint = f"No such option: {option}", _KEYS_HINT
    elif near := nearest(option, getattr(error, "possibilities", None) or ()):
        message, hint = f"No such option: {option}", f"Did you mean {near[0]}?"
    elif message.startswith("No such command"):
        name = message.partition("'")[2].partition("'. Did you mean")[0].removesuffix("'")
        if other := _find_subcommand(path, name):
            message, hint = f"No such command '{name}'", f"Did you mean {path} {other}?"
    return UsageError(message, hint)


def _find_subcommand(group: str, name: str) -> str:
    """Return what a group calls the command that other programs call `name`, or ""."""
    known = _FOREIGN_SUBCOMMANDS.get(group.removeprefix("nemochat "), {})
    return next((command for command, others in known.items() if name in others), "")
