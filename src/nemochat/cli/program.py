"""The whole program: arguments in, exit code out; every error that was raised ends here."""

from __future__ import annotations

import os
import signal
import sys
from types import FrameType
from typing import NoReturn

from nemochat.errors import Ended, ExitCode, NemochatError, OutputError


def run(arguments: list[str]) -> int:
    """Run a command line and return its exit code; nothing is raised."""
    from nemochat.screen.plain import say

    _end_on_signals()
    try:
        return _command(arguments)
    except NemochatError as error:
        say(sys.stderr, str(error))
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
        else:
            say(sys.stderr, f"nemochat failed ({type(error).__name__}: {error}); see --debug")
        return ExitCode.FAULT


def _command(arguments: list[str]) -> int:
    import typer

    from nemochat.cli.app import app

    try:
        code = app(_joined(arguments), prog_name="nemochat", standalone_mode=False)
    except typer.Abort:
        return ExitCode.INTERRUPTED
    except typer.TyperException as error:
        raise _usage(error.format_message(), arguments) from error
    return code if isinstance(code, int) else ExitCode.OK


def _joined(arguments: list[str]) -> list[str]:
    """`-o NAME VALUE`, as peers take it, as the one word `NAME=VALUE` that typer can repeat."""
    joined: list[str] = []
    words = iter(arguments)
    for word in words:
        joined.append(word)
        if word == "--":
            return [*joined, *words]
        if word in {"-o", "--option"} and (name := next(words, None)) is not None:
            joined.append(name if "=" in name else f"{name}={next(words, '')}")
    return joined


def _usage(message: str, arguments: list[str]) -> NemochatError:
    from nemochat.errors import UsageError

    hint = "nemochat --help shows what there is"
    if message.startswith("No such command") and "Did you mean" not in message and arguments:
        hint = "To ask a question: nemochat ask …"
    return UsageError(message.rstrip("."), hint)


def _end_on_signals() -> None:
    codes = {signal.SIGTERM: ExitCode.TERMINATED, signal.SIGHUP: ExitCode.HUNG_UP}

    def end(number: int, frame: FrameType | None) -> NoReturn:  # noqa: ARG001 - a signal handler
        raise Ended(codes[signal.Signals(number)])

    for each in codes:
        signal.signal(each, end)


def _forget_output() -> None:
    """Let Python's last flush of standard output go nowhere: it would fail again."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
