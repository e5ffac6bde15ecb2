"""Keys that are typed where no prompt stands: before an answer, at its end, in a command."""

from __future__ import annotations

import re
import termios
import time
from collections.abc import Iterator

import pytest

from tests.conftest import Heard, Program
from tests.streaming import Streaming
from tests.terminal import CTRL_D, ENTER, Screen

ALT_ENTER = "\x1b\r"


@pytest.fixture
def streaming() -> Iterator[Streaming]:
    with Streaming() as server:
        server.others, server.pace = "An answer.", 0.0
        yield server


def at(server: Streaming) -> tuple[str, ...]:
    return ("--base-url", server.base_url, "--private")


def test_what_is_typed_right_after_enter_is_the_next_message(
    program: Program, streaming: Streaming
) -> None:
    streaming.answers |= {"one": "First.", "two": "Second.", "three": "Third."}
    with Screen(program, *at(streaming)) as terminal:
        terminal.wait_for_prompt()
        streaming.held_at = streaming.piece
        terminal.say("one")
        terminal.wait_for("First")
        for line in ("two" + ENTER, "three" + ENTER, CTRL_D):
            terminal.type(line)
            time.sleep(0.2)  # the keyboard is read 20 times a second
        streaming.held_at = 0
        streaming.goes_on.set()
        assert terminal.wait_for_end() == 0
        shown = re.findall(r"> \w+$|\w+\.$", terminal.text(), re.MULTILINE)
        assert shown == ["> one", "First.", "> two", "Second.", "> three", "Third."]


def test_keys_typed_while_a_command_runs_are_unseen_and_stand_on_the_next_prompt(
    program: Program, streaming: Streaming
) -> None:
    with Screen(program, *at(streaming)) as terminal:
        terminal.wait_for_prompt()
        terminal.say("!echo begun; while [ ! -e go ]; do sleep 0.05; done; echo ended")
        terminal.wait_for("\nbegun")
        terminal.type(f"/set top_k 7{ENTER}")
        time.sleep(0.2)  # an echo would be seen by then
        terminal._read()
        assert "top_k" not in terminal.text()
        (program.home / "go").touch()
        terminal.wait_for("[y/N]")
        assert "top_k" not in terminal.text()  # and it answers no question
        terminal.say("n")
        terminal.wait_for("top_k is 7")


def test_a_shell_command_that_is_typed_during_an_answer_waits_at_the_prompt(
    program: Program, streaming: Streaming
) -> None:
    streaming.answers["one"] = "First."
    streaming.held_at = streaming.piece
    with Screen(program, *at(streaming), tells_cursor=True) as terminal:
        terminal.wait_for("░ 0%")
        terminal.say("one")
        terminal.wait_for("First")
        terminal.type(f"!touch ran{ENTER}")
        time.sleep(0.2)
        streaming.goes_on.set()
        terminal.wait_for_row("> !touch ran")
        terminal.wait_for("Enter runs the command")
        assert not (program.home / "ran").exists()
        terminal.type(ENTER)
        terminal.wait_for("The command had no output.")
    assert (program.home / "ran").exists()


@pytest.mark.parametrize("line", ["!touch ran", " !touch ran", "/pipe touch ran", "/run script"])
def test_what_runs_a_program_waits_at_the_prompt_if_it_is_typed_at_the_start(
    line: str, program: Program, streaming: Streaming
) -> None:
    (program.home / "script").write_text("!touch ran\n")
    with Screen(program, *at(streaming)) as terminal:
        terminal.type(line + ENTER)
        terminal.wait_for(f"> {line}")
        terminal.wait_until_quiet()
        assert terminal.row() in (f"> {line}", "…")
        assert not (program.home / "ran").exists()


def test_a_command_that_waits_takes_the_text_typed_after_it_along(
    program: Program, streaming: Streaming
) -> None:
    streaming.held_at = streaming.piece
    with Screen(program, *at(streaming)) as terminal:
        terminal.wait_for_prompt()
        terminal.say("one")
        terminal.wait_for("An an")
        for line in ("!touch ran", "Hello!"):
            terminal.type(line + ENTER)
            time.sleep(0.2)
        streaming.held_at = 0
        streaming.goes_on.set()
        terminal.wait_for("> !touch ran\n… Hello!")
        terminal.wait_for_prompt()
    assert not (program.home / "ran").exists()


def test_a_shell_command_that_is_typed_ahead_waits_on_a_dumb_terminal_too(
    program: Program, streaming: Streaming
) -> None:
    streaming.answers["one"] = "First."
    streaming.held_at = streaming.piece
    dumb = Program(program.home, {**program.environment, "TERM": "dumb"})
    with Screen(dumb, *at(streaming)) as terminal:
        terminal.wait_for_prompt()
        terminal.say("one")
        terminal.wait_for("First")
        terminal.type(f"!touch ran{ENTER}")
        time.sleep(0.2)
        streaming.goes_on.set()
        terminal.wait_for_row("> !touch ran")
        assert not (program.home / "ran").exists()
        terminal.type(ENTER)
        terminal.wait_for("The command had no output.")
    assert (program.home / "ran").exists()


def test_a_paste_while_a_command_runs_stays_one_message(
    program: Program, streaming: Streaming
) -> None:
    with Screen(program, *at(streaming)) as terminal:
        terminal.wait_for_prompt()
        terminal.say("!echo begun; while [ ! -e go ]; do sleep 0.05; done")
        terminal.wait_for("\nbegun")
        terminal.type("\x1b[200~one\rtwo\x1b[201~")
        (program.home / "go").touch()
        terminal.wait_for("[y/N]")
        terminal.say("n")
        terminal.wait_for("> one\n… two")


def test_the_terminal_is_as_before_for_a_question_and_after_the_chat(asking: Program) -> None:
    with Screen(asking) as terminal:
        before = termios.tcgetattr(terminal.process.child_fd)
        terminal.wait_for_prompt()
        (asking.home / "there").write_text("kept")
        terminal.say("Hello!")
        terminal.wait_for_prompt()
        terminal.say("/write there")
        terminal.wait_for("[y/N]")
        assert termios.tcgetattr(terminal.process.child_fd) == before
        terminal.say("n")
        terminal.wait_for_prompt()
        terminal.type(CTRL_D)
        terminal.wait_for_end()
        assert b"\x1b[?2004l" in terminal.raw.rpartition(b"\x1b[?2004h")[2]


@pytest.mark.parametrize("seconds", [0.0, 0.002, 0.005, 0.01, 0.02, 0.04])
def test_ctrl_d_leaves_whenever_it_comes_after_an_answer(
    asking: Program, heard: Heard, seconds: float
) -> None:
    with Screen(asking) as terminal:
        terminal.wait_for_prompt()
        terminal.say("Hello!")
        while not heard.bodies:
            terminal._read()
        time.sleep(seconds)
        terminal.type(CTRL_D)
        assert terminal.wait_for_end() == 0


def test_what_a_slow_terminal_says_of_itself_late_is_no_key(
    program: Program, streaming: Streaming
) -> None:
    with Screen(program, *at(streaming)) as terminal:
        terminal.screen.answer = None
        terminal.wait_for_prompt()
        for part in ("bef\x1b[?62;", "22cor\x1b]11;rgb:ffff/", "ffff/ffff\x1b\\e", "\x1b[?6c!"):
            terminal.type(part)
            terminal._read()
        terminal.wait_for_row("> before!")
