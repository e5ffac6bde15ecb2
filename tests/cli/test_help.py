"""Help that lies ready, and help that is made for a narrow terminal."""

from __future__ import annotations

from pathlib import Path

import pytest

from nemochat.__main__ import HELP
from tests.conftest import Program
from tests.terminal import Screen

PAGES = Path(__file__).parents[2] / "src" / "nemochat" / "help"


@pytest.mark.parametrize("words", HELP, ids=" ".join)
def test_help_is_read_as_it_lies_ready(words: tuple[str, ...], program: Program) -> None:
    done = program.run(*words)
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.decode() == (PAGES / HELP[words]).read_text("utf-8")


def test_help_on_a_narrow_terminal_is_made_for_it(program: Program) -> None:
    with Screen(program, "ask", "--help", columns=40, rows=300) as terminal:
        assert terminal.wait_for_end() == 0
        assert "--max-tokens" in terminal.text()
        assert terminal.text() != (PAGES / "ask.txt").read_text("utf-8")


def test_help_makes_way_for_a_width_that_is_asked_for(program: Program) -> None:
    done = program.run("ask", "--help", environment={"COLUMNS": "50"})
    assert done.returncode == 0
    assert max(map(len, done.stdout.decode().splitlines())) <= 50
