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


def test_help_is_a_word_too_and_of_a_command(program: Program) -> None:
    assert program.run("help").stdout == program.run("--help").stdout
    assert program.run("help", "ask").stdout == program.run("ask", "--help").stdout
    told = program.run("help", "parameters")
    assert told.returncode == 0
    assert told.stdout.startswith(b"# Parameters\n")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["what is it?"], "No such command 'what is it?'. To ask it: nemochat ask 'what is it?'"),
        (["-m", "x", "help", "me"], "No such command 'help'. To ask it: nemochat ask -m x help me"),
        (["x" * 80], "To ask a question: nemochat ask …"),
        (["chat"], "No such command 'chat'. nemochat alone opens the chat"),
        (["modles"], "No such command 'modles'. Did you mean nemochat models?"),
        (["list", "-q"], "No such command 'list'. Did you mean nemochat chats list?"),
        (["login"], "No such command 'login'. Did you mean nemochat keys set?"),
        (["help", "paramters"], "Did you mean nemochat help parameters?"),
        (["help", "xyzzy"], 'there is no command and no topic "xyzzy". Topics: start,'),
        (["logs"], "Did you mean nemochat chats list?"),
        (["chats", "rm", "1"], "No such command 'rm'. Did you mean nemochat chats delete?"),
        (["chats", "ls"], "Did you mean 'list'?"),
        (["keys", "get"], "No such command 'get'. Did you mean nemochat keys status?"),
        (["keys"], "nemochat keys takes one of set, status, remove. nemochat keys --help"),
        (["guide"], "nemochat guide takes one of serve. nemochat guide --help"),
        (["ask", "--key", "x"], "No such option: --key. A flag can be read by others; nemochat"),
        (["chats", "show", "--key"], "A flag can be read by others; nemochat keys set keeps"),
        (["config", "set", "--no"], "No such option: --no. nemochat config set --help shows"),
    ],
)
def test_what_was_meant_is_told_where_there_is_no_such_command(
    words: list[str], said: str, program: Program
) -> None:
    done = program.run(*words)
    assert (done.returncode, done.stdout) == (2, b"")
    assert said in done.stderr.decode()
    assert done.stderr.count(b"\n") == 1
