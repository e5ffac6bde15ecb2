"""Chat in tmux: a terminal that reflows, with scrollback and copies."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import Program, needs
from tests.streaming import Streaming

pytestmark = needs("tmux")  # which shows more than pyte does: reflow and copying
WORDS = [f"word{number:04}" for number in range(1500)]
CODE = "def f(x):\n\treturn x  # a tab\n\n    if x:\n        pass\n"


class Tmux:
    """Terminal in a tmux server of its own."""

    def __init__(self, socket: Path, program: Program, *arguments: str) -> None:
        self._socket = socket
        self._environment = program.environment | {"TERM": "screen-256color"}
        command = [sys.executable, "-m", "nemochat", *arguments]
        self("-f", "/dev/null", "new-session", "-d", "-x", "80", "-y", "24", *command)
        self("set-option", "-g", "history-limit", "50000")

    def __call__(self, *words: str) -> str:
        return subprocess.run(
            ["tmux", "-S", str(self._socket), *words],
            env=self._environment,
            capture_output=True,
            check=False,
            text=True,
            timeout=20,
        ).stdout

    def type(self, line: str) -> None:
        self("send-keys", "-l", line)
        self("send-keys", "Enter")

    def text(self) -> str:
        """Return screen and scrollback with wrapped lines joined."""
        return self("capture-pane", "-p", "-J", "-S", "-")

    def wait_for(self, text: str, seconds: float = 30) -> str:
        deadline = time.monotonic() + seconds
        while text not in (seen := self.text()):
            assert time.monotonic() < deadline, f"{text!r} did not come:\n{seen}"
            time.sleep(0.05)
        return seen


@pytest.fixture
def streaming() -> Iterator[Streaming]:
    with Streaming() as server:
        yield server


@pytest.fixture
def tmux(program: Program, streaming: Streaming, tmp_path: Path) -> Iterator[Tmux]:
    terminal = Tmux(tmp_path / "tmux", program, "--base-url", streaming.base_url, "--private")
    terminal.wait_for("> ")
    yield terminal
    terminal("kill-server")


def test_words_stand_once_and_in_order_under_five_resizes(tmux: Tmux, streaming: Streaming) -> None:
    paragraphs = [" ".join(WORDS[place : place + 50]) for place in range(0, len(WORDS), 50)]
    streaming.answers["words"] = "\n\n".join(paragraphs)
    streaming.pace = 0.0015
    tmux.type("words")
    for columns, rows in ((60, 20), (100, 30), (40, 10), (120, 40), (80, 24)):
        time.sleep(0.5)
        tmux("resize-window", "-x", str(columns), "-y", str(rows))
    seen = tmux.wait_for(WORDS[-1])
    assert [word for word in seen.split() if word.startswith("word0") or word in WORDS] == WORDS


@pytest.mark.parametrize(("before", "after"), [(40, 62), (80, 33), (200, 80)])
def test_words_stand_once_on_any_terminal_that_is_resized_in_an_answer(
    before: int, after: int, tmux: Tmux, streaming: Streaming
) -> None:
    words = WORDS[:400]
    streaming.answers["words"] = " ".join(words)
    streaming.pace = 0.002
    tmux("resize-window", "-x", str(before), "-y", "24")
    tmux.type("words")
    tmux.wait_for(words[100])
    tmux("resize-window", "-x", str(after), "-y", "24")
    seen = tmux.wait_for(" s to the first token")
    assert [word for word in seen.split() if word in words] == words


def test_a_block_copied_from_the_screen_is_its_source(tmux: Tmux, streaming: Streaming) -> None:
    long = "x = [" + ", ".join(map(str, range(60))) + "]\n"
    streaming.answers["code"] = f"Here:\n\n```python\n{CODE}{long}```\n\nThat is all."
    tmux.type("code")
    seen = tmux.wait_for("That is all.")
    copied = seen.partition("```python · 1\n")[2].partition("```")[0]
    assert copied == (CODE + long).expandtabs()
