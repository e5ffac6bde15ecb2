"""What a person does with an answer: copy it, write it to a file, give it to a command."""

from __future__ import annotations

import base64
import os
import re
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from nemochat.errors import OutputError, UsageError
from nemochat.repl import clipboard
from nemochat.repl.commands import answers
from tests.conftest import Program, needs
from tests.streaming import Streaming
from tests.terminal import CTRL_C, ENTER, Screen

TWO_BLOCKS = "First:\n\n```python\nprint('ä')\n```\n\nand then:\n\n```sh\nls -l\nexit\n```\n\nDone."


@pytest.fixture
def answering(program: Program) -> Iterator[Program]:
    """The program at an endpoint that answers "code" with two blocks of it, and "short" shortly."""
    with Streaming() as streaming:
        streaming.answers = {"code": TWO_BLOCKS, "short": "Yes.", "large": "x" * 60_000}
        streaming.pace, streaming.piece = 0.0, 4000
        more = {"NEMOCHAT_BASE_URL": streaming.base_url, "SHELL": "/bin/sh"}
        yield Program(program.home, {**program.environment, **more})


def play(program: Program, *lines: str) -> str:
    """What a script of lines shows."""
    (program.home / "script").write_text("\n".join(lines) + "\n")
    done = program.run("--private", "--script", "script")
    assert done.returncode == 0
    return (done.stdout + done.stderr).decode()


def fake(program: Program, name: str, script: str) -> Program:
    """The program where a command of this name is found first."""
    folder = program.home / "bin"
    folder.mkdir(exist_ok=True)
    command = folder / name
    command.write_text(f"#!/bin/sh\n{script}\n")
    command.chmod(0o755)
    path = f"{folder}{os.pathsep}{program.environment['PATH']}"
    return Program(program.home, {**program.environment, "PATH": path})


def on_the_clipboard(terminal: Screen) -> list[str]:
    """The texts that the terminal was asked to take."""
    asked = re.findall(rb"\x1b]52;c;([A-Za-z0-9+/=]*)\x07", terminal.raw)
    return [base64.b64decode(each).decode() for each in asked]


def test_parts_of_the_talk_are_copied_through_the_terminal(answering: Program) -> None:
    with Screen(answering, columns=100) as terminal:
        terminal.wait_for_prompt()
        for line, said in {
            "/copy": "there is no answer yet",
            "code": "Done.",
            "short": "Yes.",
            "/copy ": "Copied the last answer (1 line) via the terminal.",
            "/copy 1": "Copied the answer to question 1 (14 lines) via the terminal.",
            "/copy 1 code 2": "Copied code block 2 of the answer to question 1 (2 lines)",
            "/copy code": "there is no code block in the last answer",
            "/copy all": "Copied the conversation (",
        }.items():
            terminal.say(line)
            terminal.wait_for(said)
            terminal.wait_for_prompt()
        copied = on_the_clipboard(terminal)
    assert copied[:3] == ["Yes.", TWO_BLOCKS, "ls -l\nexit"]
    assert copied[3].startswith("# code\n\n> code\n\nFirst:")
    assert copied[3].endswith("> short\n\nYes.")


def test_the_clipboard_of_the_system_is_taken_where_there_is_one(answering: Program) -> None:
    program = fake(answering, "wl-copy", 'cat > "$HOME/copied"')
    program.environment["WAYLAND_DISPLAY"] = "wayland-1"
    with Screen(program, columns=100) as terminal:
        terminal.wait_for_prompt()
        terminal.say("code")
        terminal.wait_for_prompt()
        terminal.say("/copy code 1")
        terminal.wait_for("(1 line) via wl-copy and the terminal.")
        assert on_the_clipboard(terminal) == ["print('ä')"]
    assert (program.home / "copied").read_text() == "print('ä')"


@pytest.mark.parametrize("installed", [["xclip", "xsel"], ["xsel"]], ids=" and ".join)
def test_a_pipe_uses_the_first_clipboard_program_of_the_system(
    answering: Program, installed: list[str]
) -> None:
    assert "this view has no clipboard" in play(answering, "short", "/copy")
    program = answering
    for name in installed:
        program = fake(program, name, f'exec {shutil.which("cat")} > "$HOME/{name}"')
    program.environment["DISPLAY"] = ":1"
    program.environment["PATH"] = str(program.home / "bin")  # none that this machine has
    used = installed[0]
    assert f"Copied the last answer (1 line) via {used}." in play(program, "short", "/copy")
    assert (program.home / used).read_text() == "Yes."


def test_a_clipboard_that_hangs_is_not_waited_for(program: Program) -> None:
    there = fake(program, "wl-copy", "exec sleep 60").environment | {"WAYLAND_DISPLAY": "w"}
    taken: list[str] = []
    assert clipboard.copy("text", taken.append, there, seconds=0.2) == "the terminal"
    assert taken == ["text"]


def test_more_than_a_terminal_takes_is_refused(answering: Program) -> None:
    with Screen(answering) as terminal:
        terminal.wait_for_prompt()
        terminal.say("large")
        terminal.wait_for_prompt()
        terminal.say("/copy")
        terminal.wait_for("the text (60,000 bytes) is too long for a terminal's clipboard")
        terminal.wait_for_prompt()
        assert on_the_clipboard(terminal) == []


