"""Program: arguments in, exit code out. Every error ends here."""

from __future__ import annotations

import errno
import os
import shlex
import sys
from collections.abc import Iterable, Sequence
from contextlib import suppress
from io import TextIOWrapper
from itertools import pairwise
from typing import TYPE_CHECKING

from nemochat.api import early
from nemochat.cli.root import COMMANDS
from nemochat.core.text import nearest
from nemochat.errors import Cancelled, Ended, ExitCode, NemochatError, OutputError, UsageError
from nemochat.signals import ProgramSignals

if TYPE_CHECKING:
    import typer

_POSIX_MESSAGE = "a POSIX system such as Linux or macOS is needed"
_WINDOWS_HINT = "On Windows, run it within WSL"
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


def run(arguments: list[str]) -> int:
    """Run a command line and return its exit code; nothing is raised."""
    if lacking := _find_missing_module():
        sys.stderr.write(
            f"nemochat: {_POSIX_MESSAGE}: this Python has no {lacking}. {_WINDOWS_HINT}\n"
        )
        return ExitCode.CONFIGURATION
    _configure_encodings()
    try:
        with ProgramSignals():
            if early.is_question(arguments):
                from nemochat.cli import ahead

                ahead.begin(arguments)
            return _run_command(arguments)
    except NemochatError as error:
        _report_error(error, arguments)
        if isinstance(error, OutputError):
            _discard_output()
        return error.exit_code
    except Cancelled:
        return ExitCode.INTERRUPTED
    except Ended as ended:
        if ended.exit_code is ExitCode.PIPE_CLOSED:
            _discard_output()
        return ended.exit_code
    except Exception as error:  # noqa: BLE001 - the last net: one sentence instead of a traceback
        if "--debug" in arguments:
            import traceback

            traceback.print_exc()
        fault = f"a fault of nemochat's own ({type(error).__name__}: {error})"
        _report_error(NemochatError(fault, "--debug shows where, for a report"), arguments)
        return ExitCode.FAULT


def _run_command(arguments: list[str]) -> int:
    try:
        return (_without_flags if _bare(arguments) else _run_typer)(arguments)
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        raise OutputError(f"standard output cannot be written ({error.strerror})") from error


def _bare(arguments: list[str]) -> bool:
    """Whether it is the chat or a question, without a flag that typer would have to read."""
    flags = (word for word in arguments if word.startswith("-") and word != "-")
    return arguments[:1] in ([], ["ask"]) and not any(flags)


def _without_flags(arguments: list[str]) -> int:
    """What typer would call: to load it and to declare the flags takes a third of a start."""
    from nemochat.cli.given import CommonOptions

    if early.is_question(arguments):
        from nemochat.cli.ask import ask
        from nemochat.cli.asking import AskOptions

        return ask(arguments[1:], CommonOptions(), AskOptions())
    from nemochat.cli.interactive import run_chat

    return run_chat(CommonOptions(), None)


def _run_typer(arguments: list[str]) -> int:
    import typer

    if arguments[:1] == ["help"] and len(arguments) == 2:  # noqa: PLR2004 - it and its topic
        from nemochat.cli.groups import help_topics

        if help_topics.show_topic(arguments[1]):
            return ExitCode.OK
    try:
        code = _dispatch(_normalize_arguments(arguments))
    except typer.Abort:
        return ExitCode.INTERRUPTED
    except typer.TyperException as error:
        raise _to_usage_error(error, arguments) from error
    except SystemExit:  # typer's way when the reader of its page, --help, has left
        raise Ended(ExitCode.PIPE_CLOSED) from None
    return code if isinstance(code, int) else ExitCode.OK


def _dispatch(words: list[str]) -> object:
    """What typer makes of a command line: of `ask` and the chat alone, where that is enough."""
    from nemochat.cli import root

    if part := root.alone(words):
        name, words = ("nemochat ask", words[1:]) if words[:1] == ["ask"] else ("nemochat", words)
        return part(words, prog_name=name, standalone_mode=False)
    from nemochat.cli.app import app

    return app(words, prog_name="nemochat", standalone_mode=False)


def _normalize_arguments(arguments: list[str]) -> list[str]:
    """What typer has no way to say, in words that it takes.

    `-o NAME VALUE`, as peers take it, is the one word `NAME=VALUE`; `-x` that no number follows is
    `--extract=1`; `help COMMAND` is `COMMAND --help`.
    """
    from nemochat.cli.root import COMMANDS

    if arguments[:1] == ["help"] and all(word in COMMANDS for word in arguments[1:2]):
        arguments = [*arguments[1:], "--help"]
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


