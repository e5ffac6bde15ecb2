"""The terminal goes away, a signal comes, or the chat is stopped: in whatever it is doing."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest

from tests.api.secured import until
from tests.conftest import Program
from tests.streaming import Streaming
from tests.terminal import BASH, CTRL_C, CTRL_D, CTRL_Z, ENTER, Screen

CTRL_G, CTRL_R = "\x07", "\x12"
WORDS = [f"word{number:03}" for number in range(300)]
EDITOR = """import pathlib, sys, time
pathlib.Path(sys.argv[1]).write_text("what was saved")
print("editing", flush=True)
time.sleep(600)
"""
# Its code is told by a shell that outlives it; its number is of the process that becomes it.
TOLD = """trap {trap} HUP; trap : TERM
sh -c 'echo $$ > number; exec "$@"' sh "$@" 2> errors
echo $? > code
"""


@pytest.fixture
def streaming() -> Iterator[Streaming]:
    with Streaming() as server:
        server.pace, server.piece = 0.01, 20
        server.answers |= {"count": " ".join(WORDS), "next": "The next one."}
        server.held_at = len(" ".join(WORDS[:50]))
        yield server
        server.goes_on.set()


def at_the_prompt(terminal: Screen) -> None:
    terminal.type("half")
    terminal.wait_for_row("> half")


def in_the_history_s_search(terminal: Screen) -> None:
    at_the_prompt(terminal)
    terminal.type(CTRL_R + "some")
    terminal.wait_for("I-search")


def in_a_menu(terminal: Screen) -> None:
    terminal.type("/e")
    terminal.wait_for("/export")


def suspended(terminal: Screen) -> None:
    at_the_prompt(terminal)
    terminal.type(CTRL_Z)
    terminal.wait_for("Stopped")


def suspended_in_the_search(terminal: Screen) -> None:
    in_the_history_s_search(terminal)
    terminal.type(CTRL_Z)
    terminal.wait_for("Stopped")


def in_an_answer(terminal: Screen) -> None:
    terminal.say("count")
    terminal.wait_for(WORDS[40])


def suspended_in_an_answer(terminal: Screen) -> None:
    in_an_answer(terminal)
    terminal.type(CTRL_Z)
    terminal.wait_for("Stopped")


def in_the_editor(terminal: Screen) -> None:
    at_the_prompt(terminal)
    terminal.type(CTRL_G)
    terminal.wait_for("editing")


def in_a_question(terminal: Screen) -> None:
    terminal.say("!echo six")
    terminal.wait_for("[y/N]")


State = Callable[[Screen], None]
SUSPENDED = (suspended, suspended_in_the_search, suspended_in_an_answer)
STATES = (
    at_the_prompt,
    in_the_history_s_search,
    in_a_menu,
    suspended,
    suspended_in_the_search,
    in_an_answer,
    suspended_in_an_answer,
    in_the_editor,
    in_a_question,
)
every_state = pytest.mark.parametrize("state", STATES, ids=lambda state: state.__name__)
# A signal in the moment before a line is read is heard only after that line.
every_other_state = pytest.mark.parametrize(
    "state", [s for s in STATES if s is not in_a_question], ids=lambda state: state.__name__
)


def open_chat(program: Program, streaming: Streaming, trap: str = ":") -> Screen:
    """A chat in a job of bash, whose exit code is kept in the file `code`."""
    editor = program.home / "editor.py"
    editor.write_text(EDITOR)
    told = program.home / "told.sh"
    told.write_text(TOLD.format(trap=trap))
    mine = Program(
        program.home,
        {
            **program.environment,
            "VISUAL": f"{sys.executable} {editor}",
            "TMPDIR": str(program.home),
        },
    )
    terminal = Screen(mine, command=BASH, columns=200)
    terminal.wait_for_row("$")
    command = f"{sys.executable} -m nemochat --base-url {streaming.base_url}"
    terminal.say(f"sh {told} {command}")
    terminal.wait_for_prompt()
    return terminal


def process(program: Program) -> int:
    return int((program.home / "number").read_text())


def is_stopped(program: Program) -> bool:
    """Return whether the chat is stopped: bash's "Stopped" says so of the shell around it alone."""
    command = ("ps", "-o", "stat=", "-p", str(process(program)))
    return subprocess.run(command, capture_output=True, check=True).stdout.startswith(b"T")


def enter(state: State, terminal: Screen, program: Program) -> None:
    """Bring a chat into a state."""
    state(terminal)
    if state in SUSPENDED:
        until(lambda: is_stopped(program))


def code(program: Program) -> int:
    """The chat's exit code, once it has one."""
    path = program.home / "code"
    deadline = time.monotonic() + 20
    while not (path.exists() and path.read_text().endswith("\n")):
        assert time.monotonic() < deadline, "it goes on"
        time.sleep(0.05)
    assert "Traceback" not in (program.home / "errors").read_text()
    return int(path.read_text())


def kept(program: Program) -> list[tuple[str, str]]:
    """Each message on disk, with how an answer ended."""
    with sqlite3.connect(program.database) as db:
        rows = db.execute("SELECT content, details FROM messages ORDER BY id").fetchall()
    db.close()
    return [
        (content, json.loads(details)["provenance"]["ending"] if details else "")
        for content, details in rows
    ]


def assert_all_is_kept(state: State, program: Program) -> None:
    if state in {in_an_answer, suspended_in_an_answer}:
        (question, _), (answer, ending) = kept(program)
        assert (question, ending) == ("count", "interrupted")
        assert WORDS[40] in answer
    if state is in_the_editor:
        (file,) = program.home.glob("nemochat-*.md")
        assert file.read_text() == "what was saved"


