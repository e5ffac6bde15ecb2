"""Program: arguments in, exit code out. Every error is handled here."""

from __future__ import annotations

import errno
import os
import sys
from contextlib import suppress
from importlib import import_module
from io import TextIOWrapper
from itertools import pairwise

from nemochat.core.text import format_value, join_surrogates
from nemochat.errors import Cancelled, Ended, ExitCode, NemochatError, OutputError
from nemochat.files import decode
from nemochat.signals import ProgramSignals

_POSIX_MESSAGE = "a POSIX system such as Linux or macOS is needed"
_WINDOWS_HINT = "On Windows, run it in WSL"


def run(arguments: list[str]) -> int:
    """Run a command line and return its exit code; raise nothing."""
    if missing := _find_missing_module():
        sys.stderr.write(
            f"nemochat: {_POSIX_MESSAGE}; this Python has no {missing}. {_WINDOWS_HINT}\n"
        )
        return ExitCode.CONFIGURATION
    _configure_encodings()
    try:
        with ProgramSignals():
            return _run_command([*map(_decode, arguments)])
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
    except Exception as error:  # noqa: BLE001 - the last resort: one sentence, no traceback
        if "--debug" in arguments:
            import traceback

            traceback.print_exc()
        fault = f"a bug in nemochat ({type(error).__name__}: {error})"
        hint = "Please report it, with the traceback that --debug shows"
        _report_error(NemochatError(fault, hint), arguments)
        return ExitCode.FAULT


def _decode(word: str) -> str:
    """Return a word of the command line; UsageError if its bytes are not UTF-8 text.

    Python escapes bytes that it cannot decode as surrogates, which no output accepts.
    """
    text = join_surrogates(word)
    return word if text == word else decode(os.fsencode(word), format_value(text))


def _run_command(arguments: list[str]) -> int:
    import typer  # here, because it takes long and Ctrl-C must not show a traceback

    from nemochat.cli.app import root_command

    try:
        code = root_command().main(arguments, prog_name="nemochat", standalone_mode=False)
    except typer.Abort:
        return ExitCode.INTERRUPTED
    except typer.TyperException as error:
        from nemochat.cli.suggestions import explain_usage_error

        raise explain_usage_error(error) from error
    except SystemExit:  # raised by typer if the reader of --help has left
        raise Ended(ExitCode.PIPE_CLOSED) from None
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        raise OutputError(f"standard output cannot be written ({error.strerror})") from error
    return code if isinstance(code, int) else ExitCode.OK


def _report_error(error: NemochatError, arguments: list[str]) -> None:
    """Write an error to standard error, and to standard output too if the flags select JSON."""
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
    """Return the JSON format that the arguments select, even if they are invalid, or ""."""
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
    """Return the module of POSIX systems that this Python lacks, or ""."""
    for name in ("fcntl", "termios"):
        try:
            import_module(name)
        except ImportError:
            return name
    return ""


def _configure_encodings() -> None:
    """Write UTF-8 to pipes in any locale, and to a terminal what its encoding has."""
    if isinstance(sys.stdin, TextIOWrapper):
        sys.stdin.reconfigure(errors="replace")
    out = sys.stdout
    if isinstance(out, TextIOWrapper) and out.encoding.lower() != "utf-8":
        out.reconfigure(encoding=None if out.isatty() else "utf-8", errors="replace")


def _discard_output() -> None:
    """Discard what Python flushes to standard output at exit, which would fail again."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
