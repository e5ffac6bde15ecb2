"""Program: arguments in, exit code out. Every error ends here."""

from __future__ import annotations

import errno
import os
import sys
from contextlib import suppress
from importlib import import_module
from io import TextIOWrapper
from itertools import pairwise

from nemochat.errors import Cancelled, Ended, ExitCode, NemochatError, OutputError
from nemochat.signals import ProgramSignals

_POSIX_MESSAGE = "a POSIX system such as Linux or macOS is needed"
_WINDOWS_HINT = "On Windows, run it within WSL"


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
    import typer  # here, where Ctrl-C ends what takes long to load without a traceback

    from nemochat.cli.app import root_command

    try:
        code = root_command().main(arguments, prog_name="nemochat", standalone_mode=False)
    except typer.Abort:
        return ExitCode.INTERRUPTED
    except typer.TyperException as error:
        from nemochat.cli.suggestions import explain_usage_error

        raise explain_usage_error(error) from error
    except SystemExit:  # typer's way when the reader of its page, --help, has left
        raise Ended(ExitCode.PIPE_CLOSED) from None
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        raise OutputError(f"standard output cannot be written ({error.strerror})") from error
    return code if isinstance(code, int) else ExitCode.OK


def _report_error(error: NemochatError, arguments: list[str]) -> None:
    """Write an error to standard error, and as JSON to standard output where flags ask for JSON."""
    from nemochat.screen.plain import Plain, say

    say(sys.stderr, str(error))
    form = _json_format(arguments)
    if form and not isinstance(error, OutputError):
        from nemochat.cli import streams
        from nemochat.screen.json_events import error_to_object, to_line

        value = error_to_object(error)
        value = {"event": "error", **value} if form == "jsonl" else {"error": value}
        with suppress(OutputError, Ended):
            on_terminal = streams.is_output_terminal()
            Plain(streams.binary_stdout(), None, on_terminal=on_terminal).show(to_line(value))


def _json_format(arguments: list[str]) -> str:
    """Return the JSON format that the arguments ask for, as far as they can be read, or ""."""
    if "--" in arguments:
        arguments = arguments[: arguments.index("--")]
    if "--json" in arguments:
        return "json"
    words = " ".join(arguments).replace("=", " ").split(" ")
    for flag, value in pairwise(words):
        if flag == "--output-format" and value in {"json", "jsonl"}:
            return value
    return ""


def _find_missing_module() -> str:
    """Return the module of POSIX systems that this Python lacks, or ""; every run needs both."""
    for name in ("fcntl", "termios"):
        try:
            import_module(name)
        except ImportError:
            return name
    return ""


def _configure_encodings() -> None:
    """Write UTF-8 into a pipe whatever the locale is, and to a terminal what it can show."""
    if isinstance(sys.stdin, TextIOWrapper):
        sys.stdin.reconfigure(errors="replace")
    out = sys.stdout
    if isinstance(out, TextIOWrapper) and out.encoding.lower() != "utf-8":
        out.reconfigure(encoding=None if out.isatty() else "utf-8", errors="replace")


def _discard_output() -> None:
    """Let Python's last flush of standard output go nowhere: it would fail again."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
