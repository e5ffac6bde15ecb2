"""Ways in which a token or password could leave, or be shown, by accident."""

from __future__ import annotations

import base64
import json
import shlex
from pathlib import Path

import pytest

from tests.api.fault_server.scripts import HELLO, answer, head, plays, with_length
from tests.api.fault_server.server import FaultServer
from tests.api.network import write_names
from tests.conftest import Program

TOKEN = "sk-aB3dEfGh1JkLmN0pQrStUvWxYz9"
PASSWORD = "pa55word-of-the-proxy"


def configure(program: Program, text: str) -> None:
    file = program.home / "config" / "nemochat" / "config.toml"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, "utf-8")


@pytest.mark.parametrize(
    ("arguments", "variables"),
    [
        (("--base-url", "http://api.deepinfra.com/v1/openai"), {"DEEPINFRA_TOKEN": TOKEN}),
        (("--base-url", "http://gpu.example:8000/v1"), {"NEMOCHAT_TOKEN": TOKEN}),
        (("--endpoint", "mistral"), {"MISTRAL_API_KEY": TOKEN}),
        (("--endpoint", "work", "--base-url", "http://work.example/v1"), {"WORK": TOKEN}),
        (("--base-url", "http://x.localhost/v1"), {"NEMOCHAT_TOKEN": TOKEN}),
    ],
)
@pytest.mark.parametrize("command", ["ask", "models"])
def test_no_token_goes_unencrypted_to_an_endpoint_with_an_encrypted_address(
    program: Program,
    tmp_path: Path,
    command: str,
    arguments: tuple[str, ...],
    variables: dict[str, str],
) -> None:
    configure(
        program,
        '[endpoint.work]\nbase_url = "https://work.example/v1"\ntoken_variable = "WORK"\n'
        '[endpoint.mistral]\nbase_url = "http://api.mistral.ai/v1"\n',
    )
    names = ("api.deepinfra.com", "gpu.example", "api.mistral.ai", "work.example", "x.localhost")
    environment = {**variables, **write_names(tmp_path, dict.fromkeys(names, "192.0.2.1"))}
    environment["NEMOCHAT_CONNECT_TIMEOUT"] = "0.2"
    words = ["Hi"] * (command == "ask")
    flags = [*arguments, "--private"] if command == "ask" else [*arguments]
    done = program.run(command, *flags, *words, environment=environment)
    assert done.returncode == 3
    assert done.stderr.decode().count("\n") == 1
    assert b"unencrypted" in done.stderr
    assert b"--allow-http" in done.stderr
    environment["NEMOCHAT_ALLOW_HTTP"] = "on"
    environment["NEMOCHAT_RETRIES"] = "0"
    done = program.run(command, *flags, *words, environment=environment)
    assert done.returncode == 6  # nobody is there
    assert b"unencrypted" in done.stderr  # a warning


def test_with_the_flag_the_token_is_sent(program: Program, tmp_path: Path) -> None:
    names = write_names(tmp_path, {"gpu.example": "127.0.0.1", "x.localhost": "127.0.0.1"})
    environment = {"NEMOCHAT_TOKEN": TOKEN, **names}
    with FaultServer(plays(head(), answer())) as server:
        for host, flags in (("gpu.example", ["--allow-http"]), ("x.localhost", [])):
            base_url = f"http://{host}:{server.port}/v1"
            done = program.run("ask", *flags, "--base-url", base_url, "Hi", environment=environment)
            assert (done.returncode, done.stdout.decode()) == (0, f"{HELLO}\n"), done.stderr
        assert [TOKEN.encode() in request for request in server.requests] == [True, True]


def test_a_token_that_comes_back_is_shown_and_logged_nowhere(program: Program) -> None:
    disguised = [TOKEN.upper(), " ".join(TOKEN), base64.b64encode(TOKEN.encode()).decode()]
    for form in (TOKEN, *disguised):
        body = json.dumps({"error": {"message": f"{form} is wrong"}}).encode()
        with FaultServer(plays(with_length("401 Unauthorized", body))) as server:
            done = program.run(
                "ask",
                "--debug",
                "--base-url",
                server.base_url,
                "Hi",
                environment={"NEMOCHAT_TOKEN": TOKEN},
            )
        log = program.home / "state" / "nemochat" / "debug.log"
        seen = done.stderr.decode() + log.read_text()
        assert "[token] is wrong" in seen
        assert form not in seen


def test_names_of_models_are_masked(program: Program) -> None:
    names = [f"model-{TOKEN}", TOKEN.upper(), "nemo"]
    body = json.dumps({"data": [{"id": name} for name in names]}).encode()
    with FaultServer(plays(with_length("200 OK", body))) as server:
        done = program.run(
            "models", "--base-url", server.base_url, environment={"NEMOCHAT_TOKEN": TOKEN}
        )
    shown = done.stdout.decode()
    assert {line.split("\t")[0] for line in shown.splitlines()} == {
        "model-[token]",
        "[token]",
        "nemo",
    }
    for file in (program.home / "state").rglob("*"):
        assert not file.is_file() or TOKEN.upper() not in file.read_text().upper()


