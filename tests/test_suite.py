"""The suite itself: it passes wherever it is started."""

from __future__ import annotations

import signal
import subprocess
import sys


def test_an_interrupt_ends_what_a_test_starts() -> None:
    with subprocess.Popen(["sleep", "10"]) as process:
        process.send_signal(signal.SIGINT)
        assert process.wait() == -signal.SIGINT


def test_it_does_so_in_a_background_job() -> None:
    test = f"{__file__}::{test_an_interrupt_ends_what_a_test_starts.__name__}"
    pytest = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", test]
    done = subprocess.run(
        ["sh", "-c", """trap '' INT; exec "$@" """, "sh", *pytest],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
