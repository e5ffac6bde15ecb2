"""What each command may load: names of what is heavy, since a test on time fails when it is busy.

What is not named here is light, or needed by all. `make bench` tells what each costs.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable

import pytest

from tests.conftest import Program
from tests.terminal import Screen
from tests.wire.secured import until

LOADED = re.compile(r"^import time: +\d+ \| +\d+ \| +(\S+)", re.MULTILINE)
PROFILED = {"PYTHONPROFILEIMPORTTIME": "1"}

HTTP = {"h11", "ssl", "socket", "dataclasses", "inspect"}
# What is asked for and not there is told like what is loaded: httpcore asks for trio.
PROXIES = {
    "httpx",
    "httpcore",
    "anyio",
    "trio",
    "logging",
    "http.client",
    "http.cookiejar",
    "urllib.request",
    "click",
}
DATABASE = {"sqlite3"}
FOLDERS = {"platformdirs"}
EDITOR = {"prompt_toolkit", "wcwidth", "asyncio", "concurrent.futures", "socket", "ssl", "xml"}
EDITOR |= {"logging", "dataclasses", "inspect", "subprocess"}
COLOURS = {"rich", "rich.style"}
LEXERS = {"pygments"}
FLAGS = {"typer", "inspect", "dataclasses", "subprocess"}
NEVER = {
    *("pydantic", "pydantic_core", "importlib.metadata", "pkg_resources", "setuptools"),
    *(
        "markdown_it",
        "rich.markdown",
        "rich.live",
        "rich.console",
        "yaml",
        "openai",
        "unittest",
        "multiprocessing",
    ),
    *("pdb", "doctest", "anyio.abc", "sniffio", "httpx2", "requests"),
}
HEAVY = HTTP | PROXIES | DATABASE | FOLDERS | EDITOR | COLOURS | LEXERS | FLAGS | NEVER


def heavy(names: Iterable[str], allowed: set[str]) -> list[str]:
    """What is heavy among the names of modules, and not allowed."""
    return sorted(HEAVY.intersection(names) - allowed)


def loaded(program: Program, *arguments: str) -> list[str]:
    """The names of the modules that a command loaded, in their order."""
    done = program.run(*arguments, environment=PROFILED)
    assert done.returncode == 0, done.stderr.decode()[-500:]
    return LOADED.findall(done.stderr.decode())


def test_the_version_loads_the_package_and_nothing_else_of_ours(program: Program) -> None:
    names = loaded(program, "--version")
    assert {name for name in names if name.startswith("nemochat")} <= {
        "nemochat",
        "nemochat.__main__",
    }
    assert heavy(names, set()) == []


@pytest.mark.parametrize(
    ("command", "allowed"),
    [
        ("--help", FLAGS),
        ("ask --help", FLAGS),
        ("completions bash", FLAGS),
        ("chats list", FLAGS | FOLDERS | DATABASE),
        ("chats search lamb", FLAGS | FOLDERS | DATABASE),
        ("ask --dry-run Hello", FLAGS | FOLDERS),
        ("ask --private Hello", FLAGS | FOLDERS | HTTP),
        ("ask Hello", FOLDERS | HTTP | DATABASE),
    ],
)
def test_a_command_into_a_pipe_loads_only_what_it_needs(
    asking: Program, command: str, allowed: set[str]
) -> None:
    assert heavy(loaded(asking, *command.split()), allowed) == []


def test_the_chat_loads_neither_http_nor_lexers_before_its_prompt(
    asking: Program,
) -> None:
    told = asking.home / "told"
    profiled = Program(asking.home, asking.environment | PROFILED)
    # The profile goes into a file: on a terminal it would stand on the screen.
    command = ("sh", "-c", f'exec "$@" 2>{told}', "sh", sys.executable, "-m", "nemochat")
    with Screen(profiled, command=command) as screen:
        screen.wait_for_prompt()
        until(lambda: "nemochat.wire.transport\n" in told.read_text())
    names = LOADED.findall(told.read_text())
    # What asks is loaded once the prompt stands there, the modules that it needs before itself.
    needed = {"nemochat.wire.failures", "nemochat.wire.reasons", "nemochat.wire.retries"}
    before = names[: min(map(names.index, needed))]
    assert {"prompt_toolkit", "nemochat.repl.appearance"} <= set(before)
    assert heavy(before, FOLDERS | EDITOR | COLOURS) == []
    assert "nemochat.screen.markdown.renderer" not in before
