"""Standard output as a terminal: clipboard, wrapping and failing writes."""

from __future__ import annotations

import io
import os
import signal
from contextlib import redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from nemochat.errors import Ended, ExitCode, OutputError
from nemochat.screen.device import is_reflowing, write, write_clipboard, write_control

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer as Buffer


def test_a_text_is_put_on_the_clipboard_with_one_sequence(
    capsys: pytest.CaptureFixture[str],
) -> None:
    write_clipboard("Größe\ud800\n")
    assert capsys.readouterr().out == "\x1b]52;c;R3LDtsOfZT8K\x07"


@pytest.mark.parametrize(
    ("environment", "wraps"),
    [
        ({"TERM": "xterm-256color"}, True),
        ({}, True),
        ({"TERM": "linux"}, False),
        ({"TERM": "xterm", "XTERM_VERSION": "XTerm(390)"}, False),
    ],
)
def test_some_terminals_do_not_wrap_anew(
    environment: dict[str, str], monkeypatch: pytest.MonkeyPatch, *, wraps: bool
) -> None:
    for name in ("TERM", "XTERM_VERSION"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert is_reflowing() is wraps


def refusal(number: int) -> BaseException:
    """Return the error of a write to this file descriptor."""
    with os.fdopen(number, "wb", 0) as file:
        out = io.TextIOWrapper(file, write_through=True)
        with redirect_stdout(out), pytest.raises((Ended, OutputError)) as refused:
            write("x")
        out.detach()  # or it would write what is left when it goes
    return refused.value


def test_a_terminal_that_cannot_be_written_to_ends_the_view() -> None:
    reads, writes = os.pipe()
    os.close(reads)
    assert refusal(writes).args == Ended(ExitCode.PIPE_CLOSED).args
    readable = refusal(os.open(os.devnull, os.O_RDONLY))
    assert str(readable) == "cannot write to the terminal (Bad file descriptor)"


class Interrupted(io.FileIO):
    """File whose writes are interrupted by a signal."""

    def write(self, data: Buffer) -> int:
        signal.raise_signal(signal.SIGCONT)
        return super().write(data)


def test_a_signal_s_handler_may_write_a_sequence_in_the_middle_of_a_write(tmp_path: Path) -> None:
    path = tmp_path / "shown"
    out = io.TextIOWrapper(io.BufferedWriter(Interrupted(path, "w")))
    before = signal.signal(signal.SIGCONT, lambda *_: write_control("\x1b[?2004h"))
    try:
        with redirect_stdout(out):
            write("text")
    finally:
        signal.signal(signal.SIGCONT, before)
    out.close()
    assert sorted(path.read_text().replace("text", "-")) == sorted("\x1b[?2004h-")
