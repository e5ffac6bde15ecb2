"""A program under measurement: in a pipe, or on a terminal of 80 by 24 that answers as one does."""

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
from pathlib import Path
from typing import Self

from serving import Moment, Server, cpu_of

COLUMNS, ROWS = 80, 24
SECONDS_AT_MOST = 30.0
# What a terminal says when it is asked where its cursor is, and what it is.
ANSWERS = {b"\x1b[6n": b"\x1b[1;1R", b"\x1b[c": b"\x1b[?62;22c"}


class Failed(Exception):
    """A program did not do what was to be measured."""


@dataclass(frozen=True, slots=True)
class Program:
    """A command and its whole environment."""

    command: tuple[str, ...]
    environment: dict[str, str]

    def __call__(self, *more: str) -> Program:
        """The same with more arguments."""
        return Program((*self.command, *more), self.environment)


@dataclass(frozen=True, slots=True)
class Ended:
    """A program that has ended.

    Attributes:
        wall: Seconds of its life.
        cpu: Seconds of CPU that it used.
        peak: Megabytes of memory that it held at most; never less than the measuring process has.
        to_request: Seconds from its start to its request's arrival.
        after_last: Seconds from the answer's last byte to its end.
        written: Bytes that it wrote.
    """

    wall: float
    cpu: float
    peak: float
    to_request: Moment | None = None
    after_last: Moment | None = None
    written: int = 0


def run(
    program: Program,
    server: Server | None = None,
    *,
    terminal: bool = False,
    seen: Callable[[bytes, float], None] | None = None,
) -> Ended:
    """Run a program to its end.

    Args:
        program: What to run.
        server: The endpoint that it asks.
        terminal: Whether it writes to a terminal instead of a pipe.
        seen: Takes what it wrote, and when that was read.

    Raises:
        Failed: it failed, said nothing for long, or did not ask a server that it was to ask.
    """
    ours, theirs = pty.openpty() if terminal else os.pipe()
    if terminal:
        termios.tcsetwinsize(ours, (ROWS, COLUMNS))
    begun = time.monotonic()
    process = subprocess.Popen(
        program.command,
        env=program.environment,
        cwd=program.environment["HOME"],
        stdin=subprocess.DEVNULL,
        stdout=theirs,
        stderr=subprocess.DEVNULL,
    )
    if server:
        server.watch(process.pid)
    os.close(theirs)
    written = 0
    while read := _read(ours, process):
        written += len(read)
        if seen:
            seen(read, time.monotonic())
    _, status, used = os.wait4(process.pid, 0)
    ended = Moment(time.monotonic(), used.ru_utime + used.ru_stime)
    process.returncode = os.waitstatus_to_exitcode(status)
    os.close(ours)
    if process.returncode:
        raise Failed(f"{program.command[0]} ended with {process.returncode}")
    if server and not server.heard:
        raise Failed(f"{program.command[0]} asked nothing")
    heard = server.heard[0] if server else None
    last = heard.last if heard else None
    return Ended(
        ended.wall - begun,
        ended.cpu,
        used.ru_maxrss / 1024,
        Moment(heard.request.wall - begun, heard.request.cpu) if heard else None,
        Moment(ended.wall - last.wall, ended.cpu - last.cpu) if last else None,
        written,
    )


def own_peak() -> float:
    """Megabytes that the measuring process held at most: a child's `peak` is never less."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _read(descriptor: int, process: subprocess.Popen[bytes] | None = None) -> bytes:
    """What was written; a process that writes nothing for long is ended."""
    if process and not select.select([descriptor], [], [], SECONDS_AT_MOST)[0]:
        process.kill()
    try:
        return os.read(descriptor, 1 << 16)
    except OSError:  # a terminal whose program has ended
        return b""


class Terminal:
    """A program that runs on a terminal until it is closed.

    Attributes:
        shown: All that it wrote.
        begun: When it was started, by the monotonic clock.
    """

    def __init__(self, program: Program, server: Server | None = None) -> None:
        self._ours, theirs = pty.openpty()
        termios.tcsetwinsize(self._ours, (ROWS, COLUMNS))
        self.shown = b""
        self.begun = time.monotonic()
        self.process = subprocess.Popen(
            program.command,
            env=program.environment,
            cwd=program.environment["HOME"],
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
        )
        os.close(theirs)
        if server:
            server.watch(self.process.pid)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self._ours)

    def press(self, keys: str) -> None:
        """Type."""
        os.write(self._ours, keys.encode())

    def cpu(self) -> float:
        """Seconds of CPU that it has used."""
        return cpu_of(self.process.pid)

    def peak(self) -> float:
        """Megabytes of memory that it held at most, until now."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        line = next(line for line in status.splitlines() if line.startswith("VmHWM:"))
        return int(line.split()[1]) / 1024

    def wait_for(self, pattern: re.Pattern[bytes], since: int = 0) -> float:
        """Read until a pattern was written after so many bytes; return when that was seen.

        Raises:
            Failed: it did not come.
        """
        while not pattern.search(self.shown, since):
            if not self._take(SECONDS_AT_MOST):
                raise Failed(f"{pattern!r} did not come; {self.shown[-500:]!r} stands there")
        return time.monotonic()

    def wait_for_answer(self, server: Server, number: int, prompt: re.Pattern[bytes]) -> None:
        """Read until a server's answer of this number, from 1, was shown and a prompt follows.

        Raises:
            Failed: it did not come.
        """
        since, begun = len(self.shown), time.monotonic()
        while len(server.heard) < number or server.heard[-1].last is None:
            if time.monotonic() - begun > SECONDS_AT_MOST:
                raise Failed(f"answer {number} was not asked for")
            since = len(self.shown)
            self.quiet(0.05)
        self.wait_for(prompt, since)

    def quiet(self, seconds: float) -> None:
        """Read until nothing was written for so long."""
        while self._take(seconds):
            pass

    def _take(self, seconds: float) -> bool:
        """Whether something was written within some seconds; it is answered as it must be."""
        ready, _, _ = select.select([self._ours], [], [], seconds)
        read = _read(self._ours) if ready else b""
        for asked, answer in ANSWERS.items():
            if asked in read:
                os.write(self._ours, answer)
        self.shown += read
        return bool(read)
