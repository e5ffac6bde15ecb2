"""When does the guide answer, and when is another asked?"""

from __future__ import annotations

import json

import pytest

from tests.conftest import Heard, Program
from tests.terminal import Screen

GUIDED = {"NEMOCHAT_ENDPOINT": "guide"}


def test_an_address_on_the_command_line_wins_over_the_guide_of_a_variable(
    program: Program, heard: Heard
) -> None:
    there = ("--base-url", heard.base_url)
    assert program.run("ask", *there, "Hello!", environment=GUIDED).returncode == 0
    assert len(heard.bodies) == 1
    program.run("ask", "--endpoint", "guide", "What is the guide?")
    assert len(heard.bodies) == 1
    assert program.run("ask", "-c", *there, "And now?", environment=GUIDED).returncode == 0
    assert len(heard.bodies) == 2  # a conversation with the guide goes there too


def test_an_address_and_the_guide_cannot_be_combined(program: Program) -> None:
    for address in ("http://127.0.0.1:9/v1", "http://[::1"):
        done = program.run("ask", "--endpoint", "guide", "--base-url", address, "Hello!")
        assert done.returncode == 2
        assert b"--base-url and --endpoint guide cannot be combined" in done.stderr
        assert done.stderr.count(b"\n") == 1


@pytest.mark.parametrize("flags", [(), ("--endpoint", "guide")])
def test_an_address_that_is_none_is_said_and_no_fault_of_ours(
    program: Program, flags: tuple[str, ...]
) -> None:
    done = program.run("ask", *flags, "Hello!", environment={"NEMOCHAT_BASE_URL": "http://[::1"})
    assert done.returncode == (0 if flags else 3)
    assert b"fault" not in done.stderr


def test_a_conversation_with_another_is_not_handed_to_the_guide_for_want_of_a_token(
    program: Program, asking: Program
) -> None:
    asking.run("ask", "Hello!")
    asking.run("chats", "rename", "1", "lamb")
    for flags in (("-c",), ("--resume", "lamb"), ("-c", "--fork")):
        with Screen(program, *flags) as terminal:
            terminal.wait_for("there is no token for deepinfra")
            assert terminal.wait_for_end() == 3
    told = json.loads(program.run("chats", "list", "--json").stdout)
    assert [each["name"] for each in told] == ["lamb"]
    with Screen(program, "-c", "--endpoint", "guide") as terminal:  # who wants it so
        terminal.wait_for("the embedded guide")
        terminal.wait_for_prompt()
