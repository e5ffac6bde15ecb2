"""`nemochat doctor` as a person runs it, where all is well and where things are broken."""

from __future__ import annotations

import json

import pytest

from tests.api.fault_server.scripts import refuses
from tests.api.fault_server.server import FaultServer
from tests.api.secured import unused_port
from tests.conftest import Program
from tests.terminal import Screen


def report(program: Program, *words: str) -> tuple[int, dict[str, str]]:
    """The exit code, and for each line its mark and text by what it is about."""
    done = program.run("doctor", *words)
    assert done.stderr == b""
    lines = done.stdout.decode().splitlines()
    parted = (line.partition(": ") for line in lines)
    return done.returncode, {head[3:]: head[:3] + text for head, _, text in parted}


def test_all_is_well(asking: Program) -> None:
    asking.run("ask", "Hi")
    code, lines = report(asking)
    assert code == 0
    assert {line[:3] for line in lines.values()} == {"ok "}
    assert lines["token"] == "ok the one for deepinfra comes from DEEPINFRA_TOKEN"
    assert lines["first byte"].startswith("ok HTTP/1.1 200 OK (")
    assert "131,072" in lines["model"]
    assert lines["conversations"].startswith("ok 1 in ")
    assert "test-token" not in str(lines)


def test_the_first_thing_that_is_wrong_gives_the_code(program: Program) -> None:
    code, lines = report(program, "--base-url", f"http://127.0.0.1:{unused_port()}/v1")
    assert code == 6
    assert lines["connection"].startswith("no nothing answers at 127.0.0.1")
    assert "model" not in lines
    code, lines = report(program, "--endpoint", "mistral", "--base-url", "http://h.invalid")
    assert code == 6
    assert lines["lookup"].startswith("no could not resolve h.invalid:80")
    code, lines = report(program, "--endpoint", "guide")
    assert code == 0


def test_a_token_that_is_missing_or_refused(program: Program) -> None:
    code, lines = report(program)
    assert code == 3
    assert lines["token"].startswith("no there is none for deepinfra. Run nemochat keys set")
    with FaultServer(refuses("401 No")) as server:
        code, lines = report(program, "--base-url", server.base_url)
    assert code == 4
    assert lines["first byte"].startswith("ok ")
    assert lines["model"].startswith("no the endpoint requires a token")


def test_a_model_that_is_not_listed(asking: Program) -> None:
    asking.environment["NEMOCHAT_MODEL"] = "mistralai/Mistral-Nemo-Instruct-2408"
    code, lines = report(asking)
    assert code == 5
    assert "Did you mean -m mistralai/Mistral-Nemo-Instruct-2407?" in lines["model"]


def test_a_broken_configuration_is_told_and_the_rest_is_looked_at(asking: Program) -> None:
    file = asking.home / "config" / "nemochat" / "config.toml"
    file.parent.mkdir(parents=True)
    file.write_text("model = \n")
    code, lines = report(asking)
    assert code == 3
    assert "line 1" in lines["configuration"]
    assert lines["model"].startswith("ok ")


@pytest.mark.parametrize("content", [b"no database" * 1000, b""])
def test_a_damaged_database_is_told_and_left_alone(asking: Program, content: bytes) -> None:
    asking.database.parent.mkdir(parents=True)
    asking.database.write_bytes(content)
    code, lines = report(asking)
    assert code == (1 if content else 0)
    assert lines["conversations"].startswith("no " if content else "ok 0 in ")
    assert asking.database.read_bytes() == content
    assert list(asking.database.parent.iterdir()) == [asking.database]


def test_without_a_home(asking: Program) -> None:
    homeless = {
        name: value
        for name, value in asking.environment.items()
        if not name.startswith(("XDG", "HOME"))
    }
    nowhere = asking.home / "nowhere"
    done = Program(asking.home, homeless | {"HOME": str(nowhere)}).run("doctor")
    assert done.returncode == 0
    assert b"none yet" in done.stdout
    nowhere.write_text("a file where a directory should be")
    done = Program(asking.home, homeless | {"HOME": str(nowhere)}).run("doctor")
    assert done.returncode == 1
    assert b"no conversations: none can be saved in" in done.stdout


def test_json_tells_the_same(asking: Program) -> None:
    done = asking.run("doctor", "--json", environment={"NEMOCHAT_RETRIES": "many"})
    told = json.loads(done.stdout)
    assert done.returncode == told["exit_code"] == 3
    wrong = [check for check in told["checks"] if not check["ok"]]
    assert [check["name"] for check in wrong] == ["configuration"]
    assert "NEMOCHAT_RETRIES" in wrong[0]["said"]


def test_forty_columns_are_enough(asking: Program) -> None:
    with Screen(asking, "doctor", columns=40) as screen:
        assert screen.wait_for_end() == 0
        shown = screen.text()
    lines = [line for line in shown.splitlines() if line.strip()]
    assert lines[-1].startswith(("ok servers", "   "))
    assert all(line.startswith(("ok ", "no ", "   ")) for line in lines)
