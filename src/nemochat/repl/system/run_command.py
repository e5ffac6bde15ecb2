"""Commands of the user's shell: their output as it comes, and how they ended."""

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

MAX_OUTPUT_BYTES = (
    1024 * 1024
)  # bytes, after which a command is stopped: the context holds half of it
_QUIET_SECONDS = 0.1  # of output, after which a command that has ended is done with
_QUIET_INTERVALS = 5  # so long, after which a line that has no end yet is shown
_STOP_TIMEOUT = 1.0  # that a command has to heed a signal, before the next one
_READ_BYTES = 65536  # bytes


@dataclass(frozen=True, slots=True)
class CommandResult:
    """A command that has ended.

    Attributes:
        output: What it wrote, to standard output and standard error, as it came.
        ending: How it ended, such as "ended with code 2"; "" if all went well.
        was_stopped: Whether its person stopped it.
    """

    output: str
    ending: str
    was_stopped: bool = False


def run(command: str, show: Callable[[str], None], input_text: str = "") -> CommandResult:
    """Run a command in the shell that SHELL names; Ctrl-C ends it, and nothing else.

    It has a session of its own, and no keyboard. What it leaves in the background lives on.

    Args:
        command: A line of the shell, or several.
        show: Is given its output as it comes, in lines.
        input_text: Its standard input.

    Raises:
        UsageError: the shell cannot be started.
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
    stopped = long = False
    with process.stdout:
        try:
            for lines in _read_lines(process, process.stdout):
                output.append(lines)
                show(lines)
                if long := sum(map(len, output)) > MAX_OUTPUT_BYTES:
                    break
            else:
                process.wait()
        except Cancelled:
            stopped = True
        finally:
            _stop(process)
    return CommandResult(
        "".join(output), _describe_ending(process.returncode, stopped=stopped, long=long), stopped
    )


def _read_lines(process: subprocess.Popen[bytes], output: IO[bytes]) -> Iterator[str]:
    """What comes, in whole lines; one that is not gone on with for a while, or cut, as it is."""
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    held, quiet = "", 0
    try:
        while True:
            if select.select([output], [], [], _QUIET_SECONDS)[0]:
                read, quiet = os.read(output.fileno(), _READ_BYTES), 0
                if not read:
                    break
                whole, end, held = (held + decoder.decode(read)).rpartition("\n")
                if end:
                    yield whole + end
            elif process.poll() is not None:
                break  # something in the background holds its output
            else:
                quiet += 1
            if held and (quiet == _QUIET_INTERVALS or len(held) > _READ_BYTES):
                yield held
                held = ""
    except Cancelled:
        if held:
            yield held
        raise
    if held := held + decoder.decode(b"", final=True):
        yield held


def _stop(process: subprocess.Popen[bytes]) -> None:
    """End a command that runs still, with all that it started: kindly, then without mercy."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGKILL):
        if process.poll() is not None:
            return
        with suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        with suppress(subprocess.TimeoutExpired, Cancelled):
            process.wait(_STOP_TIMEOUT)
    process.wait()


def _describe_ending(code: int, *, stopped: bool, long: bool) -> str:
    if stopped:
        return "was stopped by you"
    if long:
        return f"was stopped after {MAX_OUTPUT_BYTES // 1024 // 1024} MB of output"
    if code < 0:
        return f"was ended by {signal.Signals(-code).name}"
    return f"ended with code {code}" if code else ""