@pytest.mark.parametrize(
    "settings",
    [
        {"NEMOCHAT_BASE_URL": f"http://me:{PASSWORD}@host/v1"},
        {"NEMOCHAT_BASE_URL": f"htp://me:{PASSWORD}@host/v1"},
        {"NEMOCHAT_BASE_URL": f"me:{PASSWORD}@host/v1"},
        {"NEMOCHAT_BASE_URL": f"http://host:x/v1?key={PASSWORD}"},
        {"NEMOCHAT_PROXY": f"http://me:{PASSWORD}@127.0.0.1:9"},
        {"NEMOCHAT_PROXY": f"gopher://me:{PASSWORD}@127.0.0.1:9"},
        {"NEMOCHAT_PROXY": f"http://me:{PASSWORD}@[::1"},
        {"HTTPS_PROXY": f"http://me:{PASSWORD}@127.0.0.1:9"},
        {"HTTPS_PROXY": f"me:{PASSWORD}@127.0.0.1:x"},
    ],
)
@pytest.mark.parametrize(
    "command", ["ask --debug Hi", "config show", "config show --json", "doctor", "models"]
)
def test_passwords_in_addresses_are_never_shown(
    program: Program, settings: dict[str, str], command: str
) -> None:
    environment = {"DEEPINFRA_TOKEN": TOKEN, "NEMOCHAT_RETRIES": "0", **settings}
    done = program.run(*command.split(), environment=environment)
    log = program.home / "state" / "nemochat" / "debug.log"
    seen = (done.stdout + done.stderr).decode() + (log.read_text() if log.exists() else "")
    assert seen
    assert "Traceback" not in seen
    assert "a fault of" not in seen
    assert PASSWORD not in seen


def test_a_proxy_s_password_is_kept_and_not_shown(program: Program) -> None:
    done = program.run("config", "set", "proxy", f"http://me:{PASSWORD}@host:1")
    assert done.returncode == 0
    assert done.stderr.decode().startswith("nemochat: set proxy to http://…@host:1 in ")
    config = program.home / "config" / "nemochat" / "config.toml"
    assert PASSWORD in config.read_text()


def test_a_proxy_that_repeats_its_login_is_masked(program: Program) -> None:
    login = base64.b64encode(f"me:{PASSWORD}".encode()).decode()
    with FaultServer(plays(with_length(f"407 Wrong {login}", b""))) as server:
        proxy = f"http://me:{PASSWORD}@127.0.0.1:{server.port}"
        done = program.run("ask", "--proxy", proxy, "Hi", environment={"DEEPINFRA_TOKEN": TOKEN})
    assert done.returncode == 6
    assert b"refused the connection" in done.stderr
    assert login.encode()[8:] not in done.stderr


OWN = """
[endpoint.work]
base_url = "https://work.example/v1"
headers = { X-Api-Key = "header-secret", "X-Od`d" = "odd-secret" }
body = { user = "me", api_key = "body-secret", deep = { passwords = ["deep-secret"] } }
"""


def test_curl_and_dry_run_show_variables_for_secrets(program: Program) -> None:
    configure(program, OWN)
    done = program.run("ask", "--endpoint", "work", "--curl", "Hi")
    command = done.stdout.decode()
    assert done.returncode == 0
    assert "-secret" not in command
    values = {
        "HEADER_X_API_KEY": "header-secret",
        "HEADER_X_OD_D": "odd-secret",
        "BODY_API_KEY": "body-secret",
        "BODY_PASSWORDS": "deep-secret",
    }
    for variable in values:
        assert f"${variable}" in command
    words = shlex.split(command)
    body = json.loads(words[words.index("-d") + 1])
    assert body["api_key"] == "$BODY_API_KEY"
    assert body["user"] == "me"
    shown = json.loads(program.run("ask", "--endpoint", "work", "--dry-run", "Hi").stdout)
    assert shown == body


@pytest.mark.parametrize(
    ("section", "environment", "variable"),
    [
        ("", {"DEEPINFRA_TOKEN": TOKEN, "NEMOCHAT_TOKEN": TOKEN}, "$DEEPINFRA_TOKEN"),
        ("", {"NEMOCHAT_TOKEN": TOKEN}, "$NEMOCHAT_TOKEN"),
        ("", {}, "$DEEPINFRA_TOKEN"),
        ('base_url = "https://x.example/v1"', {"DEEPINFRA_TOKEN": TOKEN}, ""),
        ('base_url = "https://x.example/v1"', {"NEMOCHAT_TOKEN": TOKEN}, "$NEMOCHAT_TOKEN"),
        ('endpoint = "ollama"', {}, ""),
        ('endpoint = "ollama"', {"NEMOCHAT_TOKEN": TOKEN}, "$NEMOCHAT_TOKEN"),
        ('[endpoint]\ndefault = "work"\n' + OWN, {}, ""),
        (
            '[endpoint]\ndefault = "work"\n' + OWN + 'token_command = "echo x"',
            {},
            "$NEMOCHAT_TOKEN",
        ),
    ],
)
def test_curl_shows_the_token_that_is_really_sent(
    program: Program, section: str, environment: dict[str, str], variable: str
) -> None:
    configure(program, section)
    command = program.run("ask", "--curl", "Hi", environment=environment).stdout.decode()
    assert command.startswith("curl")
    shown = command.partition("Authorization: Bearer ")[2].partition('"')[0]
    assert shown == variable
    assert TOKEN not in command


def test_curl_shows_a_token_from_the_file(program: Program) -> None:
    assert program.run("keys", "set", "ollama", stdin=TOKEN).returncode in {0, 2}
    assert program.run("keys", "set", "mistral", stdin=TOKEN).returncode == 0
    command = program.run("ask", "--endpoint", "mistral", "--curl", "Hi").stdout.decode()
    assert "Authorization: Bearer $MISTRAL_API_KEY" in command
