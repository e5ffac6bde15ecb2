"""Which token goes to which address, and what is said of the one that stays."""

from __future__ import annotations

from pathlib import Path

import pytest

from nemochat.chat.factory import ClientFactory
from nemochat.config.load import load_config
from nemochat.errors import ConfigurationError
from tests.test_chat import Seen

BOTH = {"DEEPINFRA_TOKEN": "own", "NEMOCHAT_TOKEN": "any"}


def create_factory(
    text: str, environment: dict[str, str], tmp_path: Path
) -> tuple[ClientFactory, Seen]:
    file = tmp_path / "config.toml"
    file.write_text(text)
    view = Seen()
    return ClientFactory(load_config({}, environment, file), environment, view), view


@pytest.fixture(autouse=True)
def _homeless(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")


@pytest.mark.parametrize(
    ("base_url", "token"),
    [
        ("", "own"),
        ("https://api.deepinfra.com/v2", "own"),
        ("https://API.DeepInfra.com/v2", "own"),
        ("http://127.0.0.1:9/v1", "own"),
        ("http://[::1]:9/v1", "own"),
        ("https://api.deepinfra.com.evil.example/v1", "any"),
        ("https://evil.example/api.deepinfra.com", "any"),
        ("https://deepinfra.com/v1", "any"),
        ("http://10.0.0.1:9/v1", "any"),
    ],
)
def test_a_token_goes_to_its_endpoint_or_to_this_machine(
    base_url: str, token: str, tmp_path: Path
) -> None:
    made, _ = create_factory(f'base_url = "{base_url}"', BOTH, tmp_path)
    found = made.token("deepinfra")
    assert found
    assert found.token == token


def test_where_an_endpoint_was_moved_to_is_told(tmp_path: Path) -> None:
    for moved, place in (
        ("", "deepinfra"),
        ("https://api.deepinfra.com/v2", "deepinfra"),
        ("http://127.0.0.1:9/v1", "127.0.0.1:9"),
    ):
        made, _ = create_factory(f'base_url = "{moved}"', BOTH, tmp_path)
        assert made.display_address("deepinfra") == place
        assert made.display_address("guide") == "guide"


X, OLLAMA = "https://x.example/v1", "http://127.0.0.1:11434/v1"


@pytest.mark.parametrize(
    ("file", "variables", "flags", "asked", "address"),
    [
        (f'base_url = "{X}"', {}, {}, "deepinfra", X),
        (f'base_url = "{X}"\nendpoint = "ollama"', {}, {}, "ollama", X),
        (f'base_url = "{X}"', {}, {}, "ollama", OLLAMA),  # as by /endpoint
        (f'base_url = "{X}"', {"NEMOCHAT_ENDPOINT": "ollama"}, {}, "ollama", OLLAMA),
        (f'base_url = "{X}"', {}, {"endpoint": "ollama"}, "ollama", OLLAMA),
        ("", {"NEMOCHAT_BASE_URL": X}, {"endpoint": "ollama"}, "ollama", OLLAMA),
        ("", {"NEMOCHAT_BASE_URL": X, "NEMOCHAT_ENDPOINT": "ollama"}, {}, "ollama", X),
        ('endpoint = "ollama"', {"NEMOCHAT_BASE_URL": X}, {}, "ollama", X),
        ('endpoint = "ollama"', {}, {"base_url": X}, "ollama", X),
        ("", {}, {"endpoint": "ollama", "base_url": X}, "ollama", X),
    ],
)
def test_an_address_is_that_of_the_endpoint_which_is_named_beside_it_or_below_it(
    file: str,
    variables: dict[str, str],
    flags: dict[str, str],
    asked: str,
    address: str,
    tmp_path: Path,
) -> None:
    path = tmp_path / "config.toml"
    path.write_text(file)
    made = ClientFactory(load_config(flags, variables, path), variables, Seen())
    assert made.address(asked) == address
    assert made.display_address(asked) == ("x.example" if address == X else asked)


def test_a_token_that_stays_is_spoken_of_but_not_shown(tmp_path: Path) -> None:
    text = 'base_url = "https://llm.example/v1"'
    made, view = create_factory(text, {"DEEPINFRA_TOKEN": "sk-secret"}, tmp_path)
    made.client("deepinfra").close()
    (notice,) = view.notices
    assert notice.startswith("DEEPINFRA_TOKEN is not sent to llm.example, which")
    assert made.token_variable("deepinfra") == "NEMOCHAT_TOKEN"


def test_amending_the_address_of_a_row_sends_its_token_nowhere_else(tmp_path: Path) -> None:
    text = '[endpoint.deepinfra]\nbase_url = "https://llm.example/v1"'
    made, _ = create_factory(text, {"DEEPINFRA_TOKEN": "own"}, tmp_path)
    assert made.token("deepinfra") is None
    with pytest.raises(ConfigurationError, match="there is no token for deepinfra"):
        made.client("deepinfra")


def test_an_endpoint_of_one_s_own_has_a_token_of_its_own(tmp_path: Path) -> None:
    text = """
    [endpoint]
    default = "work"
    [endpoint.work]
    base_url = "https://llm.example/v1"
    token_variable = "WORK_TOKEN"
    """
    made, _ = create_factory(text, {"WORK_TOKEN": "mine", "DEEPINFRA_TOKEN": "own"}, tmp_path)
    assert made.config.text("endpoint") == "work"
    found = made.token("work")
    assert found
    assert (found.token, found.source) == ("mine", "WORK_TOKEN")
    assert made.address("work") == "https://llm.example/v1"


def test_a_command_is_told_which_endpoint_and_asked_once(tmp_path: Path) -> None:
    counted = tmp_path / "counted"
    script = tmp_path / "manager"
    script.write_text(f'#!/bin/sh\necho x >> {counted}\necho "token-of-$1"\n')
    script.chmod(0o700)
    made, _ = create_factory(f'token_command = "{script} {{endpoint}}"', {}, tmp_path)
    assert made.is_ready("mistral")
    made.client("mistral").close()
    found = made.token("mistral")
    assert found
    assert found.token == "token-of-mistral"
    assert counted.read_text() == "x\n"


def test_a_server_on_this_machine_is_asked_without_a_command(tmp_path: Path) -> None:
    made, _ = create_factory('token_command = "false"', {}, tmp_path)
    assert made.token("ollama") is None
    assert made.is_ready("ollama")


def test_who_names_an_endpoint_that_there_is_not_is_told(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    for text, environment, told in (
        ('endpoint = "olama"', {}, f'{file}: there is no endpoint "olama"'),
        ("", {"NEMOCHAT_ENDPOINT": "olama"}, 'NEMOCHAT_ENDPOINT: there is no endpoint "olama"'),
        ("[endpoint.work]", {}, f"{file}: [endpoint.work] has no base_url"),
    ):
        made, _ = create_factory(text, environment, tmp_path)
        with pytest.raises(ConfigurationError) as caught:
            made.row(made.config.text("endpoint"))
        assert caught.value.sentence == told
