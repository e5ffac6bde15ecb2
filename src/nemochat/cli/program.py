"""The whole program: arguments in, exit code out; every error that was raised ends here."""

from __future__ import annotations

import errno
import os
import signal
import sys
import time
from contextlib import suppress
from io import TextIOWrapper
from itertools import pairwise
from types import FrameType
from typing import TYPE_CHECKING

from nemochat.errors import Ended, ExitCode, NemochatError, OutputError
from nemochat.wire import early

if TYPE_CHECKING:
    import typer

SECONDS_TO_END = 2.0  # in which another signal changes nothing: of a hang-up, two or three come
SECONDS_FOR_OUTPUT = 1  # that is not written yet when a signal ends the command
_POSIX = "a POSIX system such as Linux or macOS is needed"
_INSTEAD = "On Windows, run it within WSL"


def run(arguments: list[str]) -> int:
    """Run a command line and return its exit code; nothing is raised."""
    if lacking := _lacking():
        sys.stderr.write(f"nemochat: {_POSIX}: this Python has no {lacking}. {_INSTEAD}\n")
        return ExitCode.CONFIGURATION
    _end_on_signals()
    _let_any_text_through()
    try:
        if early.asks(arguments):
            from nemochat.cli import ahead

            ahead.begin(arguments)
        return _command(arguments)
    except NemochatError as error:
        _tell(error, arguments)
        if isinstance(error, OutputError):
            _forget_output()
        return error.exit_code
    except KeyboardInterrupt:
        return ExitCode.INTERRUPTED
    except Ended as ended:
        if ended.exit_code is ExitCode.PIPE_CLOSED:
            _forget_output()
        return ended.exit_code
    except Exception as error:  # noqa: BLE001 - the last net: one sentence instead of a traceback
        if "--debug" in arguments:
            import traceback

            traceback.print_exc()
        fault = f"a fault of nemochat's own ({type(error).__name__}: {error})"
        _tell(NemochatError(fault, "--debug shows where, for a report"), arguments)
        return ExitCode.FAULT


def _command(arguments: list[str]) -> int:
    try:
        return (_without_flags if _bare(arguments) else _with_flags)(arguments)
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
    from nemochat.cli.given import Given

    if early.asks(arguments):
        from nemochat.cli.ask import ask
        from nemochat.cli.asking import Asking

        return ask(arguments[1:], Given(), Asking())
    from nemochat.cli.talk import talk

    return talk(Given(), None)


def _with_flags(arguments: list[str]) -> int:
    import typer

    if arguments[:1] == ["help"] and len(arguments) == 2:  # noqa: PLR2004 - it and its topic
        from nemochat.cli import topics

        if topics.told(arguments[1]):
            return ExitCode.OK
    try:
        code = _dispatched(_joined(arguments))
    except typer.Abort:
        return ExitCode.INTERRUPTED
    except typer.TyperException as error:
        raise _usage(error, arguments) from error
    except SystemExit:  # typer's way when the reader of its page, --help, has left
        raise Ended(ExitCode.PIPE_CLOSED) from None
    return code if isinstance(code, int) else ExitCode.OK


def _dispatched(words: list[str]) -> object:
    """What typer makes of a command line: of `ask` and the chat alone, where that is enough."""
    from nemochat.cli import root

    if part := root.alone(words):
        name, words = ("nemochat ask", words[1:]) if words[:1] == ["ask"] else ("nemochat", words)
        return part(words, prog_name=name, standalone_mode=False)
    from nemochat.cli.app import app

    return app(words, prog_name="nemochat", standalone_mode=False)


def _joined(arguments: list[str]) -> list[str]:
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


def _tell(error: NemochatError, arguments: list[str]) -> None:
    """Tell an error on standard error, and as JSON on standard output where JSON was asked for."""
    from nemochat.screen.plain import Plain, say

    say(sys.stderr, str(error))
    form = _form(arguments)
    if form and not isinstance(error, OutputError):
        from nemochat.cli import streams
        from nemochat.screen.events import failure, line

        told = failure(error)
        told = {"event": "error", **told} if form == "jsonl" else {"error": told}
        with suppress(OutputError, Ended):
            on_terminal = streams.output_is_terminal()
            Plain(streams.output(), None, on_terminal=on_terminal).show(line(told))


def _form(arguments: list[str]) -> str:
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


def _usage(error: typer.TyperException, arguments: list[str]) -> NemochatError:
    from nemochat.cli import meant

    context = getattr(error, "ctx", None)
    within = context.command_path if context else ""
    commands = getattr(context.command, "commands", ()) if context else ()
    return meant.usage(error.format_message(), arguments, within, commands)


def _lacking() -> str:
    """The module of POSIX systems that is not there, or ""; whoever asks or chats loads both."""
    try:
        import fcntl  # noqa: F401
        import termios  # noqa: F401
    except ImportError as error:
        return error.name or "termios"
    return ""


def _let_any_text_through() -> None:
    """Where the locale is not UTF-8, a pipe gets UTF-8 still, and a terminal what it can show."""
    if isinstance(sys.stdin, TextIOWrapper):
        sys.stdin.reconfigure(errors="replace")
    out = sys.stdout
    if isinstance(out, TextIOWrapper) and out.encoding.lower() != "utf-8":
        out.reconfigure(encoding=None if out.isatty() else "utf-8", errors="replace")


def _end_on_signals() -> None:
    codes = {signal.SIGTERM: ExitCode.TERMINATED, signal.SIGHUP: ExitCode.HUNG_UP}
    obeyed = -SECONDS_TO_END

    def end(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - a signal handler
        nonlocal obeyed
        now = time.monotonic()
        if now - obeyed >= SECONDS_TO_END:
            obeyed = now
            raise Ended(codes[signal.Signals(number)])

    for each in codes:
        if signal.getsignal(each) is not signal.SIG_IGN:  # nohup's wish
            signal.signal(each, end)


def hasten_end(code: int) -> None:
    """Let a signal raise nothing any more, but end the process at once: it has its code already.

    Where a signal ended the command, a reader has a moment to take the rest of the output.
    """

    def end(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - a signal handler
        os._exit(code or 128 + number)

    if sys.platform != "win32":
        for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            if signal.getsignal(each) is not signal.SIG_IGN:
                signal.signal(each, end)
        if code in {ExitCode.INTERRUPTED, ExitCode.TERMINATED, ExitCode.HUNG_UP}:
            signal.signal(signal.SIGALRM, end)
            signal.alarm(SECONDS_FOR_OUTPUT)


def _forget_output() -> None:
    """Let Python's last flush of standard output go nowhere: it would fail again."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
