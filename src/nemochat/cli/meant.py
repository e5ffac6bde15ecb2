"""What was meant by a command line that there is not? The errors of typer in our words."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Sequence

from nemochat.cli.root import COMMANDS
from nemochat.core.nearest import nearest
from nemochat.errors import UsageError

_LONGEST = 80  # characters of a command line that is proposed
_NO_FLAG = "A flag can be read by others; nemochat keys set keeps a token"
_TOKEN_FLAGS = {"--api-key", "--api-token", "--api_key", "--apikey", "--key", "--token"}
_HABITS = {  # what other programs call it
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
_WITHIN = {  # what others call a command of a group
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
_INSTEAD = {name: hint for hint, names in _HABITS.items() for name in names}


def usage(
    message: str, arguments: Sequence[str], within: str, commands: Iterable[str]
) -> UsageError:
    """The error to tell, with what to do.

    Args:
        message: What typer says.
        arguments: The command line.
        within: The command that cannot be done, after those that it belongs to.
        commands: The commands in it.
    """
    if message.startswith(("Usage:", "Missing command")):  # the whole page, or that alone
        return UsageError(
            f"{within} takes one of {', '.join(commands)}", f"{within} --help tells more"
        )
    message, hint = message.rstrip("."), f"{within or 'nemochat'} --help shows what there is"
    option = message.removeprefix("No such option: ").partition(" ")[0]
    if option in _TOKEN_FLAGS:
        message, hint = f"No such option: {option}", _NO_FLAG
    elif message.startswith("No such command"):
        name = message.partition("'")[2].partition("'. Did you mean")[0].removesuffix("'")
        if within == "nemochat":
            hint = _instead(name, arguments)
        elif other := _within(within, name):
            message, hint = f"No such command '{name}'", f"Did you mean {within} {other}?"
    return UsageError(message, hint)


def _within(group: str, name: str) -> str:
    """What a group calls the command that others call so, or ""."""
    known = _WITHIN.get(group.removeprefix("nemochat "), {})
    return next((command for command, others in known.items() if name in others), "")


def _instead(name: str, arguments: Sequence[str]) -> str:
    """What to type in place of a command that there is not."""
    alone = arguments[0] == name and all(each.startswith("-") for each in arguments[1:2])
    if alone and name in _INSTEAD:
        return _INSTEAD[name]
    if alone and (near := nearest(name, COMMANDS)):
        return f"Did you mean nemochat {near[0]}?"
    asked = shlex.join(["nemochat", "ask", *arguments])
    return f"To ask it: {asked}" if len(asked) <= _LONGEST else "To ask a question: nemochat ask …"
