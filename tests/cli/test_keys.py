"""`nemochat keys` as a person runs it: no token is ever shown."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pexpect
import pytest

from tests.conftest import Heard, Program

SECRET = "sk-secret-0123456789"
NO_KEYRING = {"PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring"}
BACKEND = '''
import json, pathlib
from keyring.backend import KeyringBackend

class Keyring(KeyringBackend):
    """A keyring in a file, for tests."""

    priority = 1
    file = pathlib.Path(__file__).with_name("kept.json")

    def _all(self):
        return json.loads(self.file.read_text()) if self.file.exists() else {}

    def get_password(self, service, username):
        return self._all().get(f"{service} {username}")

    def set_password(self, service, username, password):
        self.file.write_text(json.dumps(self._all() | {f"{service} {username}": password}))

    def delete_password(self, service, username):
        left = self._all()
        del left[f"{service} {username}"]
        self.file.write_text(json.dumps(left))
'''


@pytest.fixture
def tokens(program: Program) -> Path:
    program.environment.update(NO_KEYRING)
    return program.home / "state" / "nemochat" / "tokens"


def test_a_piped_token_is_kept_used_and_removed(
    program: Program, tokens: Path, heard: Heard
) -> None:
    done = program.run("keys", "set", "deepinfra", stdin=f"{SECRET}\n")
    assert (done.returncode, done.stdout) == (0, b"")
    assert SECRET.encode() not in done.stderr
    assert tokens.stat().st_mode & 0o777 == 0o600
    assert tokens.parent.stat().st_mode & 0o777 == 0o700
    status = program.run("keys", "status")
    assert f"deepinfra\t{tokens}\n" in status.stdout.decode()
    assert SECRET.encode() not in status.stdout
    asked = program.run("ask", "--base-url", heard.base_url, "--debug", "Hi")
    assert asked.returncode == 0
    assert SECRET.encode() not in asked.stderr
    assert program.run("keys", "remove").returncode == 0
    assert SECRET not in tokens.read_text()
    again = program.run("keys", "remove")
    assert again.returncode == 2
    assert "there is no saved token for deepinfra" in again.stderr.decode()


def test_a_typed_token_is_not_echoed(program: Program, tokens: Path) -> None:
    child = pexpect.spawn(
        sys.executable,
        ["-m", "nemochat", "keys", "set", "mistral"],
        env=program.environment,
        cwd=str(program.home),
        encoding="utf-8",
        timeout=20,
    )
    child.expect("Token for mistral")
    child.waitnoecho()
    child.sendline(SECRET)
    child.expect(pexpect.EOF)
    assert SECRET not in child.before
    child.close()
    assert child.exitstatus == 0
    assert SECRET in tokens.read_text()


def test_the_keyring_is_used_where_there_is_one(program: Program, tmp_path: Path) -> None:
    (tmp_path / "pocket.py").write_text(BACKEND)
    program.environment.update(PYTHONPATH=str(tmp_path), PYTHON_KEYRING_BACKEND="pocket.Keyring")
    file = program.home / "state" / "nemochat" / "tokens"
    assert program.run("keys", "set", stdin=SECRET).returncode == 0
    assert not file.exists()
    assert SECRET in (tmp_path / "kept.json").read_text()
    assert b"deepinfra\tthe keyring\n" in program.run("keys", "status").stdout
    assert program.run("keys", "set", "--file", stdin="sk-other").returncode == 0
    assert "sk-other" in file.read_text()
    done = program.run("keys", "remove")
    assert f"from the keyring and {file}" in done.stderr.decode()


def test_a_variable_comes_before_what_is_kept(program: Program, tokens: Path) -> None:
    done = program.run("keys", "set", stdin=SECRET, environment={"DEEPINFRA_TOKEN": "sk-variable"})
    assert "DEEPINFRA_TOKEN is used instead" in done.stderr.decode()
    status = program.run("keys", "status", "--json", environment={"NEMOCHAT_TOKEN": "sk-any"})
    assert json.loads(status.stdout)["mistral"] == "NEMOCHAT_TOKEN"


@pytest.mark.parametrize(
    ("words", "stdin", "code", "said"),
    [
        (("set",), "", 2, "the token is empty"),
        (("set", SECRET), "", 3, "no endpoint with this name. Type or pipe the token"),
        (("set", "deepinfa"), "", 3, "Did you mean deepinfra?"),
        (("set",), f'"{SECRET}"', 2, "the token is in quotes; remove them"),
        (("set",), f"{SECRET} and more", 2, "the token contains a space"),
        (("set",), "sk-\x00", 2, "binary"),
        (("set", "guide"), SECRET, 2, "the guide needs no token"),
        (("set", "mistrl"), SECRET, 3, "Did you mean mistral?"),
    ],
)
def test_what_is_no_token_is_one_sentence(
    program: Program, tokens: Path, words: tuple[str, ...], stdin: str, code: int, said: str
) -> None:
    done = program.run("keys", *words, stdin=stdin)
    assert (done.returncode, done.stdout) == (code, b"")
    assert said in done.stderr.decode()
    assert SECRET.encode() not in done.stderr
    assert not tokens.exists()


def test_a_file_that_others_can_read_is_refused(program: Program, tokens: Path) -> None:
    program.run("keys", "set", stdin=SECRET)
    tokens.chmod(0o644)
    done = program.run("ask", "Hi")
    assert done.returncode == 3
    assert "others can read the tokens" in done.stderr.decode()
    assert SECRET.encode() not in done.stderr


def test_without_a_home_there_is_nowhere_to_keep_a_token(program: Program) -> None:
    homeless = {
        name: value
        for name, value in program.environment.items()
        if not name.startswith(("XDG", "HOME"))
    }
    done = Program(program.home, homeless | NO_KEYRING).run("keys", "status")
    assert done.returncode == 0
