"""Where a token is found, in which order, and what is said where it cannot be."""

from __future__ import annotations

import sys
from pathlib import Path
from shlex import quote

import pytest

from nemochat.config import tokens
from nemochat.config.tokens import (
    Token,
    TokenQuery,
    find_token,
    read_token_file,
    run_token_command,
    write_token,
)
from nemochat.errors import ConfigurationError

EVERYWHERE = {"DEEPINFRA_TOKEN": "own", "NEMOCHAT_TOKEN": "any"}


def python(code: str) -> str:
    return f"{sys.executable} -c {quote(code)}"


COMMAND = python("print('from-command'); print('second line')")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    write_token(tmp_path / "tokens", "deepinfra", "from-file")
    return tmp_path / "tokens"


@pytest.fixture(autouse=True)
def _no_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tokens, "has_keyring", lambda: False)


def test_sources_are_asked_in_their_order(file: Path) -> None:
    wanted = TokenQuery("deepinfra", "DEEPINFRA_TOKEN", COMMAND)
    environment = dict(EVERYWHERE)
    assert find_token(wanted, environment, file) == Token("own", "DEEPINFRA_TOKEN")
    del environment["DEEPINFRA_TOKEN"]
    assert find_token(wanted, environment, file) == Token("any", "NEMOCHAT_TOKEN")
    del environment["NEMOCHAT_TOKEN"]
    assert find_token(wanted, environment, file) == Token("from-command", "token_command")
    without = TokenQuery("deepinfra", "DEEPINFRA_TOKEN", "")
    assert find_token(without, environment, file) == Token("from-file", str(file))
    assert find_token(TokenQuery("mistral", "MISTRAL_API_KEY", ""), environment, file) is None
    assert find_token(without, environment, None) is None


def test_at_a_foreign_address_only_the_token_for_any_endpoint_is_used(file: Path) -> None:
    wanted = TokenQuery("deepinfra", "DEEPINFRA_TOKEN", COMMAND, own=False)
    assert find_token(wanted, EVERYWHERE, file) == Token("any", "NEMOCHAT_TOKEN")
    assert find_token(wanted, {"DEEPINFRA_TOKEN": "own"}, file) is None


def test_a_token_is_not_shown_when_what_was_found_is(file: Path) -> None:
    assert "sk-secret" not in repr(Token("sk-secret", "a file"))


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("", "is empty, or"),
        ("pass 'show", "is empty, or"),
        ("no-such-program-here x", "cannot be run (No such file or directory)"),
        (python("raise SystemExit(3)"), "failed (exit code 3)"),
        (python("import sys; print('sk-secret'); sys.exit('sk-secret')"), "failed (exit code 1)"),
        (python("print()"), "printed no token"),
        (python("while True: print('sk-secret')"), "failed"),
    ],
)
def test_a_command_that_gives_no_token_is_one_sentence(command: str, said: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        run_token_command(command)
    assert said in caught.value.sentence
    assert "sk-secret" not in str(caught.value)


def test_no_shell_stands_between(tmp_path: Path) -> None:
    script = python("import sys; print(sys.argv[1])")
    assert run_token_command(f"{script} '$HOME;touch x'") == "$HOME;touch x"


def test_a_command_that_takes_too_long_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tokens, "SECONDS", 0.3)
    with pytest.raises(ConfigurationError, match="took more than"):
        run_token_command(python("import time; time.sleep(60)"))
    with pytest.raises(ConfigurationError, match="took more than"):
        run_token_command(python("import os, time; os.close(1); time.sleep(60)"))


def test_the_file_is_its_owner_s_alone_and_keeps_other_tokens(file: Path) -> None:
    assert file.stat().st_mode & 0o777 == 0o600
    write_token(file, "mistral", 'odd"\\one')
    write_token(file, "deepinfra", None)
    assert read_token_file(file) == {"mistral": 'odd"\\one'}


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660])
def test_a_file_that_others_can_read_is_refused(file: Path, mode: int) -> None:
    file.chmod(mode)
    with pytest.raises(ConfigurationError, match=f"others can read .* {mode:o}") as caught:
        read_token_file(file)
    assert "chmod 600" in caught.value.hint


def test_a_broken_file_is_named_and_not_shown(file: Path) -> None:
    file.write_text("sk-secret is here")
    with pytest.raises(ConfigurationError) as caught:
        read_token_file(file)
    assert str(file) in str(caught.value)
    assert "sk-secret" not in str(caught.value)
