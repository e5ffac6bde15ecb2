"""Commands of one's own: files that become slash commands."""

from __future__ import annotations

from pathlib import Path

import pytest

from nemochat.errors import UsageError
from nemochat.repl import registry
from tests.conftest import Heard, Program
from tests.terminal import CTRL_C, Screen


def folder(program: Program) -> Path:
    made = program.home / "config" / "nemochat" / "commands"
    made.mkdir(parents=True)
    return made


@pytest.mark.parametrize(
    ("text", "argument", "asked"),
    [
        ("Fix $1 in $2.", "'the bug' main.c", "Fix the bug in main.c."),
        ("All: $ARGUMENTS", 'a "b c"', 'All: a "b c"'),
        ("It costs $$5, or $100, $ and $x.", "", "It costs $5, or $100, $ and $x."),
        ("$1 $1", "$2", "$2 $2"),
        ("Review:", "this here", "Review:\n\nthis here"),
        ("Say $1", "don't", "Say don't"),
        ("$ARGUMENTSX $ARGUMENTS", "", "$ARGUMENTSX "),
    ],
)
def test_arguments_are_put_where_the_file_takes_them(text: str, argument: str, asked: str) -> None:
    assert registry.UserCommand("x", Path("x.md"), "", text).fill(argument) == asked


def test_an_argument_that_is_missing_is_named() -> None:
    with pytest.raises(UsageError, match=r"needs 3 arguments: \$2 is missing"):
        registry.UserCommand("x", Path("x.md"), "", "$3 and $1").fill("one")


@pytest.mark.parametrize(
    ("content", "about", "text"),
    [
        ("<!-- Fixes\nthings -->\nFix it.\n", "Fixes things", "Fix it."),
        ("Fix it.\n\nNow.\n", "Fix it.", "Fix it.\n\nNow."),
        ("Fix <!-- this -->\n", "Fix <!-- this -->", "Fix <!-- this -->"),
    ],
)
def test_a_comment_that_stands_first_is_the_help(
    tmp_path: Path, content: str, about: str, text: str
) -> None:
    path = tmp_path / "fix.md"
    path.write_text(content)
    assert registry.read_command("fix", path) == registry.UserCommand("fix", path, about, text)


def test_a_file_of_one_s_own_is_a_command_like_any_other(asking: Program, heard: Heard) -> None:
    commands = folder(asking)
    (commands / "Explain.md").write_text("<!-- Explains it -->\nExplain $1 to $2.\n")
    (commands / "list.md").write_text("x")
    (commands / "two words.md").write_text("x")
    (commands / "empty.md").write_text("<!-- nothing -->\n")
    (commands / "binary.md").write_bytes(b"\0\1")
    with Screen(asking, columns=100) as terminal:
        terminal.wait_for_prompt()
        terminal.type("/ex\t")
        terminal.wait_for("Explains it")
        terminal.type(CTRL_C)
        terminal.wait_for_prompt()
        terminal.say("/explain 'black holes' me")
        terminal.wait_for("/list is a built-in command")
        terminal.wait_for_prompt()
        (commands / "Explain.md").write_text("Tell $ARGUMENTS.")
        terminal.say("/explain me more")
        terminal.wait_for_prompt()
        for line, told in (
            ("/explian x", "Did you mean /explain?"),
            ("/empty", "there is no message"),
            ("/binary", "is binary, not text"),
            ("/help explain", "Your own command, from"),
            ("/help", "Your own commands:"),
        ):
            terminal.say(line)
            terminal.wait_for(told)
            terminal.wait_for_prompt()
        assert terminal.text().count("/list is a built-in command") == 2  # once, and in /help
        terminal.say("/exit")
        assert terminal.wait_for_end() == 0
    said = [body["messages"][-1]["content"] for body in heard.bodies]
    assert said == ["Explain black holes to me.", "Tell me more."]


def test_what_a_file_asks_is_put_into_the_profile_s_template(asking: Program, heard: Heard) -> None:
    (folder(asking) / "go.md").write_text("Go on\n")
    (asking.home / "config" / "nemochat" / "config.toml").write_text(
        "[profile.p]\ntemplate = 'Please: {input}'\n"
    )
    (asking.home / "script").write_text("/go\nfar\n")
    assert asking.run("-p", "p", "--script", "script").returncode == 0
    assert [body["messages"][-1]["content"] for body in heard.bodies] == [
        "Please: Go on",
        "Please: far",
    ]
