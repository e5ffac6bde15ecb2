"""A chat at a terminal of which one stream goes elsewhere, or which cannot be painted on."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest

from tests.conftest import Program
from tests.streaming import Streaming
from tests.terminal import BASH, CTRL_C, CTRL_D, Screen

WORDS = [f"word{number:03}" for number in range(300)]


@pytest.fixture
def streaming() -> Iterator[Streaming]:
    with Streaming() as server:
        server.answers |= {"count": " ".join(WORDS), "next": "The next one."}
        yield server


def open_chat(program: Program, streaming: Streaming, streams: str) -> Screen:
    terminal = Screen(program, command=BASH, columns=200)
    terminal.wait_for_row("$")
    terminal.say(
        f"{sys.executable} -m nemochat --base-url {streaming.base_url} {streams}; echo code $?"
    )
    return terminal


def test_answers_go_into_a_file_and_the_prompt_stays_on_the_terminal(
    program: Program, streaming: Streaming
) -> None:
    out = program.home / "out"
    streaming.held_at = 40
    with open_chat(program, streaming, "> out") as terminal:
        terminal.wait_for_row(">")
        terminal.type("half")
        terminal.wait_for_row("> half")
        terminal.type(CTRL_C)
        terminal.wait_for("> half^C\n\n>")
        terminal.say("count")
        while len(out.read_text()) < streaming.held_at:
            terminal._read()
        terminal.type(CTRL_C)
        terminal.wait_for_row(">")
        streaming.held_at = 0
        terminal.say("next")
        terminal.wait_for("> next\n\n>")
        terminal.say("!echo six")
        terminal.wait_for("to the next question? [y/N]")
        terminal.say("n")
        terminal.wait_for_row(">")
        terminal.type(CTRL_D)
        terminal.wait_for("\ncode 0")
        assert WORDS[0] not in terminal.text()
    first, *_, second, six = out.read_text().splitlines()
    assert " ".join(WORDS).startswith(first.strip())
    assert (second, six) == ("The next one.", "six")


def test_a_question_of_ours_is_seen_where_standard_error_is_a_file(
    program: Program, streaming: Streaming
) -> None:
    with open_chat(program, streaming, "2> errors") as terminal:
        terminal.wait_for_prompt()
        terminal.say("!echo six")
        terminal.wait_for("to the next question? [y/N]")


def test_a_question_of_ours_is_seen_on_a_dumb_terminal(
    program: Program, streaming: Streaming
) -> None:
    dumb = Program(program.home, {**program.environment, "TERM": "dumb"})
    with open_chat(dumb, streaming, "") as terminal:
        terminal.wait_for_row(">")
        terminal.type("half")
        terminal.wait_for_row("> half")
        terminal.type(CTRL_C)
        terminal.wait_for("> half^C\n\n>")
        terminal.say("!echo six")
        terminal.wait_for("to the next question? [y/N]")
        terminal.type(CTRL_C)
        terminal.wait_for_row(">")
        terminal.type(CTRL_D)
        terminal.wait_for("\ncode 0")
