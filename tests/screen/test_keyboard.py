"""Keyboard of a terminal in this process: reading, stopping and restoring."""

from __future__ import annotations

import os
import signal
import termios
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TextIO

import pytest

from nemochat.errors import Ended, ExitCode
from nemochat.screen.keyboard import PASTES_BARE, PASTES_MARKED, Keyboard

ESC = b"\x1b"


@dataclass
class Desk:
    """Terminal with a user who types, and what was written to it."""

    terminal: TextIO
    person: int
    written: list[str] = field(default_factory=list)

    def keyboard(self) -> Keyboard:
        return Keyboard(self.terminal, self.written.append)

    def type(self, keys: bytes) -> None:
        os.write(self.person, keys)

    def modes(self) -> list[object]:
        return termios.tcgetattr(self.terminal)


@pytest.fixture
def desk() -> Iterator[Desk]:
    person, behind = os.openpty()
    with os.fdopen(behind, encoding="utf-8") as terminal:
        yield Desk(terminal, person)
    os.close(person)


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Set the clock: its last entry is the time.

    A real one would go on between two keys, for longer than the wait after an Esc.
    """
    times = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: times[-1])
    return times


def test_keys_come_at_once_and_unseen_and_the_terminal_is_given_back(desk: Desk) -> None:
    before = termios.tcgetattr(desk.terminal)
    with desk.keyboard() as keyboard:
        now = termios.tcgetattr(desk.terminal)
        assert not now[3] & (termios.ECHO | termios.ICANON | termios.IEXTEN)
        assert now[3] & termios.ISIG
        assert now[3] & termios.NOFLSH
        assert not now[0] & termios.ICRNL
        assert now[6][termios.VQUIT] == b"\0"
        assert now[6][termios.VINTR] == before[6][termios.VINTR]
        assert [now[at] for at in (1, 2, 4, 5)] == [before[at] for at in (1, 2, 4, 5)]
        assert desk.written == [PASTES_MARKED]
        desk.type(b"a\r\n\xc3")
        assert not keyboard.read_stop()
        desk.type(b"\xa9")
        assert not keyboard.read_stop()
        assert b"".join(keyboard.take_typed()) == "a\r\né".encode()
        assert b"".join(keyboard.take_typed()) == b""
    assert termios.tcgetattr(desk.terminal) == before
    assert desk.written == [PASTES_MARKED, PASTES_BARE]


@pytest.mark.parametrize(
    ("keys", "typed"),
    [
        ([ESC], b""),
        ([b"ab" + ESC], b"ab"),
        ([ESC + ESC], b""),
        ([b"\x1b[200~a" + ESC, b"\x1b[201~" + ESC], b"\x1b[200~a\x1b\x1b[201~"),
        ([b"\x1b[200~a\x1b[201~" * 2 + ESC], b"\x1b[200~a\x1b[201~" * 2),
    ],
)
def test_a_lone_esc_stops_once_it_is_sure_that_nothing_follows(
    keys: list[bytes], typed: bytes, desk: Desk, later: list[float]
) -> None:
    with desk.keyboard() as keyboard:
        for each in keys:
            desk.type(each)
            assert not keyboard.read_stop()
        later.append(100.0625)
        assert keyboard.read_stop()
        assert b"".join(keyboard.take_typed()) == typed
        later.append(101.0)
        assert not keyboard.read_stop()


@pytest.mark.parametrize(
    "keys",
    [[b"\x1b[D"], [ESC, b"[D"], [ESC, b"x"], [b"\x1b[200~" + ESC], [b"a"], [b"\x1b[200~a", ESC]],
)
def test_the_beginning_of_another_key_and_what_is_pasted_do_not_stop(
    keys: list[bytes], desk: Desk, later: list[float]
) -> None:
    with desk.keyboard() as keyboard:
        for each in keys:
            desk.type(each)
            assert not keyboard.read_stop()
        later.append(101.0)
        assert not keyboard.read_stop()
        assert b"".join(keyboard.typed) == b"".join(keys)


def test_who_listens_does_so_before_and_after_an_answer_until_there_is_rest(desk: Desk) -> None:
    before = desk.modes()
    keyboard = desk.keyboard()
    keyboard.listen()
    assert keyboard.modes.is_quiet
    with keyboard:
        pass
    keyboard.release()
    assert keyboard.modes.is_quiet
    assert desk.modes() != before
    assert PASTES_BARE not in desk.written
    keyboard.rest()
    assert not keyboard.modes.is_quiet
    assert desk.modes() == before
    assert desk.written[-1] == PASTES_BARE
    with keyboard:
        keyboard.release()
        assert desk.modes() == before


@pytest.mark.parametrize("listening", [True, False])
def test_the_terminal_is_lent_as_it_was_and_what_was_typed_is_kept(
    desk: Desk, *, listening: bool
) -> None:
    before = desk.modes()
    keyboard = desk.keyboard()
    if listening:
        keyboard.listen()
        desk.type(b"kept")
    with keyboard.lend():
        assert desk.modes() == before
        assert b"".join(keyboard.typed) == (b"kept" if listening else b"")
    assert keyboard.modes.is_quiet is listening
    keyboard.rest()
    assert desk.modes() == before


def test_keys_that_nobody_reads_wait_in_the_terminal(desk: Desk) -> None:
    desk.type(b"x" + ESC)
    with Keyboard(desk.terminal, None) as keyboard:
        assert keyboard.modes.is_quiet
        assert not keyboard.read_stop()
        assert b"".join(keyboard.typed) == b""
        assert keyboard.modes.read(0) == b"x" + ESC
        assert keyboard.modes.read(0) == b""


def test_without_a_terminal_nothing_is_read_or_changed() -> None:
    reads, writes = os.pipe()
    with os.fdopen(reads) as pipe, os.fdopen(writes, "wb", 0) as other:
        other.write(ESC)
        written: list[str] = []
        for nothing in (None, pipe):
            with Keyboard(nothing, written.append) as keyboard:
                assert not keyboard.read_stop()
                assert not keyboard.modes.is_quiet
            assert b"".join(keyboard.take_typed()) == b""
        assert written == []


def test_ctrl_z_is_ours_while_an_answer_comes_and_the_system_s_after_it(desk: Desk) -> None:
    assert signal.getsignal(signal.SIGTSTP) is signal.SIG_DFL
    with desk.keyboard():
        assert callable(signal.getsignal(signal.SIGTSTP))
    assert signal.getsignal(signal.SIGTSTP) is signal.SIG_DFL
    theirs = signal.signal(signal.SIGTSTP, signal.SIG_IGN)
    with desk.keyboard():
        assert signal.getsignal(signal.SIGTSTP) is signal.SIG_IGN
    assert signal.signal(signal.SIGTSTP, theirs) is signal.SIG_IGN


@pytest.mark.parametrize("continued", ["", "while it is noted", "while it is obeyed"])
def test_a_stop_is_taken_back_by_what_lets_all_of_the_job_go_on(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, continued: str
) -> None:
    stops: list[int] = []
    # The stop itself would stop the tests; test_signals stops a real chat.
    monkeypatch.setattr(signal, "pthread_kill", lambda _, number: stops.append(number))

    def clear() -> None:
        if continued == "while it is obeyed":
            signal.raise_signal(signal.SIGCONT)

    keyboard = Keyboard(desk.terminal, desk.written.append, clear)
    with keyboard:
        signal.raise_signal(signal.SIGTSTP)
        if continued == "while it is noted":
            signal.raise_signal(signal.SIGCONT)
        keyboard.read_stop()
        assert stops == ([] if continued else [signal.SIGTSTP])
        assert keyboard.modes.is_quiet


def test_a_terminal_that_is_gone_ends_nothing_when_it_lets_the_program_continue(desk: Desk) -> None:
    """The kernel sends SIGCONT after a hang-up, at any moment."""
    gone = False

    def write(sequence: str) -> None:
        desk.written.append(sequence)
        if gone:
            raise Ended(ExitCode.HUNG_UP)

    keyboard = Keyboard(desk.terminal, write)
    keyboard.listen()
    desk.written.clear()
    gone = True
    signal.raise_signal(signal.SIGCONT)
    keyboard.rest()
    assert desk.written == [PASTES_MARKED, PASTES_BARE]
