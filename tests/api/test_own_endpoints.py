"""Requests to the endpoints of the table and of the configuration."""

from __future__ import annotations

import json
import re
import shlex

import pytest

from tests.api.fault_server.scripts import HELLO, Json, answer, head, plays
from tests.api.fault_server.server import FaultServer
from tests.conftest import Program

NEMO = "mistralai/Mistral-Nemo-Instruct-2407"
MESSAGES = [{"role": "user", "content": "It's Größe"}]
STREAMED = {"stream": True, "stream_options": {"include_usage": True}}
WORK = """
[endpoint.work]
base_url = "https://llm.example/v1/"
token_variable = "WORK_TOKEN"
headers = { X-Team = "it's ours & theirs" }
body = { user = "me", deep = { a = [1, 2.5, true] } }
without = ["top_k"]
called = { seed = "random_seed" }
"""


def configure(program: Program, text: str) -> None:
    file = program.home / "config" / "nemochat" / "config.toml"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, "utf-8")


def request(program: Program, *words: str) -> tuple[str, list[str], dict[str, Json]]:
    """Return the address, the headers and the body that `--curl` shows."""
    done = program.run("ask", *words, "--curl", "It's Größe")
    assert done.returncode == 0, done.stderr
    command = [word for word in shlex.split(done.stdout.decode()) if word != "\n"]
    assert command[:2] == ["curl", "--no-buffer"]
    flags, values = command[3::2], command[4::2]
    assert flags == [*["-H"] * (len(flags) - 1), "-d"]
    return command[2], values[:-1], json.loads(values[-1])


ALL = {"top_k": 4, "min_p": 0.5, "repetition_penalty": 1.1, "seed": 7, **STREAMED}
REPEAT = {"repeat_penalty": 1.1, "seed": 7, **STREAMED}
# Address, model, token variable and supported parameters of each endpoint.
TABLE: dict[str, tuple[str, str, str, dict[str, Json]]] = {
    "deepinfra": ("https://api.deepinfra.com/v1/openai", NEMO, "DEEPINFRA_TOKEN", ALL),
    "ollama": ("http://127.0.0.1:11434/v1", "mistral-nemo", "", {"seed": 7, **STREAMED}),
    "llamacpp": ("http://127.0.0.1:8080/v1", NEMO, "", {"top_k": 4, "min_p": 0.5, **REPEAT}),
    "vllm": ("http://127.0.0.1:8000/v1", NEMO, "", ALL),
    "lmstudio": (
        "http://127.0.0.1:1234/v1",
        "mistral-nemo-instruct-2407",
        "",
        {"top_k": 4, **REPEAT},
    ),
    "mistral": (
        "https://api.mistral.ai/v1",
        "open-mistral-nemo",
        "MISTRAL_API_KEY",
        {"random_seed": 7, "stream": True},
    ),
    "openrouter": (
        "https://openrouter.ai/api/v1",
        "mistralai/mistral-nemo",
        "OPENROUTER_API_KEY",
        ALL,
    ),
}
NAMES = f"{', '.join(TABLE)}, work, guide"


@pytest.mark.parametrize("name", TABLE)
def test_every_endpoint_is_asked_at_its_address_in_its_own_words(
    program: Program, name: str
) -> None:
    base_url, model, variable, parameters = TABLE[name]
    words = ["--top-k", "4", "--min-p", "0.5", "--repetition-penalty", "1.1", "--seed", "7"]
    token = [f"Authorization: Bearer ${variable}"] if variable else []
    assert request(program, "--endpoint", name, *words) == (
        f"{base_url}/chat/completions",
        ["Content-Type: application/json", *token],
        {"model": model, "messages": MESSAGES, **parameters},
    )


def test_a_section_is_an_endpoint_and_both_ways_show_what_would_be_sent(program: Program) -> None:
    configure(program, WORK)
    words = ("--endpoint", "work", "--top-k", "4", "--seed", "7", "-t", "0.3")
    body = {
        "model": NEMO,
        "messages": MESSAGES,
        "random_seed": 7,
        "temperature": 0.3,
        **STREAMED,
        "user": "me",
        "deep": {"a": [1, 2.5, True]},
    }
    assert request(program, *words) == (
        "https://llm.example/v1/chat/completions",
        [
            "Content-Type: application/json",
            "Authorization: Bearer $WORK_TOKEN",
            "X-Team: $HEADER_X_TEAM",
        ],
        body,
    )
    done = program.run("ask", *words, "--dry-run", "It's Größe")
    assert json.loads(done.stdout) == body
    assert "Größe" in done.stdout.decode()
    assert done.stderr == b"nemochat: top_k is not sent: not supported by this endpoint\n"


def test_the_shell_puts_the_token_of_the_environment_into_the_command(program: Program) -> None:
    configure(program, WORK)
    command = program.run("ask", "--endpoint", "work", "--curl", "Hi").stdout
    assert b'-H "Authorization: Bearer $WORK_TOKEN"' in command
    configure(program, '[endpoint.x]\nbase_url = "http://h/it\'s"')
    address, headers, body = request(program, "--endpoint", "x")
    assert address == "http://h/it's/chat/completions"
    assert headers == ["Content-Type: application/json"]
    assert body == {"model": NEMO, "messages": MESSAGES, **STREAMED}