@every_state
def test_a_terminal_that_goes_away_ends_the_chat(
    state: State, program: Program, streaming: Streaming
) -> None:
    with open_chat(program, streaming) as terminal:
        enter(state, terminal, program)
        terminal.hang_up()
        assert code(program) == 129
    assert_all_is_kept(state, program)


@pytest.mark.parametrize("state", [at_the_prompt, in_the_history_s_search, in_an_answer])
def test_a_terminal_that_goes_away_ends_a_chat_that_no_signal_tells(
    state: State, program: Program, streaming: Streaming
) -> None:
    with open_chat(program, streaming, trap="''") as terminal:
        enter(state, terminal, program)
        terminal.hang_up()
        streaming.goes_on.set()
        assert code(program) == 129


@every_other_state
def test_a_signal_to_end_ends_the_chat_and_gives_the_terminal_back(
    state: State, program: Program, streaming: Streaming
) -> None:
    with open_chat(program, streaming) as terminal:
        enter(state, terminal, program)
        number = process(program)
        group = os.getpgid(number)
        os.kill(number, signal.SIGTERM)
        with suppress(ProcessLookupError):  # it may be gone already
            os.killpg(group, signal.SIGCONT)  # as bash's own kill does
        assert code(program) == 143
        terminal.say("stty -a | grep -ow -e -icanon -e -echo; echo all of $((6 * 7))")
        terminal.wait_for("all of 42")
        assert "\n-icanon" not in terminal.text()
        assert "\n-echo" not in terminal.text()
    assert_all_is_kept(state, program)


@pytest.mark.parametrize("state", [at_the_prompt, in_the_history_s_search, in_a_menu])
def test_an_interrupt_from_outside_takes_the_line_back_and_ends_nothing(
    state: State, program: Program, streaming: Streaming
) -> None:
    with open_chat(program, streaming) as terminal:
        for _ in range(2):
            state(terminal)
            os.kill(process(program), signal.SIGINT)
            terminal.wait_for_row(">")
        terminal.say("next")
        terminal.wait_for("The next one.")
        terminal.wait_for_prompt()
        terminal.type(CTRL_D)
        assert code(program) == 0
    assert [content for content, _ in kept(program)] == ["next", "The next one."]


@pytest.mark.parametrize(
    ("number", "sent"), [(signal.SIGSTOP, os.killpg), (signal.SIGTSTP, os.kill)]
)
def test_a_chat_that_was_stopped_from_outside_draws_its_prompt_again(
    number: signal.Signals,
    sent: Callable[[int, int], None],
    program: Program,
    streaming: Streaming,
) -> None:
    with open_chat(program, streaming) as terminal:
        at_the_prompt(terminal)
        sent(os.getpgid(process(program)) if sent is os.killpg else process(program), number)
        terminal.wait_for_row("$")
        terminal.say("fg")
        terminal.wait_for_row("> half")
        terminal.type(CTRL_Z)
        terminal.wait_for_row("$")
        terminal.say("fg")
        terminal.wait_for_row("> half")
        terminal.type(" and half" + CTRL_C)
        terminal.wait_for_prompt()
        terminal.say("next")
        terminal.wait_for("The next one.")
        terminal.wait_for_prompt()
        terminal.type(CTRL_D)
        assert code(program) == 0


def quiet(terminal: Screen, program: Program) -> bool:
    """Whether the terminal is the program's, and its echo off."""
    descriptor = terminal.process.child_fd
    echo = termios.tcgetattr(descriptor)[3] & termios.ECHO
    return not echo and os.tcgetpgrp(descriptor) == os.getpgid(process(program))


def test_an_answer_that_was_stopped_from_outside_goes_on_whole_and_unseen_keys_stay_unseen(
    program: Program, streaming: Streaming
) -> None:
    with open_chat(program, streaming) as terminal:
        in_an_answer(terminal)
        os.killpg(os.getpgid(process(program)), signal.SIGSTOP)
        terminal.wait_for_row("$")
        terminal.say("echo from here on; fg")
        terminal.wait_for("\nfrom here on")
        until(lambda: quiet(terminal, program))
        terminal.type("next")
        streaming.goes_on.set()
        terminal.wait_for_row("> next")
        answer = terminal.text().rpartition("from here on\n")[2]
        assert "next" not in answer.partition(WORDS[-1])[0]
        assert answer.count(WORDS[0]) <= 1
        terminal.type(ENTER)
        terminal.wait_for("The next one.")


def test_ctrl_z_in_a_search_leaves_it_and_keeps_what_is_typed(
    program: Program, streaming: Streaming
) -> None:
    with open_chat(program, streaming) as terminal:
        suspended_in_the_search(terminal)
        terminal.wait_for_row("$")
        terminal.say("fg")
        terminal.wait_for_row("> half")
        terminal.type(" of it")
        terminal.wait_for_row("> half of it")


def test_what_nohup_asks_for_is_granted(program: Program, streaming: Streaming) -> None:
    streaming.goes_on.set()
    streaming.pace = 0.02
    arguments = ("ask", "--base-url", streaming.base_url, "count")
    with Screen(program, *arguments, command=("sh", "-c", WITHOUT_HANG_UP, "sh")) as terminal:
        terminal.wait_for(WORDS[3])
        terminal.process.kill(signal.SIGHUP)
        assert terminal.wait_for_end() == 0
        assert WORDS[-1] in terminal.text()


WITHOUT_HANG_UP = f"trap '' HUP; exec {sys.executable} -m nemochat \"$@\""
