"""What the program connects to, and what it keeps of that."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.api.fault_server.scripts import HELLO
from tests.api.fault_server.server import FaultServer
from tests.api.secured import AUTHORITY, GOOD, secured
from tests.conftest import Program
from tests.terminal import Screen

SECRET = "sk-not-to-be-kept"


def at(program: Program, base_url: str, **more: str) -> Program:
    """The program with an endpoint whose certificate it believes."""
    settings = {"NEMOCHAT_BASE_URL": base_url, "SSL_CERT_FILE": AUTHORITY}
    return Program(program.home, program.environment | settings | more)


def files_with(home: Path, text: str) -> list[Path]:
    """Return the files of a home that hold a text."""
    return [each for each in home.rglob("*") if each.is_file() and text.encode() in read(each)]


def read(file: Path) -> bytes:
    return file.name.encode() + file.read_bytes()


def test_each_question_takes_one_connection(program: Program) -> None:
    with secured("good") as server:
        for times in (1, 2):
            done = at(program, server.base_url).run("ask", "Hi")
            assert (done.stdout.decode(), done.returncode) == (f"{HELLO}\n", 0)
            assert (server.connections, len(server.requests)) == (times, times)
        moved = at(program, server.base_url, NEMOCHAT_ENDPOINT="nowhere").run("ask", "Hi")
        assert (moved.returncode, server.connections) == (3, 2)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ("ask --dry-run Hi", 0),
        ("ask --help", 0),
        ("ask --proxy http://127.0.0.1:9 Hi", 6),
        ("ask --connect-timeout=9 --base-url http://127.0.0.1:9 Hi", 6),
        ("ask --connect-timeout=9 --endpoint guide Hi", 0),
        ("ask -qp nobody Hi", 2),
        ("chats list", 0),
        ("config path", 0),
    ],
)
def test_nothing_is_connected_to_that_flags_may_forbid(
    program: Program, arguments: str, code: int
) -> None:
    with secured("good") as server:
        settled = at(program, server.base_url, NEMOCHAT_RETRIES="0")
        assert settled.run(*arguments.split()).returncode == code
        assert server.connections == 0


def test_nothing_is_connected_to_without_a_token(program: Program) -> None:
    with secured("good") as server:
        config = program.home / "config" / "nemochat" / "config.toml"
        config.parent.mkdir(parents=True)
        config.write_text(
            f'[endpoint.far]\nbase_url = "{server.base_url}"\ntoken_variable = "FAR_TOKEN"\n'
            'model = "nemo"\n[endpoint]\ndefault = "far"\n'
        )
        settings = {"SSL_CERT_FILE": AUTHORITY}
        without = Program(program.home, program.environment | settings)
        assert without.run("ask", "--private", "Hi").returncode == 3
        unreadable = Program(
            program.home, without.environment | {"XDG_STATE_HOME": "/" + "x" * 300}
        )
        done = unreadable.run("ask", "--private", "Hi")
        assert (done.returncode, b"the tokens in /xxx" in done.stderr) == (3, True)
        assert server.connections == 0
        with_one = Program(program.home, without.environment | {"FAR_TOKEN": "sk-far"})
        assert with_one.run("ask", "--private", "Hi").stdout.decode() == f"{HELLO}\n"
        assert server.connections == 1


@pytest.mark.parametrize("private", [True, False])
def test_neither_secrets_nor_where_a_private_question_went_are_kept(
    program: Program, *, private: bool
) -> None:
    with FaultServer(GOOD) as server:
        port = str(server.port)
        base_url = f"http://nemo.invalid:{port}/v1"
        proxy = f"http://me:{SECRET}@127.0.0.1:{port}"
        allowed = {"NEMOCHAT_ALLOW_HTTP": "on"}
        away = at(program, base_url, NEMOCHAT_TOKEN=SECRET, http_proxy=proxy, **allowed)
        done = away.run("ask", *["--private"] * private, "Hi")
        assert done.stdout.decode() == f"{HELLO}\n"
        near = at(program, server.base_url, NEMOCHAT_TOKEN=SECRET)
        assert near.run("ask", *["--private"] * private, "Hi").returncode == 0
        assert len(server.requests) == 2
        assert SECRET.encode() in server.requests[1]
    assert files_with(program.home, SECRET) == []
    if private:
        assert files_with(program.home, port) == []


def test_a_state_folder_that_cannot_be_written_costs_nothing(program: Program) -> None:
    folder = program.home / "state" / "nemochat"
    folder.parent.mkdir()
    folder.write_text("a file")
    with secured("good") as server:
        done = at(program, server.base_url, NEMOCHAT_TOKEN="sk-test").run("ask", "Hi")
    assert (done.stdout.decode(), done.stderr, done.returncode) == (f"{HELLO}\n", b"", 0)


def test_the_first_question_of_a_chat_takes_one_connection(program: Program) -> None:
    with secured("good") as server:
        with Screen(at(program, server.base_url)) as screen:
            screen.wait_for_prompt()
            screen.say("Hi")
            screen.wait_for(HELLO)
        assert (server.connections, len(server.requests)) == (1, 1)
