"""The warning before a secret is sent: in pipes, at a terminal, and from every source."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.conftest import Heard, Program
from tests.terminal import Screen

KEY = "AKIA" + "Q7" * 8
OTHER = "ghp_" + "a1B2" * 9


def play(program: Program, *lines: str, **environment: str) -> str:
    """Return what a script of lines shows."""
    (program.home / "script").write_text("\n".join(lines) + "\n")
    done = program.run("--private", "--script", "script", environment=environment)
    assert done.returncode == 0
    return (done.stdout + done.stderr).decode()


def sent(heard: Heard) -> str:
    return json.dumps(heard.bodies)


@pytest.fixture
def leaky(asking: Program) -> Program:
    """The program in a folder with a secret in a file, a script of the shell, and a profile."""
    (asking.home / "app.env").write_text(f"# settings\nAWS_KEY={KEY}\n")
    asking.environment["SHELL"] = "/bin/sh"
    return asking


@pytest.mark.parametrize(
    ("arguments", "stdin", "place"),
    [
        (("ask", "What is", KEY), "", "the message, line 1"),
        (("ask",), f"one\n{KEY}", "the message, line 2"),
        (("ask", "Explain"), f"one\n{KEY}", "the message, line 5"),
        (("ask", "-f", "app.env", "Explain"), "", "the message, `app.env`, line 2"),
        (("ask", "-f", "app.env"), "", "the message, line 2"),
        (("ask", "-s", f"My key is {KEY}", "Hi"), "", "the system prompt, line 1"),
        (("ask", "-s", "@app.env", "Hi"), "", "the system prompt, line 2"),
        ((), f"one\n{KEY}", "the message, line 2"),
        (("ask", "--json", KEY), "", "the message, line 1"),
    ],
)
def test_in_a_pipe_a_secret_ends_the_program_before_anything_is_sent(
    leaky: Program, heard: Heard, arguments: tuple[str, ...], stdin: str, place: str
) -> None:
    done = leaky.run(*arguments, stdin=stdin)
    assert done.returncode == 2
    message = done.stderr.decode()
    assert len(message.splitlines()) == 1
    assert f"an AWS access key ({place})" in message
    assert "`--allow-secrets`" in message
    assert heard.bodies == []
    for file in (path for path in leaky.home.rglob("*") if path.name != "app.env"):
        assert not file.is_file() or KEY.encode() not in file.read_bytes()
    assert KEY.encode() not in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("flags", "environment"),
    [(["--allow-secrets"], {}), ([], {"NEMOCHAT_ALLOW_SECRETS": "on"})],
)
def test_a_flag_or_setting_sends_it(
    leaky: Program, heard: Heard, flags: list[str], environment: dict[str, str]
) -> None:
    done = leaky.run("ask", *flags, "-f", "app.env", "Explain", environment=environment)
    assert done.returncode == 0, done.stderr
    assert done.stderr == b""
    assert KEY in sent(heard)


def test_a_dry_run_sends_nothing_and_is_not_stopped(leaky: Program, heard: Heard) -> None:
    done = leaky.run("ask", "--dry-run", KEY)
    assert (done.returncode, heard.bodies) == (0, [])
    assert KEY.encode() in done.stdout


def test_a_script_is_told_and_goes_on(leaky: Program, heard: Heard) -> None:
    shown = play(
        leaky,
        "Explain @app.env",
        "y",
        "/file app.env",
        "Explain",
        "/file clear",
        "!cat app.env",
        "y",
        "Explain",
        "/file clear",
        f"/system {KEY}",
        "Hello",
        "/system clear",
        "Bye",
    )
    assert shown.count("an AWS access key (the message, `app.env`, line 2)") == 2
    assert "(the message, `$ cat app.env`, line 2)" in shown
    assert "(the system prompt, line 1)" in shown
    assert [body["messages"][-1]["content"] for body in heard.bodies] == ["y", "Bye"]
    assert KEY not in sent(heard)


def test_at_a_terminal_ask_asks(leaky: Program, heard: Heard) -> None:
    question = "This would send an AWS access key (the message, `app.env`, line 2)."
    for reply, code in (("n", 2), ("", 2), ("y", 0)):
        with Screen(leaky, "ask", "-f", "app.env", "Explain", columns=120) as screen:
            screen.wait_for(f"{question} Send it anyway? [y/N]")
            screen.say(reply)
            assert screen.wait_for_end() == code
            assert KEY not in screen.text()
        assert (KEY in sent(heard)) is (reply == "y")


def test_the_chat_asks_once_for_each_secret_and_keeps_what_was_typed(
    leaky: Program, heard: Heard
) -> None:
    with Screen(leaky, "--private", columns=120) as screen:
        screen.wait_for_prompt()
        screen.say(f"My token is {OTHER}")
        screen.wait_for("a GitHub token (the message, line 1). Send it anyway? [y/N]")
        screen.say("n")
        screen.wait_for_row(f"> My token is {OTHER}")
        assert heard.bodies == []
        screen.type("\r")
        screen.wait_for("nothing was sent")
        screen.wait_for_row(
            "This would send a GitHub token (the message, line 1). Send it anyway? [y/N]"
        )
        screen.say("y")
        screen.wait_for_prompt()
        screen.say(f"Again: {OTHER}")
        screen.wait_for_prompt()
        screen.say("/retry")
        screen.wait_for_prompt()
        screen.say(f"Now {KEY}")
        screen.wait_for("an AWS access key (the message, line 1). Send it anyway? [y/N]")
        screen.say("y")
        screen.wait_for_prompt()
    assert len(heard.bodies) == 4
    assert KEY in sent(heard)


def test_typing_ahead_approves_nothing(leaky: Program, heard: Heard, tmp_path: Path) -> None:
    """What was typed before the question was shown is dropped."""
    (tmp_path / "sitecustomize.py").write_text(
        "import sys, time\n"
        "from pathlib import Path\n"
        f"mark = Path({str(tmp_path / 'typed')!r})\n"
        "while not mark.exists(): time.sleep(0.01)\n"
    )
    waiting = Program(leaky.home, {**leaky.environment, "PYTHONPATH": str(tmp_path)})
    with Screen(waiting, "ask", KEY, columns=120) as screen:
        screen.say("y")
        screen.wait_for("y")  # echoed: the terminal has it
        (tmp_path / "typed").touch()
        screen.wait_for("Send it anyway? [y/N]")
        screen.wait_until_quiet()
        assert screen.process.isalive()
        screen.say("n")
        assert screen.wait_for_end() == 2
    assert heard.bodies == []
