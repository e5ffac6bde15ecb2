"""Commands of the user's shell: their output as it arrives, and how they end."""

from __future__ import annotations

import codecs
import os
import select
import signal
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import IO

from nemochat import core_files
from nemochat.core.text import format_value
from nemochat.errors import Cancelled, UsageError

MAX_OUTPUT_BYTES = 1024 * 1024  # twice what the context holds
_QUIET_SECONDS = 0.1  # without output, after which a command that has ended is finished
_QUIET_INTERVALS = 5  # of this length, after which an incomplete line is shown
_STOP_TIMEOUT = 1.0  # seconds between two signals
_READ_BYTES = 65536


@dataclass(frozen=True, slots=True)
class CommandResult:
    """Result of a command.

    Attributes:
        output: Its standard output and standard error.
        ending: How it ended, such as "ended with code 2"; "" for success.
        was_stopped: Whether the user stopped it.
    """

    output: str
    ending: str
    was_stopped: bool = False


def run(command: str, show: Callable[[str], None], input_text: str = "") -> CommandResult:
    """Run a command in the user's shell; Ctrl-C ends only the command.

    It has its own session and no keyboard. Its background processes survive.

    Args:
        command: One or more lines for the shell.
        show: Receives the output in lines as it arrives.
        input_text: The command's standard input.

    Raises:
        UsageError: The shell cannot be started.
    """
    shell = os.environ.get("SHELL") or "sh"
    with tempfile.TemporaryFile() as standard_input:
        standard_input.write(input_text.encode("utf-8", "replace"))
        standard_input.seek(0)
        try:
            with core_files.inherited_limit():
                process = subprocess.Popen(
                    [shell, "-c", command],
                    stdin=standard_input,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                )
        except (OSError, ValueError) as error:
            why = getattr(error, "strerror", None) or error
            raise UsageError(
                f"the shell {format_value(shell)} cannot be started ({why})"
            ) from error
    assert process.stdout is not None
    output: list[str] = []
    stopped = too_long = False
    with process.stdout:
        try:
            for lines in _read_lines(process, process.stdout):
                output.append(lines)
                show(lines)
                if too_long := sum(map(len, output)) > MAX_OUTPUT_BYTES:
                    break
            else:
                process.wait()
        except Cancelled:
            stopped = True
        finally:
            _stop(process)
    ending = _describe_ending(process.returncode, stopped=stopped, too_long=too_long)
    return CommandResult("".join(output), ending, stopped)


def _read_lines(process: subprocess.Popen[bytes], output: IO[bytes]) -> Iterator[str]:
    """Yield the output in complete lines; after a pause or at the end, also an incomplete one."""
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    rest, quiet = "", 0
    try:
        while True:
            if select.select([output], [], [], _QUIET_SECONDS)[0]:
                read, quiet = os.read(output.fileno(), _READ_BYTES), 0
                if not read:
                    break
                lines, end, rest = (rest + decoder.decode(read)).rpartition("\n")
                if end:
                    yield lines + end
            elif process.poll() is not None:
                break  # a background process keeps the output open
            else:
                quiet += 1
            if rest and (quiet == _QUIET_INTERVALS or len(rest) > _READ_BYTES):
                yield rest
                rest = ""
    except Cancelled:
        if rest:
            yield rest
        raise
    if rest := rest + decoder.decode(b"", final=True):
        yield rest


def _stop(process: subprocess.Popen[bytes]) -> None:
    """End a command that is still running, and all its processes, with ever harder signals."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGKILL):
        if process.poll() is not None:
            return
        with suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        with suppress(subprocess.TimeoutExpired, Cancelled):
            process.wait(_STOP_TIMEOUT)
    process.wait()


def _describe_ending(code: int, *, stopped: bool, too_long: bool) -> str:
    if stopped:
        return "was stopped by you"
    if too_long:
        return f"was stopped after {MAX_OUTPUT_BYTES // 1024 // 1024} MB of output"
    if code < 0:
        return f"was killed by {signal.Signals(-code).name}"
    return f"exited with code {code}" if code else ""
