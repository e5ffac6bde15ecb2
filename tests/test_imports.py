"""What must never load, because every start would pay for it.

A test of names is stable on a busy machine; `make bench` measures the time.

httpx imports its own command line along with itself: where click is installed, `import httpx` loads
click, rich and pygments too, and takes about twice as long. Nothing that nemochat requires brings
click, so it is absent after `pipx install` and in an environment of its own; `ask`, which sends its
question with httpx, loads no rich there.
"""

from __future__ import annotations

import re
import subprocess
import sys
from importlib.util import find_spec

import pytest

from tests import licences
from tests.conftest import Program
from tests.terminal import Screen

LOADED = re.compile(r"^import time: +\d+ \| +\d+ \| +(\S+)", re.MULTILINE)
PROFILED = {"PYTHONPROFILEIMPORTTIME": "1"}

HAS_CLICK = find_spec("click") is not None
SLOW = {"importlib.metadata", "pydantic"}  # some versions of prompt_toolkit and typer load them
NEVER_TO_ASK = (
    SLOW | {"asyncio", "prompt_toolkit", "nemochat.cli.groups"} | (set() if HAS_CLICK else {"rich"})
)
NEVER_TO_CHAT = SLOW | {"markdown_it", "rich.markdown"}
NEVER_TO_PROMPT = {"httpx", "rich", "rich.console", "sqlite3", "tomllib"}


@pytest.mark.parametrize(
    "command",
    [
        "ask Hello",
        "what is it",
        "ask --private --temperature 1 Hello",
        "ask --json Hello",
        "ask --dry-run Hello",
    ],
)
def test_ask_into_a_pipe_loads_nothing_slow(asking: Program, command: str) -> None:
    done = asking.run(*command.split(), environment=PROFILED)
    assert done.returncode == 0, done.stderr.decode()[-500:]
    names = LOADED.findall(done.stderr.decode())
    assert "nemochat" in names
    assert NEVER_TO_ASK.intersection(names) == set()


def test_a_chat_loads_nothing_slow_from_its_start_to_its_end(asking: Program) -> None:
    profile = asking.home / "profile"  # not on the terminal, where it would stand on the screen
    profiled = Program(asking.home, asking.environment | PROFILED)
    command = ("sh", "-c", f'exec "$@" 2>{profile}', "sh", sys.executable, "-m", "nemochat")
    with Screen(profiled, command=command) as screen:
        screen.wait_for_prompt()
        screen.say("Hello")
        screen.wait_for_prompt()
        screen.say("/exit")
        assert screen.wait_for_end() == 0
    names = LOADED.findall(profile.read_text())
    assert "prompt_toolkit" in names
    assert NEVER_TO_CHAT.intersection(names) == set()


def test_a_prompt_loads_nothing_that_only_an_answer_needs(asking: Program) -> None:
    profile = asking.home / "profile"
    profiled = Program(asking.home, asking.environment | PROFILED)
    command = ("sh", "-c", f'exec "$@" 2>{profile}', "sh", sys.executable, "-m", "nemochat")
    with Screen(profiled, command=command) as screen:
        screen.wait_for_prompt()
        names = LOADED.findall(profile.read_text())
    assert "prompt_toolkit" in names
    assert NEVER_TO_PROMPT.intersection(names) == set()


def test_httpx_loads_rich_only_where_click_is_installed() -> None:
    loads = "import sys, httpx; print('rich' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", loads], capture_output=True, text=True, check=True)
    assert done.stdout == f"{HAS_CLICK}\n"


def test_nothing_that_is_required_brings_click() -> None:
    assert "click" not in licences.closure("nemochat", licences.EXTRAS)
