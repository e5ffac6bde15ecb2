"""`nemochat ask` and pipes: what goes in, what comes out, and the exit code."""

from __future__ import annotations

import json
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import Heard, Program

SAVING = "How do I save a chat?"


def sentence(stderr: bytes) -> str:
    """Standard error, which holds one line and no traceback."""
    text = stderr.decode()
    assert text.startswith("nemochat: ")
    assert text.count("\n") == 1
    assert "Traceback" not in text
    assert len(text) <= 300
    return text


def test_an_answer_is_its_markdown_and_a_newline(program: Program) -> None:
    done = program.run("ask", "--endpoint", "guide", SAVING)
    assert done.returncode == 0
    assert done.stderr == b""
    assert b"/save" in done.stdout
    assert done.stdout.endswith(b"\n")
    assert b"</s>" not in done.stdout
    assert b"\x1b" not in done.stdout


def test_streamed_and_whole_answers_are_the_same_bytes(asking: Program) -> None:
    assert asking.run("ask", SAVING).stdout == asking.run("ask", "--no-stream", SAVING).stdout


def test_only_what_was_chosen_is_sent(asking: Program, heard: Heard) -> None:
    asking.run("ask", "Hello!", "--no-stream")
    assert heard.bodies[-1] == {
        "model": "mistralai/Mistral-Nemo-Instruct-2407",
        "messages": [{"role": "user", "content": "Hello!"}],
    }


def test_every_flag_reaches_the_request(asking: Program, heard: Heard) -> None:
    flags = {
        "--temperature": "0.3",
        "--top-p": "0.9",
        "--top-k": "40",
        "--min-p": "0.1",
        "--max-tokens": "none",
        "--stop": "END",
        "--presence-penalty": "-1",
        "--frequency-penalty": "1.5",
        "--repetition-penalty": "1.1",
        "--seed": "7",
        "--tool-choice": "none",
    }
    words = [word for flag in flags.items() for word in flag]
    done = asking.run("ask", "-s", "Be brief.", *words, "--stop", "FIN", "Hello!")
    assert done.returncode == 0, done.stderr
    body = heard.bodies[-1]
    assert body.pop("messages")[0] == {"role": "system", "content": "Be brief."}
    assert body == {
        "model": "mistralai/Mistral-Nemo-Instruct-2407",
        "temperature": 0.3,
        "top_p": 0.9,
        "top_k": 40,
        "min_p": 0.1,
        "max_tokens": None,
        "stop": ["END", "FIN"],
        "presence_penalty": -1,
        "frequency_penalty": 1.5,
        "repetition_penalty": 1.1,
        "seed": 7,
        "tool_choice": "none",
        "stream": True,
        "stream_options": {"include_usage": True},
    }


@pytest.mark.parametrize("words", [("-o", "temperature", "0.3"), ("-o", "temperature=0.3")])
def test_any_parameter_can_be_given_by_its_name(
    words: tuple[str, ...], asking: Program, heard: Heard
) -> None:
    assert asking.run("ask", *words, "Hello!").returncode == 0
    assert heard.bodies[-1]["temperature"] == 0.3


def test_flags_before_the_command_count_too(asking: Program, heard: Heard) -> None:
    asking.run("-t", "0.3", "ask", "Hello!", "--top-p", "0.5")
    assert (heard.bodies[-1]["temperature"], heard.bodies[-1]["top_p"]) == (0.3, 0.5)


def test_a_system_prompt_can_stand_in_a_file(asking: Program, heard: Heard) -> None:
    (asking.home / "chef.txt").write_text("Respond like a chef.")
    asking.run("ask", "-s", "@chef.txt", "Hello!")
    assert heard.bodies[-1]["messages"][0]["content"] == "Respond like a chef."


def test_the_last_conversation_is_gone_on_with(asking: Program, heard: Heard) -> None:
    first = asking.run("ask", "-s", "Be brief.", "-t", "0.3", "Hello!")
    asking.run("ask", "-c", SAVING)
    assert heard.bodies[-1]["messages"] == [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "Hello!"},
        {"role": "assistant", "content": first.stdout.decode()[:-1]},
        {"role": "user", "content": SAVING},
    ]
    assert heard.bodies[-1]["temperature"] == 0.3


def test_private_questions_leave_nothing_behind(asking: Program) -> None:
    assert asking.run("ask", "--private", "Hello!").returncode == 0
    assert list(asking.home.rglob("*")) == []


def test_nothing_is_sent_for_a_value_out_of_range(asking: Program, heard: Heard) -> None:
    asking.run("ask", "-t", "3", "x")
    assert heard.bodies == []


