"""Help: its topics and its width, and what is said to command lines that are wrong."""

from __future__ import annotations

import re

import pytest

from nemochat.cli.app import root_command
from nemochat.cli.completions.tree import list_commands
from nemochat.cli.help import TOPICS
from nemochat.cli.options import chat_options
from nemochat.config.settings import SETTINGS
from nemochat.core import parameters
from tests.conftest import Program
from tests.regen import ROOT
from tests.terminal import Screen

HEADING = re.compile(r"^([A-Z][a-z]+):$", re.MULTILINE)
COMMANDS = [" ".join(node.path) for node in list_commands(root_command())]


@pytest.mark.parametrize(
    ("command", "own"), [("", ["Commands"]), ("ask", ["Arguments"])], ids=["chat", "ask"]
)
def test_flags_are_listed_by_topic(command: str, own: list[str], program: Program) -> None:
    done = program.run(*command.split(), "--help")
    assert (done.returncode, done.stderr) == (0, b"")
    page = done.stdout.decode()
    topics = [topic for topic in TOPICS if topic not in {"Arguments", "Flags"}]
    assert sorted(HEADING.findall(page)) == sorted([*topics, *own, "Examples"])
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


@pytest.mark.parametrize("words", [("--help",), ("-h",), ("ask", "-h"), ("chats", "import", "-h")])
def test_help_ends_with_a_command_that_shows_more(words: tuple[str, ...], program: Program) -> None:
    last = program.run(*words).stdout.decode().splitlines()[-1]
    more = program.run(*last.removeprefix("More: nemochat ").split())
    assert (more.returncode, more.stderr) == (0, b"")
    assert more.stdout.startswith(b"# ")


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


@pytest.mark.parametrize("columns", [40, 80])
@pytest.mark.parametrize("command", COMMANDS)
def test_help_fits_the_width_of_the_terminal(command: str, columns: int, program: Program) -> None:
    words = [*command.split(), "--help"]
    done = program.run(*words, environment={"COLUMNS": str(columns)})
    assert done.returncode == 0
    assert max(map(len, done.stdout.decode().splitlines())) <= columns
    assert "..." not in done.stdout.decode().partition("Example")[0]


@pytest.mark.parametrize("command", COMMANDS)
def test_help_is_in_our_own_words(command: str, program: Program) -> None:
    page = program.run(*command.split(), "--help").stdout.decode()
    assert page.startswith(f"Usage: nemochat {command}".rstrip())
    for foreign in ("OPTIONS", "ARGS", "[required]", "x>=", "this message", "[default"):
        assert foreign not in page


def test_help_is_a_word_too_and_of_a_command(program: Program) -> None:
    assert program.run("help").stdout == program.run("--help").stdout
    assert program.run("help", "ask").stdout == program.run("ask", "--help").stdout
    told = program.run("help", "parameters")
    assert told.returncode == 0
    assert told.stdout.startswith(b"# Parameters\n")
    assert program.run("help", "topic", "parameters").stdout == told.stdout
    page = (ROOT / "docs" / "ask.md").read_bytes()
    assert program.run("help", "topic", "ask").stdout.startswith(page[:100])
    assert b"- `ask`: " in program.run("help", "topics").stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["monad"], 'there is no command "monad". To ask it as a question: nemochat ask monad'),
        (["x" * 80], "To ask a question: nemochat ask …"),
        (["chat"], 'there is no command "chat". Run nemochat without arguments to open the chat'),
        (["modles"], 'there is no command "modles". Did you mean nemochat models?'),
        (["list", "-q"], 'there is no command "list". Did you mean nemochat chats list?'),
        (["login"], 'there is no command "login". Did you mean nemochat keys set?'),
        (["help", "me", "to", "rhyme"], "To ask it as a question: nemochat ask help me to rhyme"),
        (["help", "paramters"], "Did you mean nemochat help parameters?"),
        (["help", "xyzzy"], 'no command and no topic "xyzzy". nemochat help topics lists'),
        (["logs"], "Did you mean nemochat chats list?"),
        (
            ["chats", "rm", "1"],
            'nemochat chats has no command "rm". Did you mean nemochat chats delete?',
        ),
        (["chats", "ls"], "Did you mean nemochat chats list?"),
        (["keys", "get"], 'nemochat keys has no command "get". Did you mean nemochat keys status?'),
        (["keys"], "nemochat keys needs a command: set, status, remove. nemochat keys --help"),
        (["guide"], "nemochat guide needs a command: serve. nemochat guide --help"),
        (
            ["ask", "--key", "x"],
            "nemochat ask has no flag --key. Other users can see a flag; nemochat",
        ),
        (["chats", "show", "--key"], "Other users can see a flag; nemochat keys set saves"),
        (
            ["config", "set", "--no"],
            "nemochat config set has no flag --no. nemochat config set --help lists",
        ),
    ],
)
def test_what_was_meant_is_told_where_there_is_no_such_command(
    words: list[str], said: str, program: Program
) -> None:
    done = program.run(*words)
    assert (done.returncode, done.stdout) == (2, b"")
    assert said in done.stderr.decode()
    assert done.stderr.count(b"\n") == 1
