"""Where it runs: locales and terminals that are not UTF-8, and systems that are not POSIX."""

from __future__ import annotations

from pathlib import Path

from tests.conftest import Heard, Program
from tests.terminal import Screen

WITHOUT = """
import sys

class Without:
    def find_spec(self, name, path=None, target=None):
        if name in {"fcntl", "grp", "pwd", "resource", "termios", "tty"}:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Without())
"""
POSIX = (
    "nemochat: a POSIX system such as Linux or macOS is needed; this Python has no fcntl."
    " On Windows, run it in WSL\n"
)


def test_a_system_that_is_not_posix_is_told_in_a_sentence(program: Program, tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(WITHOUT)
    there = {"PYTHONPATH": str(tmp_path)}
    for words in (["ask", "--endpoint", "guide", "Hello!"], [], ["keys", "status"]):
        done = program.run(*words, environment=there)
        assert (done.returncode, done.stdout, done.stderr.decode()) == (3, b"", POSIX)
    assert program.run("--version", environment=there).returncode == 0


def test_a_terminal_of_another_encoding_shows_what_it_can(asking: Program, heard: Heard) -> None:
    there = {**asking.environment, "PYTHONIOENCODING": "latin-1"}
    with Screen(Program(asking.home, there)) as terminal:
        terminal.wait_for_prompt()
        terminal.process.send(b"//f\xfcr\r")
        terminal.wait_for("$0.0000")  # a rate is told of slow answers alone
        terminal.wait_for_prompt()
        terminal.say("Which exit codes are there?")
        terminal.wait_for("There is more")
        terminal.wait_for_prompt()
    assert heard.bodies[0]["messages"][-1]["content"] == "/für"
    assert b"?????" in terminal.raw  # a table's rule
    assert b"\xe2" not in terminal.raw


def test_a_pipe_gets_utf_8_in_any_locale(asking: Program) -> None:
    there = {"PYTHONIOENCODING": "ascii"}
    assert "…" in asking.run("help", "ask", environment=there).stdout.decode()
    done = asking.run("ask", "--no-stdin", "Which endpoints are there?", environment=there)
    assert done.stdout == asking.run("ask", "--no-stdin", "Which endpoints are there?").stdout
