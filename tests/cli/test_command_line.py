"""What is made of a command line: questions without `ask`, and where flags may stand."""

from __future__ import annotations

import os

import pytest

from tests.cli.test_help import COMMANDS, HEADING
from tests.conftest import Heard, Program
from tests.terminal import Screen


def question(heard: Heard) -> str:
    return str(heard.bodies[-1]["messages"][-1]["content"])


@pytest.mark.parametrize(
    ("words", "asked"),
    [
        (["what", "is", "a", "monad"], "what is a monad"),
        (["What is a monad?"], "What is a monad?"),
        (["What is a monad?", "-S"], "What is a monad?"),
        (["hello", "ask"], "hello ask"),
        (
            ["What", "are", "the", "chats", "--no-stream", "of", "whales?"],
            "What are the chats of whales?",
        ),
        (["--", "-x", "means", "what?"], "-x means what?"),
        (["--", "what", "is", "it?"], "what is it?"),
        (["--", "what", "-x", "is"], "what -x is"),
        (["-S", "--", "explain", "-v"], "explain -v"),
        (["what", "--", "is"], "what is"),
        (["what", "--", "-x"], "what -x"),
        (["explain", "-t", "0.3", "this"], "explain this"),
        (["explain", "-S", "--", "-v in grep"], "explain -v in grep"),
        (["ask", "chats"], "chats"),
        (["日本　語"], "日本　語"),
    ],
    ids=str,
)
def test_words_that_name_no_command_are_a_question(
    words: list[str], asked: str, asking: Program, heard: Heard
) -> None:
    done = asking.run(*words)
    assert (done.returncode, done.stderr) == (0, b"")
    assert question(heard) == asked


def test_flags_may_stand_before_a_question_and_after_it(asking: Program, heard: Heard) -> None:
    asking.run("-t", "0.3", "--top-k", "5", "what", "is", "it?", "--top-k", "6", "--json")
    assert question(heard) == "what is it?"
    assert heard.bodies[-1]["temperature"] == 0.3
    assert heard.bodies[-1]["top_k"] == 6


def test_what_comes_through_a_pipe_goes_with_a_question(asking: Program, heard: Heard) -> None:
    asking.run("what", "is", "this?", stdin=b"a text\n")
    assert question(heard) == "what is this?\n\n```\na text\n```"


@pytest.mark.parametrize(
    "words",
    [
        ["monad"],
        ["monad", "-S"],
        ["-S", "monad"],
        ["monad", "-t", "0.3"],
        ["monad", "-x", "2"],
        ["monad", "--no-such-flag"],
        ["--", "monad"],
        [""],
        ["aks"],
        ["-"],
    ],
)
def test_a_single_word_is_no_question(words: list[str], asking: Program, heard: Heard) -> None:
    done = asking.run(*words)
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr.startswith(b'nemochat: there is no command "')
    assert heard.bodies == []


@pytest.mark.parametrize(
    ("flags", "temperature"),
    [
        (("-t", "0.3", "-o", "temperature", "0.5"), 0.5),
        (("-o", "temperature", "0.5", "-t", "0.3"), 0.3),
        (("-t", "0.3", "--temperature", "0.5"), 0.5),
    ],
)
def test_of_two_flags_for_one_thing_the_later_counts(
    flags: tuple[str, ...], temperature: float, asking: Program, heard: Heard
) -> None:
    asking.run("ask", *flags, "Hello!")
    assert heard.bodies[-1]["temperature"] == temperature


@pytest.mark.parametrize(
    "words",
    [
        ["ask", "-c", "--resume", "lamb", "Hello!"],
        ["ask", "--resume", "lamb", "-c", "Hello!"],
        ["-c", "ask", "--resume", "lamb", "Hello!"],
        ["--resume", "lamb", "what", "now?", "-c"],
    ],
    ids=" ".join,
)
def test_one_conversation_is_resumed_at_most(words: list[str], asking: Program) -> None:
    done = asking.run(*words)
    assert done.returncode == 2
    assert done.stderr.startswith(b"nemochat: -c and --resume cannot be combined")


def test_a_command_is_helped_by_its_name_at_any_depth(program: Program) -> None:
    for words in (["chats", "list"], ["keys"], ["ask"]):
        page = program.run("help", *words).stdout
        assert page == program.run(*words, "--help").stdout
        assert page.startswith(f"Usage: nemochat {' '.join(words)}".encode())
    assert "Commands" in HEADING.findall(program.run("help").stdout.decode())


