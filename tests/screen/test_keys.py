"""Every key during the wait for an answer, in text, in code, and at the prompt."""

from __future__ import annotations

import re
import signal
import sys
import termios
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.conftest import Program
from tests.streaming import Streaming
from tests.terminal import BASH, CTRL_C, CTRL_D, CTRL_Z, ENTER, Screen

ESC, CTRL_BACKSLASH = "\x1b", "\x1c"
LEFT, ALT_X = "\x1b[D", "\x1bx"
WORDS = [f"word{number:03}" for number in range(300)]
LAST = WORDS[-1]
MODES = re.compile(rb"\x1b\[\?(7|25|2004|2026)([hl])")


@dataclass(frozen=True)
class State:
    """Situation in which a key is pressed.

    Attributes:
        answer: The name of the streaming answer.
        sign: Text on the screen at that moment.
        first: Seconds before its first piece.
    """

    answer: str
    sign: str
    first: float = 0.0


STATES = {
    "waiting": State(" ".join(WORDS), "waiting for the first token", 1.5),
    "text": State(" ".join(WORDS), WORDS[20]),
    "code": State("\n".join(["```text", *WORDS, "```"]), WORDS[20]),
}


@pytest.fixture
def streaming() -> Iterator[Streaming]:
    with Streaming() as server:
        server.pace, server.piece = 0.01, 20
        yield server


@pytest.fixture(params=STATES)
def state(request: pytest.FixtureRequest, streaming: Streaming) -> State:
    state = STATES[request.param]
    streaming.answers |= {"count": state.answer, "next": "The next one."}
    streaming.first = state.first
    return state


def at(server: Streaming) -> tuple[str, ...]:
    return ("--base-url", server.base_url, "--private")


def counted(terminal: Screen) -> list[str]:
    return re.findall(r"word\d{3}", terminal.text())


def test_ctrl_c_and_esc_stop(program: Program, streaming: Streaming, state: State) -> None:
    streaming.first *= 10  # nothing comes before the key is pressed
    with Screen(program, *at(streaming)) as terminal:
        terminal.wait_for_prompt()
        for number, key in enumerate([CTRL_C, ESC, ESC + ESC, "typed" + ESC], 1):
            terminal.say("count")
            while terminal.text().count(state.sign) < (1 if state.first else number):
                terminal.wait_for(state.sign)
                terminal._read()
            terminal.type(key)
            while terminal.text().count("stopped by you") < number:
                assert LAST not in terminal.text()
                terminal._read()
            if key.startswith("typed"):
                terminal.wait_for("> typed")
                terminal.type(CTRL_C)
            terminal.wait_for_prompt()
        streaming.first = 0.0
        terminal.say("next")
        terminal.wait_for("The next one.")


def test_other_keys_do_not_stop_and_stand_on_the_next_prompt(
    program: Program, streaming: Streaming, state: State
) -> None:
    pasted = f"\x1b[200~first line\n{ESC}second line\x1b[201~"
    with Screen(program, *at(streaming)) as terminal:
        terminal.wait_for_prompt()
        terminal.say("count")
        terminal.wait_for(state.sign)
        for keys in ("xt", LEFT, LEFT, "ne", CTRL_BACKSLASH):
            terminal.type(keys)
        terminal.type_in_turn(ENTER, pasted)
        terminal.wait_for("The next one.")
        assert counted(terminal) == WORDS
        assert terminal.text().count("> next") == 1
        terminal.wait_for("> first line")
        terminal.wait_for("second line")
        assert "stopped" not in terminal.text()


def test_ctrl_d_leaves_when_the_answer_is_there(
    program: Program, streaming: Streaming, state: State
) -> None:
    with Screen(program, *at(streaming)) as terminal:
        terminal.wait_for_prompt()
        terminal.say("count")
        terminal.wait_for(state.sign)
        terminal.type(CTRL_D)
        assert terminal.wait_for_end() == 0
        assert counted(terminal) == WORDS
        assert given_back(terminal)


