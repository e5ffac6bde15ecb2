"""Programs of others: installed once into a folder, run on loopback, ended by their process id."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

SECONDS_TO_INSTALL = 3600.0  # llama.cpp is compiled: 8 minutes with two cores
SECONDS_TO_START = 180.0
SECONDS_TO_END = 5.0
_MARK = "installed"  # holds what was installed; written last


class LeftOut(Exception):
    """A server cannot be had here; its text is the reason."""


@dataclass(frozen=True)
class Running:
    """A server that answers on loopback.

    Attributes:
        base_url: Its address, as nemochat takes it.
        log: What it printed.
        process: The process, the leader of its group.
    """

    base_url: str
    log: Path
    process: subprocess.Popen[bytes]

    def stop(self) -> None:
        """End it; twice does no harm."""
        end(self.process)

    def printed(self, mark: str) -> int:
        """How often a text stands in what it printed."""
        return self.log.read_text("utf-8", "replace").count(mark)


def installed(folder: Path, what: str, commands: Sequence[Sequence[str]]) -> None:
    """Install into a folder, unless the same already exists.

    Raises:
        LeftOut: a command is missing or fails.
    """
    mark = folder / _MARK
    if mark.is_file() and mark.read_text("utf-8") == what:
        return
    print(f"installing {what}, which may take minutes", file=sys.stderr, flush=True)
    if folder.exists():
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    for command in commands:
        run(command, folder)
    mark.write_text(what, "utf-8")


def run(command: Sequence[str], folder: Path) -> None:
    """Run a command to its end, quietly; what it prints is kept in the folder's install.log.

    Raises:
        LeftOut: it cannot be run, fails or takes too long.
    """
    log = folder / "install.log"
    name = " ".join(Path(word).name for word in command[:4])
    with log.open("ab") as out:
        try:
            process = subprocess.Popen(
                command,
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        except OSError as error:
            raise LeftOut(f"{name} cannot be run ({error.strerror})") from error
        try:
            code = process.wait(SECONDS_TO_INSTALL)
        except subprocess.TimeoutExpired:
            raise LeftOut(f"{name} took longer than {SECONDS_TO_INSTALL:.0f} s") from None
        finally:
            end(process)
    if code:
        raise LeftOut(f"{name} failed ({_line(log, 'error')}); see install.log in its folder")


@contextmanager
def running(
    command: Sequence[str], port: int, folder: Path, environment: Mapping[str, str]
) -> Iterator[Running]:
    """Start a server, wait until it answers HTTP at its port, and end it on the way out.

    Raises:
        LeftOut: it does not start.
    """
    log = folder / "server.log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env={"PATH": os.environ["PATH"], "HOME": str(folder), **environment},
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    server = Running(f"http://127.0.0.1:{port}/v1", log, process)
    try:
        _wait_for(server)
        yield server
    finally:
        server.stop()


def end(process: subprocess.Popen[bytes]) -> None:
    """End a process that was started here, and those that it started; nothing if it has ended."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        if process.poll() is not None:
            return
        with suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        with suppress(subprocess.TimeoutExpired):
            process.wait(SECONDS_TO_END)


def free_port() -> int:
    """A port of loopback that nobody listens on now."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port: int = listening.getsockname()[1]
        return port


def _wait_for(server: Running) -> None:
    begun = time.monotonic()
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    while time.monotonic() - begun < SECONDS_TO_START:
        if server.process.poll() is not None:
            raise LeftOut(f"it ended by itself ({_line(server.log)})")
        try:
            opener.open(f"{server.base_url}/models", timeout=5).close()
        except urllib.error.HTTPError:
            return  # it wants a token: it answers
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise LeftOut(f"it did not answer within {SECONDS_TO_START:.0f} s ({_line(server.log)})")


def _line(log: Path, mark: str = "") -> str:
    """The first line of a log with a mark, else its last."""
    lines = [line.strip() for line in log.read_text("utf-8", "replace").splitlines()]
    lines = [line for line in lines if line] or ["it printed nothing"]
    marked = [line for line in lines if mark and mark in line.lower()]
    return (marked or lines[-1:])[0][:120]
