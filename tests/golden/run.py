"""Sessions without a terminal: each command's output and exit code."""

from __future__ import annotations

import shlex
import subprocess
import sys

from tests.golden.home import Home, make_home
from tests.golden.record import show_home, show_requests, show_section
from tests.golden.server import GoldenServer
from tests.golden.session import Command, Session

SECONDS = 60  # after which a run is stuck


def run_session(session: Session) -> str:
    """Run a session; return its record."""
    lines: list[str] = []
    with (
        GoldenServer(slow=session.slow) as server,
        make_home(server.base_url if session.server else "", session.files) as home,
    ):
        for command in session.commands:
            lines += _run(command, home)
        lines += show_requests(server.requests, all_headers=session.all_headers)
        lines += show_home(home)
    return "\n".join(lines) + "\n"


def _run(command: Command, home: Home) -> list[str]:
    stdin = command.stdin.encode() if isinstance(command.stdin, str) else command.stdin
    environment = {**home.environment, **command.environment}
    done = subprocess.run(
        [sys.executable, "-m", "nemochat", *shlex.split(command.line)],
        input=stdin,
        capture_output=True,
        env={name: value for name, value in environment.items() if value},
        cwd=home.home,
        timeout=SECONDS,
        check=False,
        start_new_session=True,
    )
    return [
        f"$ nemochat {command.line}".rstrip(),
        *(f"  {name}={value}" for name, value in command.environment.items()),
        *show_section("standard input", stdin if len(stdin) < 1000 else f"{len(stdin)} bytes\n"),
        *show_section("standard output", done.stdout),
        *show_section("standard error", done.stderr),
        f"exit code {done.returncode}",
        "",
    ]
