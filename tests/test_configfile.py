"""Settings put into the file and taken out of it: its comments stay, and what cannot be is not."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from nemochat.config import apply_profile
from nemochat.config.config_file import remove_value, set_value
from nemochat.config.load import Config, load_config
from nemochat.core.parameters import Value
from nemochat.errors import ConfigurationError, NemochatError, UsageError

TEXT = """# mine
model = "x"  # the large one

[parameters]
# warm
temperature = 0.9

# at work
[endpoint.work]
base_url = "https://llm.example/v1"
"""


def fine(_: Config) -> None:
    """Find nothing wrong."""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    made = tmp_path / "config.toml"
    made.write_text(TEXT)
    made.chmod(0o600)
    return made


def test_comments_survive(file: Path) -> None:
    set_value(file, "model", "y", fine)
    set_value(file, "parameters.temperature", "0.3", fine)
    set_value(file, "retries", "1", fine)
    set_value(file, "endpoint.work.model", "nemo", fine)
    text = file.read_text()
    assert 'model = "y"  # the large one' in text
    assert "# warm\ntemperature = 0.3" in text
    assert "# at work\n[endpoint.work]" in text
    now = load_config({}, {}, file)
    assert (now.text("model"), now.number("retries")) == ("y", 1)
    assert now.parameters == {"temperature": 0.3}
    assert now.endpoints == {"work": {"base_url": "https://llm.example/v1", "model": "nemo"}}


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("connect_timeout", "2.5", 2.5),
        ("connect-timeout", "3", 3),
        ("system", "Answer in ümlauts.\n", "Answer in ümlauts.\n"),
        ("parameters.top-k", "40", 40),
        ("parameters.max_tokens", "none", None),
        ("parameters.stop", '["a", "b"]', ("a", "b")),
    ],
)
def test_what_is_put_is_what_is_read(name: str, text: str, value: Value, tmp_path: Path) -> None:
    made = tmp_path / "deep" / "config.toml"
    assert set_value(made, name, text, fine) == value
    now = load_config({}, {}, made)
    *section, key = name.replace("-", "_").split(".")
    assert (now.parameters[key] if section else now.value(key)) == value
    assert made.stat().st_mode & 0o777 == 0o600


def test_the_endpoint_and_sections_of_endpoints_stand_in_one_file(file: Path) -> None:
    set_value(file, "endpoint", "work", fine)
    assert load_config({}, {}, file).text("endpoint") == "work"
    assert remove_value(file, "endpoint", fine)
    assert load_config({}, {}, file).text("endpoint") == "deepinfra"


def test_an_endpoint_that_is_a_value_makes_room_for_sections(tmp_path: Path) -> None:
    made = tmp_path / "config.toml"
    made.write_text('endpoint = "ollama"\n')
    set_value(made, "endpoint.ollama.model", "nemo", fine)
    now = load_config({}, {}, made)
    assert (now.text("endpoint"), now.endpoints) == ("ollama", {"ollama": {"model": "nemo"}})


def test_a_name_that_is_both_is_told_of(tmp_path: Path) -> None:
    made = tmp_path / "config.toml"
    made.write_text('endpoint = "work"\n[endpoint.work]\nbase_url = "http://h"\n')
    with pytest.raises(ConfigurationError) as caught:
        load_config({}, {}, made)
    assert 'endpoint.default = "NAME"' in caught.value.hint


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("modle", "x", "Did you mean model?"),
        ("temperature", "1", "Did you mean parameters.temperature?"),
        ("parameters.temprature", "1", "Did you mean temperature?"),
        ("parameters.temperature", "9", "0 to 2, not 9"),
        ("retries", "many", "a whole number from 0 to 2"),
        ("endpoint..model", "x", "there is no setting"),
        ("", "x", "there is no setting"),
    ],
)
def test_what_cannot_be_is_refused_and_the_file_stays(
    name: str, text: str, said: str, file: Path
) -> None:
    with pytest.raises(UsageError) as caught:
        set_value(file, name, text, fine)
    assert said in str(caught.value)
    assert file.read_text() == TEXT


def test_nothing_is_written_that_does_not_fit_together(file: Path) -> None:
    def unfit(now: Config) -> None:
        raise ConfigurationError(now.text("model"))

    with pytest.raises(ConfigurationError, match="y"):
        set_value(file, "model", "y", unfit)
    assert file.read_text() == TEXT


def test_a_broken_file_is_named_with_its_line_and_stays(file: Path) -> None:
    file.write_text("a = \n")
    with pytest.raises(ConfigurationError, match="line 1"):
        set_value(file, "retries", "1", fine)
    assert file.read_text() == "a = \n"


def test_a_link_leads_where_it_led_and_a_mode_stays(file: Path, tmp_path: Path) -> None:
    link = tmp_path / "link.toml"
    link.symlink_to(file)
    file.chmod(0o644)
    set_value(link, "retries", "1", fine)
    assert link.is_symlink()
    assert "retries = 1" in file.read_text()
    assert file.stat().st_mode & 0o777 == 0o644
    assert sorted(tmp_path.iterdir()) == [file, link]


def test_what_is_taken_out_is_gone_and_what_was_not_there_is_told(file: Path) -> None:
    assert remove_value(file, "parameters.temperature", fine)
    assert not remove_value(file, "parameters.temperature", fine)
    assert "temperature" not in file.read_text()
    with pytest.raises(NemochatError, match="modle"):
        remove_value(file, "modle", fine)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('retries = "1"', 'retries must be a whole number from 0 to 2, not "1"'),
        ("retries = true", "not true"),
        ("model = 5", "model must be text, not 5"),
        ("[model]\nx = 1", "model must be text, not a section"),
        ('[parameters]\ntemperature = "0.3"', 'temperature must be 0 to 2, not "0.3"'),
        ('[parameters]\nstop = ["a", 5]', 'not ["a", 5]'),
        (
            "model = 'a'\nmodel = 'b'\n",
            "(at line 2, column 12)). Run nemochat config edit to correct it",
        ),
        ("model = '\udcff'", "(line 1 is not UTF-8 text)"),
        ("#\n# \udce9t\udce9", "(line 2 is not UTF-8 text)"),
    ],
)
def test_what_a_file_holds_is_said_as_it_stands_there(text: str, said: str, tmp_path: Path) -> None:
    made = tmp_path / "config.toml"
    made.write_bytes(text.encode(errors="surrogateescape"))
    with pytest.raises(ConfigurationError) as caught:
        load_config({}, {}, made)
    assert str(made) in str(caught.value)
    assert str(caught.value).endswith(said)


def test_a_byte_order_mark_is_no_part_of_the_file(file: Path) -> None:
    file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes())
    assert load_config({}, {}, file).text("model") == "x"
    set_value(file, "model", "y", fine)
    assert load_config({}, {}, file).text("model") == "y"


def test_what_is_no_file_is_neither_waited_for_nor_read_without_end(tmp_path: Path) -> None:
    made = tmp_path / "config.toml"
    for command, said in (
        ("mkdir", "it is a folder, not a file"),
        ("mkfifo", "it is a pipe, not a file"),
        ("ln -s /dev/zero", "it is larger than 4 MB"),
        (f"ln -s {made}", "Too many levels of symbolic links"),
    ):
        subprocess.run([*command.split(), made], check=True)
        with pytest.raises(ConfigurationError) as caught:
            load_config({}, {}, made)
        assert str(caught.value) == f"the configuration {made} cannot be read ({said})"
        made.rmdir() if made.is_dir() else made.unlink()


def test_no_limit_of_tokens_can_stand_in_the_file(file: Path) -> None:
    set_value(file, "parameters.max_tokens", "none", fine)
    assert load_config({}, {}, file).parameters["max_tokens"] is None


def test_the_file_of_a_system_prompt_counts_from_the_folder_of_the_configuration(
    tmp_path: Path,
) -> None:
    made = tmp_path / "config.toml"
    made.write_text('system = "@chef.txt"\n')
    now = load_config({}, {}, made)
    with pytest.raises(ConfigurationError) as caught:
        apply_profile.read_configured_system(now)
    said = f"{made}: system: {tmp_path / 'chef.txt'} cannot be read"
    assert caught.value.sentence.startswith(said)
    (tmp_path / "chef.txt").write_text("Cook.")
    assert apply_profile.read_configured_system(now) == "Cook."
    with pytest.raises(UsageError):
        apply_profile.read_configured_system(load_config({"system": "@chef.txt"}, {}, made))
