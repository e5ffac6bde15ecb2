"""The connection that is begun before the command line is read."""

from __future__ import annotations

import pytest

from tests.conftest import Program
from tests.terminal import Screen
from tests.wire.fault_server.scripts import HELLO
from tests.wire.secured import AUTHORITY, secured, until


def at(program: Program, base_url: str, **more: str) -> Program:
    """The program with an endpoint whose certificate it believes."""
    settings = {"NEMOCHAT_BASE_URL": base_url, "SSL_CERT_FILE": AUTHORITY}
    return Program(program.home, program.environment | settings | more)


def test_a_question_takes_one_connection(program: Program) -> None:
    with secured("good") as server:
        done = at(program, server.base_url).run("ask", "--private", "Hi")
        assert (done.stdout.decode(), done.returncode) == (f"{HELLO}\n", 0)
        assert (server.connections, len(server.requests)) == (1, 1)


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


def test_a_chat_connects_while_its_first_question_is_typed(program: Program) -> None:
    with secured("good") as server:
        with Screen(at(program, server.base_url)) as screen:
            screen.wait_for_prompt()
            until(lambda: server.connections == 1)
            screen.say("Hi")
            screen.wait_for(HELLO)
        assert (server.connections, len(server.requests)) == (1, 1)