def test_a_section_s_headers_and_the_token_of_its_command_are_sent(program: Program) -> None:
    with FaultServer(plays(head(), answer())) as server:
        section = WORK.replace("https://llm.example/v1/", server.base_url)
        configure(program, section + 'token_command = "echo sk-of-the-command"')
        done = program.run("ask", "--endpoint", "work", "Hi")
        request = server.requests[0].lower()
    assert done.stdout.decode() == HELLO + "\n"
    assert b"\r\nauthorization: bearer sk-of-the-command\r\n" in request
    assert b"\r\nx-team: it's ours & theirs\r\n" in request


def test_a_row_of_the_table_is_amended_and_keeps_the_rest(program: Program) -> None:
    configure(program, '[endpoint.ollama]\nbase_url = "http://nas:11434/v1"')
    address, _, body = request(program, "--endpoint", "ollama", "--top-k", "4")
    assert address == "http://nas:11434/v1/chat/completions"
    assert body == {"model": "mistral-nemo", "messages": MESSAGES, **STREAMED}
    configure(program, '[endpoint.llamacpp]\ncalled = { top_k = "k" }')
    words = ("--top-k", "4", "--repetition-penalty", "1.1")
    address, _, body = request(program, "--endpoint", "llamacpp", *words)
    assert address == "http://127.0.0.1:8080/v1/chat/completions"
    assert (body["k"], body["repeat_penalty"]) == (4, 1.1)


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("deepinfar", "Did you mean deepinfra?"),
        ("wrok", "Did you mean work?"),
        ("xyz", f"Endpoints are {NAMES}"),
    ],
)
def test_the_nearest_endpoint_is_suggested(program: Program, name: str, hint: str) -> None:
    configure(program, WORK)
    done = program.run("ask", "--endpoint", name, "--dry-run", "Hi")
    assert (done.returncode, done.stdout) == (3, b"")
    assert done.stderr.decode() == f'nemochat: there is no endpoint "{name}". {hint}\n'


KEYS = "Keys are base_url, model, token_variable, token_command, about, headers, body,"
OF_OURS = "AUTHORIZATION, which nemochat sets. Use token_variable or token_command for the token"
FAULTS = [
    ("[endpoint.x]", "has no base_url. Set it to the address of the server"),
    ("[endpoint.x]\nbase_url = 'ftp://h'", "base_url: the address must be http"),
    ("[endpoint.x]\nbase_ulr = 'http://h'", "Did you mean base_url?"),
    ("[endpoint.ollama]\nq = 1", KEYS),
    ("[endpoint.guide]\nmodel = 'x'", '"guide" cannot be the name of an endpoint'),
    ('[endpoint."a b"]\nbase_url = "http://h"', '"a b" cannot be the name of an endpoint'),
    ("[endpoint]\nx = 3", "[endpoint.x] must be a table, not 3"),
    ("[endpoint.ollama]\nmodel = 3", "model must be text"),
    ("[endpoint.ollama]\ntoken_variable = 'A B'", "the name of a variable"),
    ("[endpoint.ollama]\nwithout = 'top_k'", "a list of names"),
    ("[endpoint.ollama]\ncalled = { seed = 1 }", "called must be a table of texts"),
    ("[endpoint.ollama]\nbody = { day = 2026-01-01 }", "a table of JSON values"),
    ("[endpoint.ollama]\nbody = { x = inf }", "a table of JSON values"),
    ('[endpoint.ollama.headers]\nX-A = "a\\r\\nEvil: b"', "X-A contains a line break"),
    ('[endpoint.ollama.headers]\nX-A = "a\\u0000"', "X-A contains a line break"),
    ('[endpoint.ollama.headers]\nX-A = "tést"', "outside ASCII"),
    ('[endpoint.ollama.headers]\n"X A" = "a"', 'headers: "X A" is not a valid name'),
    ('[endpoint.ollama.headers]\n"X\\nA" = "a"', "is not a valid name"),
    ('[endpoint.ollama.headers]\nAuthorization = "Bearer sk"', "must not contain Authorization"),
    ('[endpoint.ollama.headers]\nAUTHORIZATION = "x"', OF_OURS),
    ('[endpoint.ollama.headers]\nhost = "h"', "must not contain host, which nemochat sets"),
]


@pytest.mark.parametrize(("text", "said"), FAULTS)
def test_what_makes_no_sense_is_named_with_what_would_do(
    program: Program, text: str, said: str
) -> None:
    configure(program, text)
    done = program.run("ask", "--dry-run", "Hi")
    error = done.stderr.decode()
    assert (done.returncode, done.stdout) == (3, b"")
    assert said in error
    assert error.count("\n") == 1
    assert not re.search(r"Evil|\bsk\b", error)
    if not said.endswith((KEYS, OF_OURS, "Authorization", "?", "server")):
        assert not re.search(r"\. [A-Z]", error), "there is no hint"
