"""One hostile input, what the program is asked to do with it, and what came of that."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import signal
import struct
import subprocess
import sys
import tempfile
import termios
import threading
from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path

from nemochat.errors import ExitCode
from tests.api.fault_server.server import Behaviour, FaultServer

MOST_MEMORY = 250 * 1024 * 1024  # bytes
MOST_SECONDS = 10.0
MOST_ENDLESS_MEMORY, MOST_ENDLESS_SECONDS = 400 * 1024 * 1024, 50.0  # for 32 MiB of an answer
PATIENCE = 60.0  # seconds, also on a busy machine
MOST_OUTPUT = 50  # times the size of the input, and a megabyte
MEASURE = Path(__file__).with_name("measure.py")
PROGRAM = (sys.executable, "-m", "nemochat")
_KEPT = (
    "PATH", "PYTHONPATH", "SYSTEMROOT",
)  # fmt: skip
_READ_BYTES = 65536
Command = tuple[str, ...]


@dataclass(frozen=True)
class Case:
    """A hostile input.

    Attributes:
        kind: The part of the table that it belongs to.
        name: What is hostile about it.
        write: Writes the input to a path that does not exist.
        commands: Commands that are run one after the other; `{}` stands for the path. A command
            that begins with `python` is a program of Python, all others are ours.
        exit_codes: Exit codes that are right for the last command; the others end with 0.
        columns: The width of the terminal, or 0 for pipes.
        suffix: The suffix of the path.
        server: What the endpoint of the commands does, if there is one.
        is_endless: Whether the endpoint sends more than the longest answer.
    """

    kind: str
    name: str
    write: Callable[[Path], object]
    commands: tuple[Command, ...]
    exit_codes: tuple[ExitCode, ...] = (ExitCode.OK,)
    columns: int = 0
    suffix: str = ""
    server: Behaviour | None = None
    is_endless: bool = False

    def __str__(self) -> str:
        return f"{self.kind}: {self.name}"


@dataclass
class Result:
    """What came of a case: the worst of its commands.

    Attributes:
        problem: What is wrong, or "".
        memory: Bytes that were resident at the same time.
        cpu: Seconds of CPU time.
        seconds: Seconds that passed, without those in which other processes had the CPU.
        exit_code: That of the last command.
    """

    problem: str = ""
    memory: int = 0
    cpu: float = 0.0
    seconds: float = 0.0
    exit_code: int = 0


def play(case: Case) -> Result:
    """Play a case, and judge it."""
    result = Result()
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        path = Path(folder, f"input{case.suffix}")
        case.write(path)
        home = Path(folder, "home")
        home.mkdir()
        environment = {name: os.environ[name] for name in _KEPT if name in os.environ}
        environment |= {"HOME": str(home), "TERM": "xterm-256color", "DEEPINFRA_TOKEN": "secret-1"}
        if case.server:
            server = stack.enter_context(FaultServer(case.server))
            environment["NEMOCHAT_BASE_URL"] = server.base_url
        for command in case.commands:
            last = command is case.commands[-1]
            run = _Run([part.replace("{}", str(path)) for part in command], environment, home)
            run.play(case.columns)
            codes = case.exit_codes if last else (ExitCode.OK,)
            size = path.stat().st_size if path.is_file() and not case.server else 2**25
            problem = run.find_problem(codes, size, is_endless=case.is_endless)
            result.memory = max(result.memory, run.memory)
            result.cpu = max(result.cpu, run.cpu)
            result.seconds = max(result.seconds, run.seconds)
            result.exit_code = run.exit_code
            if problem:
                result.problem = f"{' '.join(command[:2])}: {problem}"
                break
    return result


class _Run:
    """One process, measured."""

    def __init__(self, arguments: list[str], environment: dict[str, str], home: Path) -> None:
        program = (sys.executable, *arguments[1:]) if arguments[0] == "python" else None
        self._command = program or (*PROGRAM, *arguments)
        self._environment = environment
        self._home = home
        self.exit_code, self.memory, self.cpu, self.seconds = 0, 0, 0.0, 0.0
        self._hangs = False
        self._size = 0  # bytes of output
        self._output = b""  # the last of them

    def play(self, columns: int) -> None:
        """Run the process in a terminal of so many columns, or in pipes."""
        report = self._home / "report.json"
        out, target = _open_terminal(columns) if columns else os.pipe()
        process = subprocess.Popen(
            [sys.executable, "-I", "-S", str(MEASURE), str(report), str(PATIENCE), *self._command],
            stdin=target if columns else subprocess.DEVNULL,
            stdout=target,
            stderr=target,
            env=self._environment,
            cwd=self._home,
            start_new_session=True,
        )
        os.close(target)
        reader = threading.Thread(target=self._read, args=(out,), daemon=True)
        reader.start()
        process.wait()
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)  # what it left in the background
        reader.join()
        os.close(out)
        values = json.loads(report.read_text("ascii"))
        self.exit_code, self.memory = values["exit_code"], values["memory"]
        self.cpu, self.seconds, self._hangs = values["cpu"], values["seconds"], values["hangs"]

    def find_problem(
        self, codes: tuple[ExitCode, ...], size: int, *, is_endless: bool = False
    ) -> str:
        """Return what is wrong with how the process ended, or ""."""
        most_memory = MOST_ENDLESS_MEMORY if is_endless else MOST_MEMORY
        most_seconds = MOST_ENDLESS_SECONDS if is_endless else MOST_SECONDS
        if self._hangs:
            return f"goes on after {PATIENCE:.0f} s, {self.cpu:.1f} s of CPU time"
        last = self._output.decode("utf-8", "replace").strip().rpartition("\n")[2][-200:]
        checks = {
            f"exit code {self.exit_code}: {last}": self.exit_code in codes,
            f"{self.memory // 1024**2} MB of memory": self.memory <= most_memory,
            f"{self.cpu:.1f} s of CPU time": self.cpu <= most_seconds,
            f"{self.seconds:.1f} s": self.seconds <= most_seconds,
            f"{self._size:,} bytes of output": self._size <= MOST_OUTPUT * size + 2**20,
            f"a traceback: {last}": b"Traceback (most" not in self._output,
        }
        return "; ".join(words for words, is_right in checks.items() if not is_right)

    def _read(self, descriptor: int) -> None:
        with suppress(OSError):  # a terminal ends with an error
            while read := os.read(descriptor, _READ_BYTES):
                self._size += len(read)
                self._output = (self._output + read)[-_READ_BYTES:]


def _open_terminal(columns: int) -> tuple[int, int]:
    """Return both ends of a new terminal."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    return ours, theirs