def foregrounds(program: Program, *words: str) -> set[str]:
    """The colours of what is shown on a terminal that has them."""
    environment = program.environment | {"TERM": "xterm-256color"}
    with Screen(Program(program.home, environment), *words, rows=50) as screen:
        assert screen.wait_for_end() == 0
        cells = [cell for row in screen.screen.buffer.values() for cell in row.values()]
    assert any(cell.bold for cell in cells)
    return {cell.fg for cell in cells}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ((), ("show", "page.md")),
        (("ask",), ("--endpoint", "guide", "start")),
    ],
)
def test_no_color_takes_the_colours_away(
    before: tuple[str, ...], after: tuple[str, ...], program: Program
) -> None:
    (program.home / "page.md").write_text("# Title\n\n`code` and **bold**\n")
    assert foregrounds(program, *before, *after) > {"default"}
    assert foregrounds(program, *before, "--no-color", *after) == {"default"}


@pytest.mark.parametrize(
    ("words", "flag"),
    [(["explain", "-v", "in", "grep"], "-v"), (["what", "--colour", "is", "it?"], "--colour")],
)
def test_a_question_with_an_unknown_flag_is_refused_with_the_way_to_ask_it(
    words: list[str], flag: str, asking: Program, heard: Heard
) -> None:
    done = asking.run(*words)
    assert done.returncode == 2
    assert done.stderr.decode() == (
        f"nemochat ask has no flag {flag}. Put a question that contains it after --:"
        " nemochat ask -- …\n"
    )
    assert heard.bodies == []
    asking.run("ask", "--", *words)
    assert question(heard) == " ".join(words)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_accepts_the_flags_about_appearance(command: str, program: Program) -> None:
    flags = ("--no-color", "--plain", "--theme", "dark", "--no-math", "--view=auto")
    done = program.run(*command.split(), *flags, "--help")
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.parametrize("command", ["keys status", "config show"])
def test_a_flag_about_appearance_counts_before_and_after_a_command(
    command: str, program: Program
) -> None:
    words, dark = command.split(), ("--theme", "dark")
    assert foregrounds(program, *words) == {"default"}
    assert foregrounds(program, *words, *dark) > {"default"}
    assert foregrounds(program, *dark, *words) > {"default"}
    assert foregrounds(program, *words, *dark, "--no-color") == {"default"}
    for flags, has_rules in (((), True), (("--plain",), False)):
        for line in ((*words, *flags), (*flags, *words)):
            with Screen(program, *line, rows=60) as screen:
                assert screen.wait_for_end() == 0
                assert ("─" in screen.text()) == has_rules


@pytest.mark.parametrize(
    "words",
    [
        ("ask", b"caf\xe9"),
        (b"caf\xe9", "is", "what?"),
        ("chats", "show", b"caf\xe9"),
        ("chats", "search", b"caf\xe9"),
        ("help", b"caf\xe9"),
        ("config", "set", "model", b"caf\xe9"),
        ("-s", b"caf\xe9", "ask", "Hello!"),
    ],
    ids=str,
)
def test_words_that_are_not_utf_8_are_refused(
    words: tuple[str | bytes, ...], asking: Program, heard: Heard
) -> None:
    done = asking.run(*map(os.fsdecode, words))
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr.decode() == 'nemochat: "caf�" is not UTF-8 text (byte 3 is 0xe9)\n'
    assert heard.bodies == []


def test_words_in_utf_8_are_read_in_a_locale_without_it(asking: Program, heard: Heard) -> None:
    locale = {"LC_ALL": "POSIX", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    assert asking.run("ask", "Où est la gare?", environment=locale).returncode == 0
    assert question(heard) == "Où est la gare?"


@pytest.mark.parametrize(
    "words", [("login", "sk-abc1234567890"), ("set", "key", "hf_4f5d6e7a8b9c"), ("what", "is", "x")]
)
def test_a_token_among_words_is_not_sent_as_a_question(
    words: tuple[str, ...], program: Program
) -> None:
    done = program.run("--endpoint", "guide", *words)
    is_token = "is" not in words
    assert done.returncode == (2 if is_token else 0)
    assert (b"nemochat keys set" in done.stderr) == is_token
    assert program.database.exists() == (not is_token)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("ask", "--out", "~nobodyx/x", "Hi"), 2),
        (("ask", "--endpoint", "guide", "-s", "@~nobodyx/x", "Hi"), 2),
        (("ask", "--base-url", "https://127.0.0.1:9", "--ca-bundle", "~nobodyx/x", "Hi"), 3),
        (
            (
                "ask",
                "--base-url",
                "http://127.0.0.1:9",
                "--proxy",
                "http://u:\x01p@127.0.0.1:9",
                "x",
            ),
            3,
        ),
    ],
)
def test_a_home_or_a_proxy_that_cannot_be_is_no_fault_of_ours(
    arguments: tuple[str, ...], code: int, program: Program
) -> None:
    done = program.run(*arguments)
    assert done.returncode == code, done.stderr
    assert b"fault" not in done.stderr
    assert b"determine" not in done.stderr
