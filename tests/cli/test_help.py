"""Help: its topics and its width, and what is said to command lines that are wrong."""

from __future__ import annotations

import re

import pytest

from nemochat.cli.options import TOPICS, chat_options
from nemochat.config.settings import SETTINGS
from nemochat.core import parameters
from tests.conftest import Program
from tests.terminal import Screen

HEADING = re.compile(r"^([A-Z][a-z]+):$", re.MULTILINE)


@pytest.mark.parametrize(
    ("command", "own"), [("", ["Commands"]), ("ask", ["Arguments"])], ids=["chat", "ask"]
)
def test_flags_are_listed_by_topic(command: str, own: list[str], program: Program) -> None:
    done = program.run(*command.split(), "--help")
    assert (done.returncode, done.stderr) == (0, b"")
    page = done.stdout.decode()
    topics = [topic for topic in TOPICS if topic != "Arguments"]
    assert sorted(HEADING.findall(page)) == sorted([*topics, *own])
    sections = dict(zip(HEADING.findall(page), HEADING.split(page)[2::2], strict=True))
    for flag, topic in {
        "--model": "Common",
        "--resume": "Conversation",
        "--temperature": "Sampling",
        "--no-stream": "Output",
        "--proxy": "Endpoint",
        "--no-color": "Appearance",
        "--debug": "Debugging",
    }.items():
        assert flag in sections[topic]


@pytest.mark.parametrize("words", [("--help",), ("-h",), ("ask", "--help"), ("chats", "--help")])
def test_help_ends_with_where_to_read_more(words: tuple[str, ...], program: Program) -> None:
    page = program.run(*words).stdout.decode()
    end = page.rstrip().rpartition("\n\n")[2]
    assert "Example" in end
    assert re.search(r"docs/[a-z]+\.md", end)


def test_every_row_of_the_tables_is_a_flag_of_the_chat_and_of_ask(program: Program) -> None:
    flags = {flag for option in chat_options() for flag in option.opts}
    for row in (*SETTINGS, *parameters.TABLE):
        assert {row.flag, *row.flags} <= flags
    for words in ([], ["ask"]):
        page = program.run(*words, "--help").stdout.decode()
        assert [flag for flag in flags if flag not in page] == []


def test_help_on_a_narrow_terminal_is_made_for_it(program: Program) -> None:
    wide = program.run("ask", "--help").stdout.decode()
    with Screen(program, "ask", "--help", columns=40, rows=400) as terminal:
        assert terminal.wait_for_end() == 0
        assert "--max-tokens" in terminal.text()
        assert terminal.text().count("\n") > wide.count("\n")


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
        (["monad"], "No such command 'monad'. To ask it: nemochat ask monad"),
        (["x" * 80], "To ask a question: nemochat ask …"),
        (["chat"], "No such command 'chat'. nemochat alone opens the chat"),
        (["modles"], "No such command 'modles'. Did you mean nemochat models?"),
        (["list", "-q"], "No such command 'list'. Did you mean nemochat chats list?"),
        (["login"], "No such command 'login'. Did you mean nemochat keys set?"),
        (["help", "me", "to", "rhyme"], "To ask it: nemochat ask help me to rhyme"),
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
