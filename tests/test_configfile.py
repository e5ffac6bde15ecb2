"""Settings put into the file and taken out of it: its comments stay, and what cannot be is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from nemochat import config
from nemochat.configfile import drop, put
from nemochat.core.values import Value
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


def fine(_: config.Config) -> None:
    """Find nothing wrong."""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    made = tmp_path / "config.toml"
    made.write_text(TEXT)
    made.chmod(0o600)
    return made


def test_comments_survive(file: Path) -> None:
    put(file, "model", "y", fine)
    put(file, "parameters.temperature", "0.3", fine)
    put(file, "retries", "1", fine)
    put(file, "endpoint.work.model", "nemo", fine)
    text = file.read_text()
    assert 'model = "y"  # the large one' in text
    assert "# warm\ntemperature = 0.3" in text
    assert "# at work\n[endpoint.work]" in text
    now = config.load({}, {}, file)
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
        ("parameters.stop", '["a", "b"]', ("a", "b")),
    ],
)
def test_what_is_put_is_what_is_read(name: str, text: str, value: Value, tmp_path: Path) -> None:
    made = tmp_path / "deep" / "config.toml"
    assert put(made, name, text, fine) == value
    now = config.load({}, {}, made)
    *section, key = name.replace("-", "_").split(".")
    assert (now.parameters[key] if section else now.value(key)) == value
    assert made.stat().st_mode & 0o777 == 0o600


def test_the_endpoint_and_sections_of_endpoints_stand_in_one_file(file: Path) -> None:
    put(file, "endpoint", "work", fine)
    assert config.load({}, {}, file).text("endpoint") == "work"
    assert drop(file, "endpoint", fine)
    assert config.load({}, {}, file).text("endpoint") == "deepinfra"


def test_an_endpoint_that_is_a_value_makes_room_for_sections(tmp_path: Path) -> None:
    made = tmp_path / "config.toml"
    made.write_text('endpoint = "ollama"\n')
    put(made, "endpoint.ollama.model", "nemo", fine)
    now = config.load({}, {}, made)
    assert (now.text("endpoint"), now.endpoints) == ("ollama", {"ollama": {"model": "nemo"}})


def test_a_name_that_is_both_is_told_of(tmp_path: Path) -> None:
    made = tmp_path / "config.toml"
    made.write_text('endpoint = "work"\n[endpoint.work]\nbase_url = "http://h"\n')
    with pytest.raises(ConfigurationError) as caught:
        config.load({}, {}, made)
    assert 'endpoint.default = "NAME"' in caught.value.hint


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("modle", "x", "Did you mean model?"),
        ("temperature", "1", "Did you mean parameters.temperature?"),
        ("parameters.temprature", "1", "Did you mean temperature?"),
        ("parameters.temperature", "9", "0 to 2, not 9"),
        ("parameters.max_tokens", "none", "TOML cannot hold none"),
        ("retries", "many", "a whole number from 0 to 2"),
        ("endpoint..model", "x", "there is no setting"),
        ("", "x", "there is no setting"),
    ],
)
def test_what_cannot_be_is_refused_and_the_file_stays(
    name: str, text: str, said: str, file: Path
) -> None:
    with pytest.raises(UsageError) as caught:
        put(file, name, text, fine)
    assert said in str(caught.value)
    assert file.read_text() == TEXT


def test_nothing_is_written_that_does_not_fit_together(file: Path) -> None:
    def unfit(now: config.Config) -> None:
        raise ConfigurationError(now.text("model"))

    with pytest.raises(ConfigurationError, match="y"):
        put(file, "model", "y", unfit)
    assert file.read_text() == TEXT


def test_a_broken_file_is_named_with_its_line_and_stays(file: Path) -> None:
    file.write_text("a = \n")
    with pytest.raises(ConfigurationError, match="line 1"):
        put(file, "retries", "1", fine)
    assert file.read_text() == "a = \n"


def test_a_link_leads_where_it_led_and_a_mode_stays(file: Path, tmp_path: Path) -> None:
    link = tmp_path / "link.toml"
    link.symlink_to(file)
    file.chmod(0o644)
    put(link, "retries", "1", fine)
    assert link.is_symlink()
    assert "retries = 1" in file.read_text()
    assert file.stat().st_mode & 0o777 == 0o644
    assert sorted(tmp_path.iterdir()) == [file, link]


def test_what_is_taken_out_is_gone_and_what_was_not_there_is_told(file: Path) -> None:
    assert drop(file, "parameters.temperature", fine)
    assert not drop(file, "parameters.temperature", fine)
    assert "temperature" not in file.read_text()
    with pytest.raises(NemochatError, match="modle"):
        drop(file, "modle", fine)
