"""`nemochat config` as a person runs it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from nemochat.config import load
from nemochat.config.load import Config
from nemochat.config.settings import SETTINGS
from nemochat.errors import ConfigurationError
from tests.conftest import Program


@pytest.fixture
def file(program: Program) -> Path:
    made = program.home / "config" / "nemochat" / "config.toml"
    made.parent.mkdir(parents=True)
    return made


def test_every_setting_is_shown_with_where_it_comes_from(program: Program, file: Path) -> None:
    file.write_text(
        '# mine\nretries = 1\nproxy = "http://me:secret@proxy:1"\n[parameters]\ntop_k = 4\n'
        '[endpoint.work]\nbase_url = "http://h/v1"\nheaders = { X-Key = "secret" }\n'
    )
    done = program.run("config", "show", environment={"NEMOCHAT_MODEL": "nemo"})
    rows = dict(line.split("\t", 1) for line in done.stdout.decode().splitlines())
    assert {setting.name for setting in SETTINGS} <= set(rows)
    assert rows["retries"] == f"1\t{file}"
    assert rows["model"] == "nemo\tNEMOCHAT_MODEL"
    assert rows["parameters.top_k"] == f"4\t{file}"
    assert rows["parameters.top_p"] == "\tnot sent"
    assert rows["endpoint.work.base_url"] == f"http://h/v1\t{file}"
    assert rows["proxy"] == f"http://…@proxy:1\t{file}"
    assert b"secret" not in done.stdout.replace(b"allow_secrets", b"")
    told = json.loads(program.run("config", "show", "--json").stdout)
    assert told["retries"] == {"value": 1, "origin": str(file)}


def test_a_setting_is_put_told_and_taken_out(program: Program, file: Path) -> None:
    assert program.run("config", "set", "parameters.temperature", "0.3").returncode == 0
    assert program.run("config", "get", "parameters.temperature").stdout == b"0.3\n"
    assert file.read_text() == "[parameters]\ntemperature = 0.3\n"
    assert file.stat().st_mode & 0o777 == 0o600
    done = program.run("config", "unset", "parameters.temperature")
    assert (done.returncode, done.stdout) == (0, b"")
    assert program.run("config", "path").stdout.decode() == f"{file}\n"
    assert program.run("config", "check").returncode == 0


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("set", "endpoint", "olama"), 3, "Did you mean ollama?"),
        (("set", "endpoint.x.model", "m"), 3, "has no base_url"),
        (("set", "base_url", "ftp://h"), 3, "http:// or https://"),
        (("get", "modle"), 2, "Did you mean model?"),
        (("set", "modle", "x"), 2, "Did you mean model?"),
        (("unset", "modle"), 2, "Did you mean model?"),
    ],
)
def test_what_cannot_be_is_one_sentence(
    program: Program, words: tuple[str, ...], code: int, said: str
) -> None:
    done = program.run("config", *words)
    assert (done.returncode, done.stdout) == (code, b"")
    assert said in done.stderr.decode()
    assert done.stderr.count(b"\n") == 1


def test_a_variable_that_wins_over_the_file_is_named(program: Program) -> None:
    done = program.run("config", "set", "retries", "1", environment={"NEMOCHAT_RETRIES": "0"})
    assert "NEMOCHAT_RETRIES is set and overrides" in done.stderr.decode()


def test_an_empty_variable_counts_as_unset(program: Program, file: Path) -> None:
    file.write_text('retries = 1\nmodel = "a/b"\n')
    empty = {"NEMOCHAT_RETRIES": "", "NEMOCHAT_MODEL": "", "NEMOCHAT_VIEW": ""}
    shown = program.run("config", "show", "--json", environment=empty)
    values = json.loads(shown.stdout)
    assert values["retries"] == {"value": 1, "origin": str(file)}
    assert values["model"] == {"value": "a/b", "origin": str(file)}
    assert values["view"] == {"value": "auto", "origin": "default"}
    done = program.run("config", "set", "retries", "2", environment=empty)
    assert done.stderr.decode() == f"nemochat: set retries to 2 in {file}\n"


def test_a_misspelt_variable_is_reported_with_the_right_one(asking: Program) -> None:
    wrong = {"NEMOCHAT_MODLE": "x", "NEMOCHAT_TOKN": "x", "NEMOCHAT_DEPLOYMENT": "x"}
    done = asking.run("ask", "Hello!", environment=wrong)
    assert done.returncode == 0
    assert sorted(done.stderr.decode().splitlines()) == [
        "nemochat: the variable NEMOCHAT_MODLE is ignored. Did you mean NEMOCHAT_MODEL?",
        "nemochat: the variable NEMOCHAT_TOKN is ignored. Did you mean NEMOCHAT_TOKEN?",
    ]
    for words in (["config", "check"], ["doctor"], ["profiles", "list"], ["keys", "status"]):
        done = asking.run(*words, environment=wrong)
        assert done.stderr.decode().count("NEMOCHAT_MODLE is ignored") == 1
    assert asking.run("ask", "-q", "Hello!", environment=wrong).stderr == b""


def test_a_number_with_too_many_digits_is_an_error_in_the_file(
    program: Program, file: Path
) -> None:
    file.write_text(f"retries = {'9' * 5000}\n")
    for words in (["ask", "Hello!"], ["config", "check"], ["config", "set", "retries", "1"]):
        done = program.run(*words)
        assert (done.returncode, done.stdout) == (3, b"")
        assert done.stderr.decode() == (
            f"nemochat: the configuration {file} cannot be read (a number has more than 4,300"
            " digits). Run nemochat config edit to correct it\n"
        )
    file.unlink()
    for words in (
        ["config", "set", "retries"],
        ["config", "set", "parameters.seed"],
        ["-o", "seed"],
    ):
        done = program.run(*words, "9" * 5000)
        assert done.returncode == 2
        assert "must be a whole number" in done.stderr.decode()


def test_an_editor_s_text_is_taken_over_if_it_can_be(program: Program, file: Path) -> None:
    file.write_text("# mine\nretries = 2\n")
    done = program.run("config", "edit", environment={"EDITOR": "sed -i s/2/1/"})
    assert done.returncode == 0
    assert file.read_text() == "# mine\nretries = 1\n"
    done = program.run("config", "edit", environment={"EDITOR": "sed -i s/1/many/"})
    assert done.returncode == 3
    assert file.read_text() == "# mine\nretries = 1\n"
    assert file.with_name("config.toml.rejected").read_text() == "# mine\nretries = many\n"
    done = program.run("config", "edit", environment={"EDITOR": "true"})
    assert "is unchanged" in done.stderr.decode()
    done = program.run("config", "edit", environment={"EDITOR": "no-such-editor"})
    assert done.returncode == 2
    assert {each.name for each in file.parent.iterdir()} == {file.name, "config.toml.rejected"}


def test_a_broken_file_is_named_with_its_line(program: Program, file: Path) -> None:
    file.write_text("model = \n")
    for command in (("show",), ("check",), ("get", "model"), ("set", "model", "x")):
        done = program.run("config", *command)
        assert done.returncode == 3
        assert f"{file} cannot be read" in done.stderr.decode()
        assert "line 1" in done.stderr.decode()
        assert "Run nemochat config edit to correct it" in done.stderr.decode()


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("temperature = 0.3", "Put parameters below a line [parameters]"),
        ("parameters = 5", "Put parameters below a line [parameters]"),
        ('api_key = "x"', "Tokens do not belong in the configuration"),
        ('modell = "x"', "Did you mean model?"),
    ],
)
def test_where_a_setting_belongs_is_told(text: str, hint: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError) as caught:
        load.apply_text(Config(), text, tmp_path / "config.toml")
    assert caught.value.hint.startswith(hint)


def test_profiles_are_shown_set_and_checked(program: Program, file: Path) -> None:
    def told(name: str) -> str:
        rows = program.run("config", "show").stdout.decode().splitlines()
        return next(row for row in rows if row.startswith(f"{name}\t"))

    assert program.run("config", "set", "profile.chef.temperature", "0.4").returncode == 0
    assert program.run("config", "set", "profile.chef.model", "maker/cook").returncode == 0
    assert told("profile.chef.temperature") == f"profile.chef.temperature\t0.4\t{file}"
    assert told("parameters.temperature") == "parameters.temperature\t\tnot sent"
    assert program.run("config", "set", "profile", "chef").returncode == 0
    assert told("parameters.temperature") == "parameters.temperature\t0.4\tprofile chef"
    assert told("model") == "model\tmaker/cook\tprofile chef"
    assert program.run("config", "get", "profile.chef.model").stdout == b"maker/cook\n"
    for name, value, said in (
        ("profile.chef.temprature", "1", "Did you mean temperature?"),
        ("profile.chef.temperature", "9", "0 to 2"),
        ("profile", "chief", "Did you mean chef?"),
    ):
        done = program.run("config", "set", name, value)
        assert done.returncode in {2, 3}
        assert said in done.stderr.decode()
    assert program.run("config", "check").returncode == 0
