"""What most tests need: the guide as a real server, and the program with a home of its own."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, settings

from nemochat.guide.server import Guide, start

PRICE = 0.02  # US dollars for a million tokens, so that costs are seen to be added up
_KEPT = {"PATH", "PYTHONPATH", "LANG", "SYSTEMROOT", "COVERAGE_PROCESS_START"}

settings.register_profile("unhurried", deadline=None)  # a busy machine is no fault
settings.load_profile("unhurried")
# The same examples for every mutant, and none made smaller: that one fails is all that is asked.
settings.register_profile(
    "mutants",
    settings.get_profile("unhurried"),
    database=None,
    derandomize=True,
    max_examples=25,
    phases=[Phase.explicit, Phase.generate],
)


def pytest_sessionstart() -> None:
    """Restore SIGINT: a background job ignores it, and so would all that the tests start."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def more(times: int) -> settings:
    """So many times as many examples as the profile in force has."""
    return settings(max_examples=times * settings().max_examples)


def needs(program: str) -> pytest.MarkDecorator:
    """Return the mark that skips a test where a program is not installed."""
    return pytest.mark.skipif(shutil.which(program) is None, reason=f"{program} is not installed")


ON_LINUX = pytest.mark.skipif(sys.platform != "linux", reason="other systems differ here")


@dataclass(frozen=True)
class Heard:
    """A guide, and the bodies of the requests that it heard."""

    guide: Guide
    bodies: list[dict[str, Any]] = field(default_factory=list)

    @property
    def base_url(self) -> str:
        return self.guide.base_url


@pytest.fixture
def heard() -> Iterator[Heard]:
    bodies: list[dict[str, Any]] = []
    with start(pace=0.0, price=PRICE, on_request=bodies.append) as guide:
        yield Heard(guide, bodies)


@dataclass(frozen=True)
class Program:
    """The program as another process, in an empty home."""

    home: Path
    environment: dict[str, str]

    def run(
        self,
        *arguments: str,
        stdin: str | bytes | None = None,
        environment: dict[str, str] | None = None,
        seconds: float = 30,
    ) -> subprocess.CompletedProcess[bytes]:
        """Run a command line; no standard input is an empty one."""
        return subprocess.run(
            [sys.executable, "-m", "nemochat", *arguments],
            input=stdin.encode() if isinstance(stdin, str) else stdin or b"",
            capture_output=True,
            env={**self.environment, **(environment or {})},
            cwd=self.home,
            timeout=seconds,
            check=False,
        )

    @property
    def database(self) -> Path:
        return self.home / "data" / "nemochat" / "nemochat.db"


@pytest.fixture
def program(tmp_path: Path) -> Program:
    home = tmp_path / "home"
    home.mkdir()
    environment = {name: value for name, value in os.environ.items() if name in _KEPT}
    environment |= {
        "HOME": str(home),
        "XDG_CONFIG_HOME": str(home / "config"),
        "XDG_DATA_HOME": str(home / "data"),
        "XDG_STATE_HOME": str(home / "state"),
        "TERM": "xterm-256color",
    }
    return Program(home, environment)


@pytest.fixture
def asking(program: Program, heard: Heard) -> Program:
    """The program with a token, at a guide that counts money and tells what it heard."""
    return Program(
        program.home,
        {
            **program.environment,
            "DEEPINFRA_TOKEN": "test-token",
            "NEMOCHAT_BASE_URL": heard.base_url,
        },
    )
