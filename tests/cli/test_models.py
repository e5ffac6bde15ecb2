"""`nemochat models`, and what an endpoint's name may stand for, as a person runs it."""

from __future__ import annotations

import json
from pathlib import Path

from tests.api.fault_server.scripts import plays, refuses, with_length
from tests.api.fault_server.server import Behaviour, FaultServer
from tests.conftest import Heard, Program


def test_models_are_listed_with_context_and_price(asking: Program) -> None:
    done = asking.run("models", "-q", "NEMO instruct")
    assert done.stdout == b"mistralai/Mistral-Nemo-Instruct-2407\t131072\t$0.02\t$0.02\n"
    (told,) = json.loads(asking.run("models", "-q", "instruct", "--json").stdout)
    assert told["name"] == "mistralai/Mistral-Nemo-Instruct-2407"
    assert told["context_length"] == 131072
    assert (told["input_price"], told["output_price"]) == (0.02, 0.02)


def test_a_word_that_no_name_holds_is_told(asking: Program) -> None:
    done = asking.run("models", "-q", "llama")
    assert (done.returncode, done.stdout) == (0, b"")
    assert "no model with llama" in done.stderr.decode()


def test_names_of_models_cannot_harm_a_terminal_or_a_pipe(program: Program) -> None:
    rows = [{"id": "a|b\tc"}, {"id": "fine|`x`"}]
    listed = plays(with_length("200 OK", json.dumps({"data": rows}).encode()))
    with FaultServer(listed) as server:
        done = program.run("models", "--base-url", server.base_url)
    assert done.stdout == b"fine|`x`\t\t\t\n"


def test_why_there_is_no_list_is_told(program: Program) -> None:
    def code(behave: Behaviour) -> int:
        with FaultServer(behave) as server:
            done = program.run("models", "--base-url", server.base_url)
        assert done.stdout == b""
        assert done.stderr.count(b"\n") == 1
        return done.returncode

    assert code(refuses("401 No")) == 4
    assert code(refuses("404 No")) == 5
    assert code(refuses("500 No")) == 7
    assert code(plays(with_length("200 OK", b"<html>"))) == 8


def test_an_endpoint_of_one_s_own_is_asked_in_its_own_words(program: Program, heard: Heard) -> None:
    file = program.home / "config" / "nemochat" / "config.toml"
    file.parent.mkdir(parents=True)
    file.write_text(
        f'[endpoint]\ndefault = "work"\n[endpoint.work]\nbase_url = "{heard.base_url}"\n'
        'model = "mistralai/Mistral-Nemo-Instruct-2407"\n'
        'without = ["top_k"]\ncalled = { min_p = "top_p" }\nbody = { user = "me" }\n'
        "[parameters]\ntop_k = 4\nmin_p = 0.5\n"
    )
    done = program.run("ask", "Hi")
    assert done.returncode == 0
    (body,) = heard.bodies
    assert (body["top_p"], body["user"]) == (0.5, "me")
    assert not {"top_k", "min_p"} & set(body)
    assert done.stderr.decode() == ("nemochat: top_k is not sent: not supported by this endpoint\n")
    rehearsed = program.run("ask", "--curl", "Hi").stdout.decode()
    assert "top_k" not in rehearsed
    assert '"top_p": 0.5' in rehearsed


def test_a_chat_lists_models_and_knows_every_endpoint(asking: Program, tmp_path: Path) -> None:
    script = tmp_path / "script"
    script.write_text(
        "/models instruct\n/endpoint ollama\n/set top_k 4\n/endpoint deepinfra\n/models\n"
    )
    done = asking.run("--script", str(script))
    shown = done.stdout.decode().replace("\\", "")
    assert "| mistralai/Mistral-Nemo-Instruct-2407 | 131,072 | $0.02 | $0.02 |" in shown
    assert "The endpoint is `ollama`, the model `mistral-nemo`." in shown
    assert "The endpoint is `deepinfra` at `127.0.0.1:" in shown


def test_shells_complete_the_names_that_were_listed_last(asking: Program) -> None:
    names = asking.home / "state" / "nemochat" / "names" / "models"
    assert asking.run("models", "-q", "no such").returncode == 0
    assert "mistralai/Mistral-Nemo-Instruct-2407" in names.read_text().splitlines()
    names.unlink()
    asking.run("models", "--endpoint", "guide")  # whose names nobody would give
    assert not names.exists()
    asking.run("--private", "--script", "/dev/stdin", stdin=b"/models\n")
    assert not names.exists()
    asking.run("--script", "/dev/stdin", stdin=b"/models instruct\n")
    assert "mistralai/Mistral-Nemo-Instruct-2407" in names.read_text().splitlines()