def test_ctrl_z_suspends_and_the_answer_goes_on(
    program: Program, streaming: Streaming, state: State
) -> None:
    with Screen(program, command=BASH, columns=100) as terminal:
        terminal.wait_for("$")
        terminal.say("sh -i")  # which leaves a terminal as it is given back, where bash sets it
        terminal.wait_for("$ sh -i\n$")  # what is typed between two shells may be lost
        terminal.say(
            f"stty -a | tr -d ';' > before; {sys.executable} -m nemochat " + " ".join(at(streaming))
        )
        terminal.wait_for_prompt()
        terminal.say("count")
        terminal.wait_for(state.sign)
        terminal.type(CTRL_Z)
        terminal.wait_for("Stopped")
        assert state.first == 0 or state.sign not in terminal.text()
        terminal.say("stty -a | tr -d ';' > after; cmp before after && echo the same")
        terminal.wait_for("\nthe same")
        terminal.say("fg")
        terminal.type("next")
        terminal.wait_for(LAST)
        terminal.wait_for("> next")
        assert counted(terminal) == WORDS
        terminal.type(ENTER)
        terminal.wait_for("The next one.")


def test_a_pause_by_ctrl_z_is_no_silence_of_the_endpoint(
    program: Program, streaming: Streaming
) -> None:
    streaming.answers["count"] = " ".join(WORDS)
    streaming.pace, streaming.piece = 0.05, 40
    with Screen(program, command=BASH) as terminal:
        terminal.wait_for("$")
        terminal.say(f"{sys.executable} -m nemochat --idle-timeout 1 " + " ".join(at(streaming)))
        terminal.wait_for_prompt()
        terminal.say("count")
        terminal.wait_for(WORDS[20])
        terminal.type(CTRL_Z)
        terminal.wait_for("Stopped")
        terminal.say("sleep 3; echo slept")
        terminal.wait_for("\nslept")
        terminal.say("fg")
        terminal.wait_for_prompt()
        assert counted(terminal) == WORDS


def test_at_the_prompt_ctrl_d_leaves_and_the_others_do_not(program: Program) -> None:
    with Screen(program, "--endpoint", "guide", "--private") as terminal:
        terminal.wait_for_prompt()
        for key in (ESC, CTRL_BACKSLASH, CTRL_C, ENTER, "typed" + CTRL_D + CTRL_C):
            terminal.type(key)
            terminal.wait_for_prompt()
        terminal.type(CTRL_D)
        assert terminal.wait_for_end() == 0
        assert given_back(terminal)


@pytest.mark.parametrize("view", ["plain", "accessible"])
def test_a_view_that_repaints_nothing_has_the_same_keys(
    view: str, program: Program, streaming: Streaming
) -> None:
    streaming.answers |= {"count": " ".join(WORDS), "next": "The next one."}
    with Screen(program, *at(streaming), "--view", view) as terminal:
        while b"\x1b[?2004h" not in terminal.raw:  # the prompt
            terminal._read()
        terminal.say("count")
        terminal.wait_for(WORDS[20])
        terminal.type("next" + ENTER + ESC)
        terminal.wait_for("The next one.")
        assert LAST not in terminal.text()
        assert terminal.text().count("next\n") == 1  # on its prompt, not in the answer
        assert ("Notice: stopped by you" in terminal.text()) is (view == "accessible")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_gives_the_terminal_back(
    number: signal.Signals, program: Program, streaming: Streaming
) -> None:
    streaming.answers["count"] = "\N{SNOWMAN} " + " ".join(WORDS)
    with Screen(program, *at(streaming)) as terminal:
        terminal.wait_for_prompt()
        terminal.say("count")
        terminal.wait_for(WORDS[20])
        terminal.process.kill(number)
        assert terminal.wait_for_end() == 128 + number
        assert given_back(terminal)


def given_back(terminal: Screen) -> bool:
    """Return whether cursor, wrapping, pastes and echo are restored."""
    while terminal._read():
        pass
    last = dict(MODES.findall(terminal.raw))
    assert last.pop(b"2026", b"l") == b"l"
    assert last == {b"7": b"h", b"25": b"h", b"2004": b"l"}
    local = termios.tcgetattr(terminal.process.child_fd)[3]
    return bool(local & termios.ECHO and local & termios.ICANON)