@pytest.mark.parametrize("arguments", [("ask", "x"), ()])
def test_without_a_token_a_pipe_is_told_what_to_do(
    arguments: tuple[str, ...], program: Program
) -> None:
    done = program.run(*arguments, stdin="Hello!")
    assert done.returncode == 3
    assert "DEEPINFRA_TOKEN" in sentence(done.stderr)
    assert "--endpoint guide" in sentence(done.stderr)


def test_a_token_that_no_header_carries_is_refused_and_never_shown(program: Program) -> None:
    done = program.run("ask", "x", environment={"DEEPINFRA_TOKEN": "se cret\n1"})
    assert done.returncode == 3
    assert "cret" not in sentence(done.stderr)
    assert "the token from DEEPINFRA_TOKEN contains a space" in sentence(done.stderr)


def test_a_broken_configuration_is_named_with_its_line(program: Program) -> None:
    file = program.home / "config" / "nemochat" / "config.toml"
    file.parent.mkdir(parents=True)
    file.write_text('model = "m"\nsystem = \n')
    done = program.run("ask", "--endpoint", "guide", "x")
    assert done.returncode == 3
    assert "config.toml" in sentence(done.stderr)
    assert "line 2" in sentence(done.stderr)


def test_settings_come_from_the_file_the_environment_and_flags(
    asking: Program, heard: Heard
) -> None:
    file = asking.home / "config" / "nemochat" / "config.toml"
    file.parent.mkdir(parents=True)
    file.write_text('system = "from the file"\n[parameters]\ntemperature = 0.3\ntop_k = 5\n')
    asking.run("ask", "-t", "0.5", "x")
    body = heard.bodies[-1]
    assert body["messages"][0]["content"] == "from the file"
    assert (body["temperature"], body["top_k"]) == (0.5, 5)
    asking.run("ask", "x", environment={"NEMOCHAT_SYSTEM": "from the environment"})
    assert heard.bodies[-1]["messages"][0]["content"] == "from the environment"


def test_a_question_is_kept_also_if_nobody_answers(program: Program) -> None:
    done = program.run("ask", "--base-url", "http://127.0.0.1:9", "--retries", "0", "Hello!")
    assert done.returncode == 6
    assert "127.0.0.1:9" in sentence(done.stderr)
    with sqlite3.connect(program.database) as db:
        assert db.execute("SELECT role, content FROM messages").fetchall() == [("user", "Hello!")]
    db.close()


def test_an_answer_is_shown_also_where_nothing_can_be_saved(asking: Program) -> None:
    (asking.home / "data").write_text("a file where a directory should be")
    done = asking.run("ask", SAVING)
    assert done.returncode == 0
    assert b"/save" in done.stdout
    told = sentence(done.stderr.replace(bytes(asking.home), b"~"))
    assert "1 turn was not saved" in told
    assert "nemochat doctor" in told
    (asking.home / "script").write_text("Hello!\n/save\n")
    told = asking.run("--script", "script").stderr.decode()
    assert "Not saved: " in told
    assert "/export FILE writes it elsewhere" in told


def test_the_reader_of_a_pipe_may_leave(asking: Program) -> None:
    command = f"{sys.executable} -m nemochat ask '{SAVING}' | head -c 1; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(
        ["bash", "-c", command],
        env=asking.environment,
        capture_output=True,
        check=True,
        timeout=30,
        stdin=subprocess.DEVNULL,
    )
    assert done.stderr == b""
    assert done.stdout[1:].strip() in {b"141", b"0"}


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_closed_streams_are_no_fault(closed: str, asking: Program) -> None:
    done = subprocess.run(
        ["bash", "-c", f"{sys.executable} -m nemochat ask 'Hello!' {closed}"],
        env=asking.environment,
        capture_output=True,
        check=False,
        timeout=30,
    )
    assert done.returncode == 0, done.stderr
    assert b"Traceback" not in done.stderr


def test_a_closed_standard_input_holds_no_question(program: Program) -> None:
    done = subprocess.run(
        ["bash", "-c", f"{sys.executable} -m nemochat <&-"],
        env=program.environment,
        capture_output=True,
        check=False,
        timeout=30,
    )
    assert done.returncode == 2
    assert b"there is no question" in done.stderr


def test_a_full_disk_behind_standard_output_is_said(asking: Program) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("this system has no /dev/full")
    done = subprocess.run(
        ["bash", "-c", f"{sys.executable} -m nemochat ask 'Hello!' > /dev/full"],
        env=asking.environment,
        stderr=subprocess.PIPE,
        check=False,
        timeout=30,
    )
    assert done.returncode == 1
    assert "No space left" in sentence(done.stderr)


