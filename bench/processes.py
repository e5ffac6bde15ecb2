"""Measured processes, in a pipe or on a terminal of 80 by 24."""

from __future__ import annotations

import os
import pty
import re
import resource
import select
import subprocess
import termios
import time
from collections.abc import Callable
from dataclasses import dataclass
from tempfile import TemporaryFile
from typing import IO, Self

COLUMNS, ROWS = 80, 24
TIMEOUT = 60.0  # seconds without any output
# How a terminal replies when it is asked for the cursor's position, and for its type.
REPLIES = {b"\x1b[6n": b"\x1b[1;1R", b"\x1b[c": b"\x1b[?62;22c"}


class Failed(Exception):
    """A program that did not do what was to be measured."""


@dataclass(frozen=True, slots=True)
class Program:
    """A command and its whole environment."""

    command: tuple[str, ...]
    environment: dict[str, str]

    def __call__(self, *arguments: str) -> Program:
        """Return the same program with more arguments."""
        return Program((*self.command, *arguments), self.environment)


@dataclass(frozen=True, slots=True)
class Usage:
    """What a process used until its end.

    Attributes:
        cpu: User and system time in milliseconds.
        peak: Peak memory in megabytes; never less than that of the measuring process.
    """

    cpu: float
    peak: float


@dataclass(frozen=True, slots=True)
class Run:
    """A program that ended well.

    Attributes:
        usage: What it used.
        started: When it started, by `time.monotonic`.
        first_output: Milliseconds from its start to its first output.
        written: The bytes that it wrote.
    """

    usage: Usage
    started: float
    first_output: float
    written: int


def run(
    program: Program,
    *,
    terminal: bool = False,
    on_output: Callable[[bytes, float], None] | None = None,
) -> Run:
    """Run a program to its end.

    Args:
        program: The program.
        terminal: Whether it writes to a terminal instead of a pipe.
        on_output: Called with all output and the time of its arrival.

    Raises:
        Failed: It failed, or wrote nothing.
    """
    ours, theirs = _open_terminal() if terminal else os.pipe()
    written, first = 0, 0.0
    with TemporaryFile() as errors:
        started = time.monotonic()
        process = _start(program, subprocess.DEVNULL, theirs, errors)
        os.close(theirs)
        while output := _read(ours, process):
            at = time.monotonic()
            first = first or at
            written += len(output)
            if on_output:
                on_output(output, at)
        usage = _wait(process)
        os.close(ours)
        errors.seek(0)
        lines = errors.read().decode("utf-8", "replace").strip().splitlines()
    if process.returncode or not written:
        reason = lines[-1] if lines else f"{written:,} bytes of output"
        raise Failed(f"exit code {process.returncode}: {reason}")
    return Run(usage, started, 1000 * (first - started), written)


class Terminal:
    """A terminal with a program that runs until it is killed; `output` is all that it wrote."""

    def __init__(self, program: Program) -> None:
        self._ours, theirs = _open_terminal()
        self.output = b""
        self._process = _start(program, theirs, theirs, theirs)
        os.close(theirs)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._process.returncode is None:
            self.kill()
        os.close(self._ours)

    def kill(self) -> Usage:
        """Kill the program, and return what it used."""
        self._process.kill()
        return _wait(self._process)

    def press(self, keys: str) -> None:
        """Press keys."""
        data = keys.encode()
        while data:
            data = data[os.write(self._ours, data) :]

    def wait_for(self, pattern: re.Pattern[bytes], start: int = 0) -> None:
        """Wait for output that matches a pattern, after the first `start` bytes.

        Raises:
            Failed: It does not come.
        """
        while not pattern.search(self.output, start):
            if not self._take(TIMEOUT):
                raise Failed(f"{pattern.pattern!r} is missing in {self.output[-200:]!r}")

    def wait_until(self, condition: Callable[[], bool]) -> int:
        """Wait until a condition holds; return the bytes that were written before.

        Raises:
            Failed: It does not hold in time.
        """
        deadline = time.monotonic() + TIMEOUT
        before = len(self.output)
        while not condition():
            if time.monotonic() > deadline:
                raise Failed(f"no answer; the screen ends with {self.output[-200:]!r}")
            before = len(self.output)
            self._take(0.05)
        return before

    def settle(self, seconds: float) -> None:
        """Wait until nothing is written for some seconds."""
        while self._take(seconds):
            pass

    def _take(self, seconds: float) -> bool:
        """Read for some seconds at most; return whether anything was written."""
        ready, _, _ = select.select([self._ours], [], [], seconds)
        output = _read(self._ours) if ready else b""
        for query, reply in REPLIES.items():
            if query in output:
                os.write(self._ours, reply)
        self.output += output
        return bool(output)


def own_peak() -> float:
    """Return the peak memory of this process in megabytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _open_terminal() -> tuple[int, int]:
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (ROWS, COLUMNS))
    return ours, theirs


def _start(
    program: Program, stdin: int, stdout: int, stderr: int | IO[bytes]
) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(
            program.command,
            env=program.environment,
            cwd=program.environment["HOME"],
            start_new_session=True,
            stdin=stdin,
            stdout=stdout,
            stderr=stderr,
        )
    except OSError as error:
        raise Failed(f"cannot start: {error.strerror}") from error


def _read(descriptor: int, process: subprocess.Popen[bytes] | None = None) -> bytes:
    """Read what was written; kill a process that writes nothing for long."""
    if process and not select.select([descriptor], [], [], TIMEOUT)[0]:
        process.kill()
    try:
        return os.read(descriptor, 1 << 16)
    except OSError:  # a terminal whose program has ended
        return b""


def _wait(process: subprocess.Popen[bytes]) -> Usage:
    """Wait for the end of a process."""
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return Usage(1000 * (used.ru_utime + used.ru_stime), used.ru_maxrss / 1024)