@needs("tmux")
def test_in_tmux_its_own_buffer_is_filled(tmp_path: Path) -> None:
    tmux = ["tmux", "-S", str(tmp_path / "socket"), "-f", os.devnull]
    environment = {"PATH": os.environ["PATH"], "TERM": "xterm-256color", "HOME": str(tmp_path)}
    run = subprocess.run
    run([*tmux, "new-session", "-d", "sleep 60"], env=environment, check=True)
    try:
        taken: list[str] = []
        inside = environment | {"TMUX": f"{tmp_path / 'socket'},1,0"}
        assert clipboard.copy("for ä buffer", taken.append, inside) == "tmux"
        done = run([*tmux, "show-buffer"], env=environment, check=True, capture_output=True)
        assert done.stdout.decode() == "for ä buffer"
        assert taken == []
    finally:
        run([*tmux, "kill-server"], env=environment, check=False)


def test_an_answer_and_its_code_are_written_to_files(answering: Program) -> None:
    home = answering.home
    (home / "there.txt").write_text("precious\n")
    (home / "there.txt").chmod(0o640)
    (home / "link").symlink_to("there.txt")
    shown = play(
        answering,
        *("code", "/write answer.md", "/write 'a b.py' code 1", "/write code.sh code 3"),
        *("/write there.txt", "n", "/write link code 2", "y"),
        *(
            "/write",
            "/write nowhere/x",
            "/write .",
            "/write /dev/null",
            '/write "x',
            "/write x 1 y",
        ),
    )
    assert (home / "answer.md").read_text() == TWO_BLOCKS + "\n"
    assert (home / "a b.py").read_text() == "print('ä')\n"
    assert (home / "there.txt").read_text() == "ls -l\nexit\n"
    assert (home / "there.txt").stat().st_mode & 0o777 == 0o640
    assert (home / "link").is_symlink()
    assert not list(home.glob(".[!.]*"))
    for said in (
        "Wrote the last answer (14 lines) to answer.md.",
        "has code blocks 1 to 2, not 3",
        "there.txt exists (9 bytes). Overwrite it? [y/N] n",
        "there.txt is unchanged.",
        "/write needs the name of a file",
        'there is no folder "nowhere"',
        '"." is a folder',
        '"/dev/null" is not a regular file',
        "a quote is not closed",
        'code 1, code 2 and so on, not "y"',
    ):
        assert said in shown


def test_what_cannot_be_written_leaves_what_was_there(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("before")
    most, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10, hard))  # bytes of a file, as a full disk
    try:
        with pytest.raises(OutputError, match="File too large"):
            answers.write_text(file, "after" * 10)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, hard))
    assert [(each.name, each.read_text()) for each in tmp_path.iterdir()] == [("file", "before")]
    with pytest.raises(UsageError, match="embedded null"):
        answers.existing_size(tmp_path / "a\0b")


def test_a_command_gets_the_answer_and_its_output_is_harmless(answering: Program) -> None:
    with Screen(answering) as terminal:
        terminal.wait_for_prompt()
        terminal.say("code")
        terminal.wait_for_prompt()
        terminal.say("/pipe wc -l; printf '\\033]0;title\\007'; exit 3")
        terminal.wait_for("the command exited with code 3")
        terminal.wait_for("\n14\n")
        terminal.wait_for("␛]0;title␇")
        terminal.wait_for_prompt()
        terminal.say("/pipe true")
        terminal.wait_for("The command had no output.")
        terminal.say("/pipe")
        terminal.wait_for("/pipe needs a shell command")


def test_ctrl_c_ends_a_command_and_all_it_started_but_not_the_chat(answering: Program) -> None:
    with Screen(answering) as terminal:
        terminal.wait_for_prompt()
        terminal.say("short")
        terminal.wait_for_prompt()
        terminal.say("/pipe trap '' INT; sh -c 'echo $$ > pid; echo begun; sleep 300' | cat")
        terminal.wait_for("\nbegun")
        terminal.type(CTRL_C)
        terminal.wait_for("the command was stopped by you")
        terminal.wait_for_prompt()
        terminal.type("short" + ENTER)
        terminal.wait_for_prompt()
    number = int((answering.home / "pid").read_text())
    deadline = time.monotonic() + 20
    while Path(f"/proc/{number}").exists() and sys.platform == "linux":
        state = Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0]
        if state == "Z":
            break
        assert time.monotonic() < deadline, "it lives on"


def test_output_without_end_is_stopped(answering: Program) -> None:
    shown = play(answering, "short", "/pipe yes", "/info")
    assert "the command was stopped after 1 MB of output" in shown
    assert "conversation" in shown
    assert len(shown) < 2_000_000


def test_a_shell_that_is_none_is_told(answering: Program) -> None:
    answering.environment["SHELL"] = "/no/such/shell"
    assert 'the shell "/no/such/shell" cannot be started' in play(answering, "short", "/pipe wc")


def test_what_a_command_leaves_in_the_background_is_not_waited_for(answering: Program) -> None:
    shown = play(answering, "short", "/pipe sleep 60 & echo $! > pid; echo here", "/info")
    assert "here" in shown
    os.kill(int((answering.home / "pid").read_text()), 15)  # which fails if it has ended
