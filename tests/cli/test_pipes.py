"""`nemochat ask` among other programs: what a table of bytes cannot tell."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import jsonschema
import pytest

from tests.answering import Answering
from tests.api.fault_server.case import TOKEN
from tests.api.fault_server.scripts import events, plays, with_length
from tests.api.fault_server.server import FaultServer
from tests.api.secured import until
from tests.api.served import choice
from tests.conftest import Program, needs
from tests.contract import TEXTS
from tests.regen import ROOT
from tests.terminal import Screen

WORDS = "Tell me a long story about a very small lamb"


@pytest.fixture
def server() -> Iterator[Answering]:
    with Answering(TEXTS) as server:
        yield server


@pytest.fixture
def answered(program: Program, server: Answering) -> Program:
    """The program at the server with fixed answers."""
    told = {"DEEPINFRA_TOKEN": "test-token", "NEMOCHAT_BASE_URL": server.base_url}
    return Program(program.home, program.environment | told)


def started(answered: Program, *arguments: str, stdin: int) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "nemochat", *arguments],
        env=answered.environment,
        cwd=answered.home,
        stdin=stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def schema(name: str) -> dict[str, object]:
    """A schema of the documentation."""
    page = (ROOT / "docs" / "json.md").read_text("utf-8")
    assert f"(schema/{name}.json)" in page
    told: dict[str, object] = json.loads((ROOT / "docs" / "schema" / f"{name}.json").read_text())
    return told


@pytest.mark.parametrize("form", ["text", "jsonl"])
def test_a_reader_sees_the_first_words_before_the_last_are_sent(
    form: str, answered: Program, server: Answering
) -> None:
    server.gate = threading.Event()
    with started(
        answered, "ask", "--output-format", form, WORDS, stdin=subprocess.DEVNULL
    ) as process:
        assert process.stdout
        first = process.stdout.read(4) if form == "text" else process.stdout.readline()
        if form == "jsonl":
            assert json.loads(first)["event"] == "start"
            assert json.loads(process.stdout.readline())["text"] == "Tell"
        assert not server.gate.is_set()
        server.gate.set()
        rest = process.stdout.read()
    if form == "text":
        assert first + rest == WORDS.encode() + b"\n"
    assert process.returncode == 0


def test_a_pipe_that_nobody_closes_is_said_to_be_waited_for(answered: Program) -> None:
    with started(answered, "ask", "plain", stdin=subprocess.PIPE) as process:
        assert process.stdin
        assert process.stderr
        assert process.stdout
        note = process.stderr.readline().decode()
        assert "waiting for the end of standard input" in note
        assert "--no-stdin" in note
        process.stdin.close()
        assert process.stdout.read() == b"two words\n"
        assert process.stderr.read() == b""
    assert process.returncode == 0


def test_a_pipe_that_nobody_closes_is_not_needed(answered: Program) -> None:
    with started(answered, "ask", "--no-stdin", "plain", stdin=subprocess.PIPE) as process:
        assert process.stdout
        assert process.stdout.read() == b"two words\n"
        assert process.wait() == 0


@pytest.mark.parametrize(
    "arguments", [["--help"], ["--version"], ["completions", "bash"], ["ask", "plain"]]
)
def test_a_reader_that_left_is_no_fault(arguments: list[str], answered: Program) -> None:
    with started(answered, *arguments, stdin=subprocess.DEVNULL) as process:
        assert process.stdout
        assert process.stderr
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 141


def test_a_full_disk_behind_help_is_said(answered: Program) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("this system has no /dev/full")
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "nemochat", "--version"],
            env=answered.environment,
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
        )
    assert done.stderr.decode() == (
        "nemochat: standard output cannot be written (No space left on device)\n"
    )
    assert done.returncode == 1


def test_a_file_holds_a_whole_answer_or_what_it_held(answered: Program) -> None:
    file = answered.home / "answer.md"
    file.write_bytes(b"before\n")
    file.chmod(0o640)
    link = answered.home / "link.md"
    link.symlink_to(file)
    broken = answered.run("ask", "--out", "link.md", "cut")
    assert (broken.returncode, broken.stdout, file.read_bytes()) == (9, b"text\n", b"before\n")
    assert answered.run("ask", "--out", "link.md", "plain").stdout == b""
    assert file.read_bytes() == b"two words\n"
    assert link.is_symlink()
    assert file.stat().st_mode & 0o777 == 0o640
    assert sorted(p.name for p in answered.home.glob("*.md*")) == ["answer.md", "link.md"]


def test_json_is_what_its_page_says(answered: Program) -> None:
    written = schema("answer")
    lines = [
        line
        for arguments in (
            ("-t", "0.3", "-n", "2", "plain"),
            ("--schema", "name, age int", "fits"),
            ("tool",),
            ("cut",),
            ("status 400 No",),
        )
        for line in answered.run("ask", "--json", *arguments).stdout.splitlines()
    ]
    objects = [json.loads(line) for line in lines]
    for each in objects:
        jsonschema.validate(each, written)
    endings = [each.get("ending") for each in objects]
    assert endings == ["complete", "complete", "tool_calls", "unfinished", None]
    assert [each["content"] for each in objects[0]["alternatives"]] == ["two words!"]
    assert objects[1]["value"] == {"name": "Ada", "age": 36}


@pytest.mark.parametrize("way", ["words", "file", "pipe"])
def test_a_question_longer_than_the_context_is_sent_with_one_warning(
    answered: Program, server: Answering, way: str
) -> None:
    text = "word " * 20_000
    (answered.home / "long.txt").write_text(text * 7)
    ways = {"words": [text] * 7, "file": ["-f", "long.txt"], "pipe": []}
    done = answered.run("ask", "ending stop\n", *ways[way], stdin=text * 7 * (way == "pipe"))
    assert (done.returncode, done.stdout) == (0, b"text\n")
    assert done.stderr.count(b"the prompt has about 175,0") == done.stderr.count(b"\n") == 1
    assert server.bodies[0]["messages"][-1]["content"].count("word ") >= 140_000 - 7


@pytest.mark.parametrize(("number", "first"), [("1", 1), ("2", 0)])
def test_two_streamed_candidates_are_not_mixed(program: Program, number: str, first: int) -> None:
    texts = ["Aa", "Bb"]
    pieces = [{"choices": [choice(i, texts[i][place])]} for place in (0, 1) for i in (1, 0)]
    ends = [{"choices": [choice(i, None, "stop")]} for i in (1, 0)]
    answer = with_length("200 OK", events(*pieces, *ends), "text/event-stream")
    with FaultServer(plays(answer)) as server:
        arguments = ("ask", "--base-url", server.base_url, "-n", number, "Hi")
        environment = {"DEEPINFRA_TOKEN": TOKEN}
        shown = program.run(*arguments, environment=environment).stdout
        whole = json.loads(program.run(*arguments, "--json", environment=environment).stdout)
    assert shown.decode() == f"{texts[first]}\n\n---\n\n{texts[1 - first]}\n"
    assert whole["content"] == "Aa"
    assert [each["content"] for each in whole["alternatives"]] == ["Bb"]
    jsonschema.validate(whole, schema("answer"))


def test_events_are_what_their_page_says(answered: Program) -> None:
    written = schema("event")
    lines = [
        json.loads(line)
        for question in ("plain", "tool", "cut", "status 400 No")
        for line in answered.run("ask", "--output-format", "jsonl", question).stdout.splitlines()
    ]
    for line in lines:
        jsonschema.validate(line, written)
    assert {line["event"] for line in lines} == {"start", "delta", "tool_call", "end", "error"}
    assert not jsonschema.Draft202012Validator(written).is_valid({"event": "delta"})


def test_the_second_try_for_a_schema_is_told_what_was_wrong(
    answered: Program, server: Answering
) -> None:
    answered.run("ask", "--schema", "name, age int: in years", "mends")
    first, second = server.bodies
    wanted = first["response_format"]["json_schema"]["schema"]
    assert wanted["properties"]["age"] == {"type": "integer", "description": "in years"}
    assert second["response_format"] == first["response_format"]
    asked = second["messages"][-1]["content"]
    assert "'age' is a required property" in asked
    assert json.dumps(wanted) in asked


def test_a_conversation_is_gone_on_with_by_name_and_forked(
    answered: Program, server: Answering
) -> None:
    answered.run("ask", "plain")
    answered.run("chats", "rename", "1", "lamb")
    answered.run("ask", "other")
    answered.run("ask", "--resume", "lamb", "second")
    assert [m["content"] for m in server.bodies[-1]["messages"]] == ["plain", "two words", "second"]
    forked = json.loads(answered.run("ask", "--resume", "lamb", "--fork", "--json", "third").stdout)
    assert forked["conversation"] == 3
    assert len(server.bodies[-1]["messages"]) == 5
    listed = json.loads(answered.run("chats", "list", "--json").stdout)
    assert {each["id"]: each["turns"] for each in listed} == {1: 2, 2: 1, 3: 3}


def test_one_stays_in_the_chat_after_the_answer(answered: Program, server: Answering) -> None:
    with Screen(answered, "ask", "-i", "plain") as screen:
        screen.wait_for("two words")
        screen.wait_for_prompt()
        screen.say("and now?")
        screen.wait_for("and now?\n")
        screen.wait_for_prompt()
        screen.say("exit")
        assert screen.wait_for_end() == 0
    assert [m["content"] for m in server.bodies[-1]["messages"]] == [
        "plain",
        "two words",
        "and now?",
    ]


def test_one_stays_in_the_chat_also_after_a_pipe(answered: Program, server: Answering) -> None:
    inner = f"echo from the pipe | {sys.executable} -m nemochat ask -i"
    with Screen(answered, command=["bash", "-c", inner]) as screen:
        screen.wait_for("from the pipe")
        screen.wait_for_prompt()
        screen.say("exit")
        assert screen.wait_for_end() == 0
    assert server.bodies[-1]["messages"][0]["content"] == "from the pipe"


def test_a_schema_fetches_nothing(answered: Program, server: Answering) -> None:
    wanted = json.dumps({"$ref": f"{server.base_url}/person.json"})
    done = answered.run("ask", "--schema", wanted, "fits")
    assert done.returncode == 2
    assert b"the schema refers to" in done.stderr


def test_without_its_library_a_schema_is_refused_in_a_sentence(answered: Program) -> None:
    (answered.home / "jsonschema.py").write_text("raise ImportError")
    done = answered.run("ask", "--schema", "name", "fits")
    assert done.returncode == 2
    assert b"pip install 'nemochat[schema]'" in done.stderr


@needs("cmp")
def test_an_answer_compares_equal(answered: Program) -> None:
    (answered.home / "expected").write_text("two words\n")
    done = subprocess.run(
        ["bash", "-c", f"{sys.executable} -m nemochat ask plain | cmp - expected"],
        env=answered.environment,
        cwd=answered.home,
        capture_output=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_what_waits_for_a_pipe_that_nobody_reads(
    program: Program, number: signal.Signals
) -> None:
    if not Path("/proc/self/wchan").exists():
        pytest.skip("this system does not tell what a process waits for")
    there, here = os.pipe()
    os.set_blocking(here, False)
    with suppress(BlockingIOError):
        while True:
            os.write(here, bytes(4096))
    os.set_blocking(here, True)
    process = subprocess.Popen(
        [sys.executable, "-m", "nemochat", "config", "show"],
        env=program.environment,
        stdout=here,
        stderr=subprocess.PIPE,
    )
    try:
        until(lambda: "pipe_write" in Path(f"/proc/{process.pid}/wchan").read_text())
        process.send_signal(number)
        _, said = process.communicate(timeout=20)
    finally:
        process.kill()
        os.close(here)
        os.close(there)
    assert (process.returncode, said) == (128 + number, b"")
