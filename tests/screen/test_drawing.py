"""Progress on the terminal of standard error."""

from __future__ import annotations

import os
from contextlib import redirect_stderr, suppress

import pytest

from nemochat.screen import drawing

END = b"\x1b[?25h\r\x1b[1A\x1b[2K"  # the cursor is back, and the line is erased


@pytest.mark.parametrize(
    ("total", "text"), [(None, b" 1,234 conversations"), (5000, b" 1,234 of 5,000 conversations")]
)
def test_progress_counts_and_leaves_nothing(
    total: int | None, text: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drawing, "PROGRESS_DELAY", 0.0)  # nobody waits a second for a test
    monkeypatch.setenv("TERM", "xterm-256color")
    ours, theirs = os.openpty()
    with (
        os.fdopen(ours, "rb", 0) as terminal,
        os.fdopen(theirs, "w", encoding="utf-8") as screen,
        redirect_stderr(screen),
    ):
        with drawing.show_progress("conversations", "ansi", total) as update:
            update(1234)
        shown = b""
        while not shown.endswith(END):
            shown += terminal.read(65536)
    assert text in shown


def test_short_work_shows_no_progress() -> None:
    ours, theirs = os.openpty()
    with (
        os.fdopen(ours, "rb", 0) as terminal,
        os.fdopen(theirs, "w", encoding="utf-8") as screen,
        redirect_stderr(screen),
    ):
        with drawing.show_progress("conversations", "ansi") as update:
            update(1)
        screen.write("end")
        screen.flush()
        assert terminal.read(65536) == b"end"


def test_work_goes_on_when_its_terminal_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawing, "PROGRESS_DELAY", 0.0)
    monkeypatch.setattr(drawing, "PROGRESS_INTERVAL", 0.0)
    monkeypatch.setenv("TERM", "xterm-256color")
    ours, theirs = os.openpty()
    done = []
    with suppress(OSError), os.fdopen(theirs, "w", encoding="utf-8") as screen:
        with redirect_stderr(screen), drawing.show_progress("conversations", "ansi") as update:
            for number in (1, 2, 3):
                update(number)
                done.append(number)
                if number == 1:
                    os.close(ours)
        done.append(4)
    assert done == [1, 2, 3, 4]