def test_what_a_pipe_has_no_use_for_is_not_loaded(asking: Program) -> None:
    script = """
import sys
from nemochat.cli.main import run
code = run(["ask", "Hello!"])
heavy = {"prompt_toolkit", "asyncio", "rich", "pydantic", "pygments", "markdown_it", "click"}
print(sorted(heavy & set(sys.modules)), file=sys.stderr)
sys.exit(code)
"""
    done = subprocess.run(
        [sys.executable, "-c", script],
        env=asking.environment,
        capture_output=True,
        check=True,
        stdin=subprocess.DEVNULL,
        timeout=30,
    )
    assert done.stderr == b"[]\n"


@pytest.mark.parametrize("flag", ["--version", "-V"])
def test_the_version_needs_nothing(flag: str, program: Program) -> None:
    done = program.run(flag, environment={"HOME": "/nonexistent"})
    assert done.stdout.startswith(b"nemochat 0.")
    assert done.returncode == 0


@pytest.mark.parametrize(
    "command", [(), ("ask",), ("completions",), ("guide",), ("guide", "serve")]
)
@pytest.mark.parametrize("flag", ["-h", "--help"])
def test_help_stands_everywhere(flag: str, command: tuple[str, ...], program: Program) -> None:
    done = program.run(*command, flag)
    assert done.returncode == 0
    assert done.stdout.startswith(b"Usage: nemochat")
    assert done.stderr == b""


def test_ctrl_c_stops_an_answer_and_keeps_what_came(program: Program) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "nemochat", "ask", "--endpoint", "guide", "parameters"],
        env=program.environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        bufsize=0,  # what a buffer holds, communicate() would pass over
    ) as process:
        assert process.stdout
        first = process.stdout.read(1)
        process.send_signal(signal.SIGINT)
        rest, said = process.communicate(timeout=30)
    assert (process.returncode, said) == (130, b"")
    with sqlite3.connect(program.database) as db:
        rows = db.execute("SELECT role, content, details FROM messages ORDER BY id").fetchall()
    db.close()
    assert rows[0][0] == "user"
    assert rows[1][1] == (first + rest).decode()[:-1]
    assert json.loads(rows[1][2])["provenance"]["ending"] == "interrupted"


def test_a_dry_run_shows_what_would_be_sent_and_sends_and_keeps_nothing(
    program: Program, asking: Program, heard: Heard
) -> None:
    asking.run("ask", "-s", "Be brief.", "Hello!")
    shown = program.run("ask", "-c", "-t", "0.3", "--dry-run", "And now?")
    assert shown.returncode == 0, shown.stderr
    assert len(heard.bodies) == 1
    asking.run("ask", "-c", "-t", "0.3", "And now?")
    assert json.loads(shown.stdout) == heard.bodies[-1]


def test_a_curl_command_asks_the_same(asking: Program, heard: Heard) -> None:
    shown = asking.run("ask", "--curl", 'it\'s "quoted" $HOME `x`').stdout.decode()
    assert "$DEEPINFRA_TOKEN" in shown
    assert "test-token" not in shown
    done = subprocess.run(
        ["bash", "-c", shown], env=asking.environment, capture_output=True, check=True, timeout=30
    )
    assert done.stdout.rstrip().endswith(b"data: [DONE]")
    assert heard.bodies[-1]["messages"][-1]["content"] == 'it\'s "quoted" $HOME `x`'


def test_debug_logs_requests_and_never_the_token(asking: Program) -> None:
    done = asking.run("ask", "--debug", "Hello!")
    file = asking.home / "state" / "nemochat" / "debug.log"
    logged = file.read_text()
    assert "POST http://127.0.0.1" in logged
    assert "200, text/event-stream" in logged
    assert b"POST http://127.0.0.1" in done.stderr
    assert "test-token" not in logged + done.stderr.decode()
    assert file.stat().st_mode & 0o777 == 0o600


def test_an_address_of_a_flag_is_the_profile_s_endpoint_s_and_that_of_what_is_gone_on_with(
    program: Program, heard: Heard
) -> None:
    folder = program.home / "config" / "nemochat"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.toml").write_text(
        '[profile.far]\nendpoint = "ollama"\nmodel = "mistralai/Mistral-Nemo-Instruct-2407"\n'
    )
    flags = ("--base-url", heard.base_url)
    for arguments in (("-p", "far"), ("-c",)):
        done = program.run("ask", *flags, *arguments, "How do I leave?")
        assert done.returncode == 0, done.stderr.decode()
    assert len(heard.bodies) == 2