def _report_error(error: NemochatError, arguments: list[str]) -> None:
    """Tell an error on standard error, and as JSON on standard output where JSON was asked for."""
    from nemochat.screen.plain import Plain, say

    say(sys.stderr, str(error))
    form = _json_format(arguments)
    if form and not isinstance(error, OutputError):
        from nemochat.cli import streams
        from nemochat.screen.json_events import error_to_object, to_line

        told = error_to_object(error)
        told = {"event": "error", **told} if form == "jsonl" else {"error": told}
        with suppress(OutputError, Ended):
            on_terminal = streams.is_output_terminal()
            Plain(streams.binary_stdout(), None, on_terminal=on_terminal).show(to_line(told))


def _json_format(arguments: list[str]) -> str:
    """In which JSON the arguments ask for the answer, as far as that can be read; "" in none."""
    if "--" in arguments:
        arguments = arguments[: arguments.index("--")]
    if "--json" in arguments:
        return "json"
    words = " ".join(arguments).replace("=", " ").split(" ")
    for flag, value in pairwise(words):
        if flag == "--output-format" and value in {"json", "jsonl"}:
            return value
    return ""


def _to_usage_error(error: typer.TyperException, arguments: list[str]) -> NemochatError:

    context = getattr(error, "ctx", None)
    within = context.command_path if context else ""
    commands = getattr(context.command, "commands", ()) if context else ()
    return explain_usage_error(error.format_message(), arguments, within, commands)


def _find_missing_module() -> str:
    """The module of POSIX systems that is not there, or ""; whoever asks or chats loads both."""
    try:
        import fcntl  # noqa: F401
        import termios  # noqa: F401
    except ImportError as error:
        return error.name or "termios"
    return ""


def _configure_encodings() -> None:
    """Where the locale is not UTF-8, a pipe gets UTF-8 still, and a terminal what it can show."""
    if isinstance(sys.stdin, TextIOWrapper):
        sys.stdin.reconfigure(errors="replace")
    out = sys.stdout
    if isinstance(out, TextIOWrapper) and out.encoding.lower() != "utf-8":
        out.reconfigure(encoding=None if out.isatty() else "utf-8", errors="replace")


def _discard_output() -> None:
    """Let Python's last flush of standard output go nowhere: it would fail again."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)


def explain_usage_error(
    message: str, arguments: Sequence[str], command_path: str, commands: Iterable[str]
) -> UsageError:
    """The error to tell, with what to do.

    Args:
        message: What typer says.
        arguments: The command line.
        command_path: The command that cannot be done, after those that it belongs to.
        commands: The commands in it.
    """
    if message.startswith(("Usage:", "Missing command")):  # the whole page, or that alone
        return UsageError(
            f"{command_path} takes one of {', '.join(commands)}",
            f"{command_path} --help tells more",
        )
    message, hint = message.rstrip("."), f"{command_path or 'nemochat'} --help shows what there is"
    option = message.removeprefix("No such option: ").partition(" ")[0]
    if option in _TOKEN_FLAGS:
        message, hint = f"No such option: {option}", _KEYS_HINT
    elif message.startswith("No such command"):
        name = message.partition("'")[2].partition("'. Did you mean")[0].removesuffix("'")
        if command_path == "nemochat":
            hint = _suggest_command(name, arguments)
        elif other := _find_subcommand(command_path, name):
            message, hint = f"No such command '{name}'", f"Did you mean {command_path} {other}?"
    return UsageError(message, hint)


def _find_subcommand(group: str, name: str) -> str:
    """What a group calls the command that others call so, or ""."""
    known = _FOREIGN_SUBCOMMANDS.get(group.removeprefix("nemochat "), {})
    return next((command for command, others in known.items() if name in others), "")


def _suggest_command(name: str, arguments: Sequence[str]) -> str:
    """What to type in place of a command that there is not."""
    alone = arguments[0] == name and all(each.startswith("-") for each in arguments[1:2])
    if alone and name in _COMMAND_HINTS:
        return _COMMAND_HINTS[name]
    if alone and (near := nearest(name, COMMANDS)):
        return f"Did you mean nemochat {near[0]}?"
    asked = shlex.join(["nemochat", "ask", *arguments])
    return (
        f"To ask it: {asked}"
        if len(asked) <= _MAX_PROPOSAL_LENGTH
        else "To ask a question: nemochat ask …"
    )
