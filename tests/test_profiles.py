"""Profiles, from the configuration file to the request that an endpoint hears."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from nemochat.config import apply_profile
from nemochat.config.load import load_config
from nemochat.core.conversation import Conversation, Settings
from nemochat.core.messages import Message, Role
from nemochat.core.profile import Profile
from nemochat.errors import ConfigurationError, UsageError
from nemochat.store.conversations import ConversationStore
from tests.conftest import Heard, Program
from tests.store.talking import say
from tests.terminal import Screen

FILE = """
system = "Be brief."
[parameters]
temperature = 0.9
top_p = 0.8
[profile.chef]
about = "recipes"
system = "@chef.md"
temperature = 0.3
[profile.translate]
template = "Into {language}, {{not}} {input}!"
messages = [
  { role = "user", content = "Good morning" },
  { role = "assistant", content = "Guten Morgen" },
]
[profile.below]
template = "Answer in a word:"
"""
WITH_MODEL = FILE.replace("temperature = 0.3", 'temperature = 0.3\nmodel = "chef/model"')
EXAMPLES = [
    {"role": "user", "content": "Good morning"},
    {"role": "assistant", "content": "Guten Morgen"},
]


def write_profile(program: Program, text: str = FILE) -> Path:
    folder = program.home / "config" / "nemochat"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "chef.md").write_text("You are a chef.")
    (folder / "config.toml").write_text(text)
    return folder


@pytest.fixture
def kitchen(asking: Program) -> Program:
    write_profile(asking)
    return asking


def test_a_profile_gives_its_prompt_and_its_parameters(kitchen: Program, heard: Heard) -> None:
    done = kitchen.run("ask", "-p", "chef", "--no-stream", "Hello!")
    assert done.returncode == 0, done.stderr
    assert heard.bodies[-1] == {
        "model": "mistralai/Mistral-Nemo-Instruct-2407",
        "messages": [
            {"role": "system", "content": "You are a chef."},
            {"role": "user", "content": "Hello!"},
        ],
        "temperature": 0.3,
        "top_p": 0.8,
    }


@pytest.mark.parametrize(
    ("flags", "environment", "model", "system", "temperature"),
    [
        ((), {}, "mistralai/Mistral-Nemo-Instruct-2407", "Be brief.", 0.9),
        ((), {"NEMOCHAT_MODEL": "e", "NEMOCHAT_SYSTEM": "E"}, "e", "E", 0.9),
        (("-p", "chef"), {"NEMOCHAT_MODEL": "e"}, "chef/model", "You are a chef.", 0.3),
        ((), {"NEMOCHAT_PROFILE": "chef"}, "chef/model", "You are a chef.", 0.3),
        (
            ("-p", "none"),
            {"NEMOCHAT_PROFILE": "chef", "NEMOCHAT_MODEL": "e"},
            "e",
            "Be brief.",
            0.9,
        ),
        (("-p", "chef", "-m", "f"), {}, "f", "You are a chef.", 0.3),
        (("-p", "chef", "-s", "F"), {}, "chef/model", "F", 0.3),
        (("-p", "chef", "-t", "1.5"), {}, "chef/model", "You are a chef.", 1.5),
        (
            ("-p", "below", "-t", "1.5"),
            {},
            "mistralai/Mistral-Nemo-Instruct-2407",
            "Be brief.",
            1.5,
        ),
    ],
)
def test_a_profile_wins_over_file_and_environment_and_flags_win_over_it(
    kitchen: Program,
    flags: tuple[str, ...],
    environment: dict[str, str],
    model: str,
    system: str,
    temperature: float,
) -> None:
    write_profile(kitchen, WITH_MODEL)
    done = kitchen.run("ask", "--dry-run", *flags, "Hello!", environment=environment)
    body = json.loads(done.stdout)
    told = (body["model"], body["messages"][0]["content"], body["temperature"])
    assert told == (model, system, temperature), done.stderr


def test_the_file_s_default_profile_stands_beside_the_profiles(
    asking: Program, heard: Heard
) -> None:
    write_profile(asking, f'profile.default = "chef"\n{FILE}')
    assert asking.run("ask", "Hello!").returncode == 0
    assert heard.bodies[-1]["messages"][0]["content"] == "You are a chef."
    done = asking.run("ask", "-p", "none", "Hello!")
    assert done.returncode == 0
    assert heard.bodies[-1]["messages"][0]["content"] == "Be brief."
    write_profile(asking, 'profile = "chef"\n[profile.chef]\nsystem = "x"\n')
    done = asking.run("ask", "Hello!")
    assert done.returncode == 3
    assert b'profile.default = "NAME"' in done.stderr


def test_a_template_takes_what_comes_through_the_pipe(kitchen: Program, heard: Heard) -> None:
    done = kitchen.run("ask", "-p", "translate", "--param", "language=Old Norse", stdin="a {b}\n")
    assert done.returncode == 0, done.stderr
    said = [m for m in heard.bodies[-1]["messages"] if m["role"] != "system"]
    assert said == [*EXAMPLES, {"role": "user", "content": "Into Old Norse, {not} a {b}!"}]
    kitchen.run("-p", "below", stdin="What?\n")
    assert heard.bodies[-1]["messages"][-1]["content"] == "Answer in a word:\n\nWhat?"


@pytest.mark.parametrize(
    ("flags", "code", "told"),
    [
        (("-p", "shef"), 2, "Did you mean chef?"),
        (("-p", "translate"), 2, "needs a value for {language}"),
        (("-p", "chef", "--param", "a=b"), 2, 'has no placeholder "a"'),
        (("-p", "translate", "--param", "language"), 2, "NAME=VALUE"),
        (("-p", "translate", "--param", "input=x"), 2, "the question itself"),
        (("--param", "a=b"), 2, "-p NAME"),
    ],
)
def test_what_is_wrong_with_a_profile_or_its_values_is_said_and_nothing_is_sent(
    kitchen: Program, heard: Heard, flags: tuple[str, ...], code: int, told: str
) -> None:
    done = kitchen.run("ask", *flags, "Hello!")
    assert done.returncode == code
    assert told in done.stderr.decode()
    assert done.stderr.count(b"\n") == 1
    assert heard.bodies == []


def test_a_profile_that_the_environment_names_wrongly_is_the_configuration_s_fault(
    kitchen: Program,
) -> None:
    done = kitchen.run("ask", "Hello!", environment={"NEMOCHAT_PROFILE": "nobody"})
    assert done.returncode == 3
    assert b"NEMOCHAT_PROFILE" in done.stderr


@pytest.mark.parametrize(
    ("section", "told"),
    [
        ("sytem = 'x'", "Did you mean system?"),
        ("temprature = 1", "Did you mean temperature?"),
        ("temperature = 3", "temperature must be 0 to 2, not 3"),
        ("about = 3", "about must be text, not 3"),
        ("template = 'a { b'", "Write {{ for a literal brace"),
        ("template = 'a }'", "Write }} for a literal brace"),
        ("messages = 3", "alternating user and assistant"),
        ("messages = [{ role = 'user', content = 'x' }]", "alternating user and assistant"),
        (
            "messages = [{ role = 'assistant', content = 'x' }, { role = 'user', content = 'x' }]",
            "Message 1 must have the role user and text",
        ),
        (
            "messages = [{ role = 'user', content = 'x' }, { role = 'assistant', text = 'x' }]",
            "Message 2 must have a role, a content and nothing else",
        ),
    ],
)
def test_a_broken_profile_is_named_with_its_file_and_key(
    tmp_path: Path, section: str, told: str
) -> None:
    file = tmp_path / "config.toml"
    file.write_text(f"[profile.chef]\n{section}\n")
    with pytest.raises(ConfigurationError) as error:
        load_config({}, {}, file)
    assert str(error.value).startswith(f"{file}: profile chef")
    assert told in str(error.value)


@pytest.mark.parametrize("section", ["[profile.none]", "profile.chef = 3", '[profile."a b"]'])
def test_a_profile_has_a_name_and_is_a_section(tmp_path: Path, section: str) -> None:
    file = tmp_path / "config.toml"
    file.write_text(section)
    with pytest.raises(ConfigurationError, match="profile"):
        load_config({}, {}, file)


def test_a_missing_file_of_a_system_prompt_is_named_when_the_profile_is_used(
    kitchen: Program,
) -> None:
    (kitchen.home / "config" / "nemochat" / "chef.md").unlink()
    assert kitchen.run("ask", "Hello!").returncode == 0
    done = kitchen.run("ask", "-p", "chef", "Hello!")
    assert done.returncode == 3
    assert b"profile chef: " in done.stderr
    assert b"chef.md cannot be read" in done.stderr


def test_dropping_a_profile_leaves_what_was_changed_since(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    (tmp_path / "chef.md").write_text("You are a chef.")
    file.write_text(WITH_MODEL)
    loaded = load_config({}, {}, file)
    before = Settings("m", "guide", "Be brief.", dict(loaded.parameters))
    chef = loaded.profiles["chef"]
    now = apply_profile.apply_profile(chef, before, {}, lambda _: "m", empty=True)
    assert (now.model, now.system, now.parameters["temperature"]) == (
        "chef/model",
        "You are a chef.",
        0.3,
    )
    assert apply_profile.remove_profile(loaded, now, lambda _: "m", empty=True) == before
    now.parameters["temperature"], now.system = 1.0, "Mine."
    left = apply_profile.remove_profile(loaded, now, lambda _: "m", empty=True)
    assert (left.model, left.system, left.parameters) == (
        "m",
        "Mine.",
        {"temperature": 1.0, "top_p": 0.8},
    )


def test_the_endpoint_of_a_profile_brings_its_model_and_takes_it_along() -> None:
    there = Profile("there", endpoint="guide", system="")
    loaded = load_config({}, {}, Path("/nonexistent"))
    loaded.profiles["there"] = there
    before = Settings("m of deepinfra", "deepinfra")
    now = apply_profile.apply_profile(there, before, {}, "m of {}".format, empty=True)
    assert (now.endpoint, now.model) == ("guide", "m of guide")
    assert apply_profile.remove_profile(loaded, now, "m of {}".format, empty=True) == before


def test_a_value_is_put_in_once_and_never_read_as_a_template() -> None:
    twice = Profile("x", template="{a} {input} {a}")
    assert twice.placeholders == ("a",)
    assert twice.fill_template("{a}", {"a": "{input}"}) == "{input} {a} {input}"
    with pytest.raises(UsageError, match="needs a value"):
        twice.fill_template("x", {})


def test_a_conversation_remembers_its_profile_and_another_machine_too(
    kitchen: Program, heard: Heard
) -> None:
    kitchen.run("ask", "-p", "translate", "--param", "language=French", "One")
    kitchen.run("ask", "-c", "Two")
    said = [m["content"] for m in heard.bodies[-1]["messages"] if m["role"] == "user"]
    assert said == ["Good morning", "Into French, {not} One!", "Into French, {not} Two!"]
    exported = json.loads(kitchen.run("chats", "export", "1", "--format", "json").stdout)
    assert exported["profile"] == "translate"
    assert exported["filling"] == {"language": "French"}
    assert exported["messages"][1:3] == exported["examples"] == EXAMPLES
    (kitchen.home / "one.json").write_text(json.dumps(exported))
    assert kitchen.run("chats", "import", "--with-settings", "one.json").returncode == 0
    again = json.loads(kitchen.run("chats", "export", "2", "--format", "json").stdout)
    assert [again[key] for key in ("profile", "filling", "examples")] == [
        exported[key] for key in ("profile", "filling", "examples")
    ]
    listed = json.loads(kitchen.run("chats", "list", "--json").stdout)
    assert listed[-1]["title"] == "Into French, {not} One!"
    write_profile(kitchen, FILE.replace("profile.translate", "profile.other"))
    done = kitchen.run("ask", "-c", "Three")
    assert b'The profile "translate" no longer exists' in done.stderr
    assert heard.bodies[-1]["messages"][-1]["content"] == "Three"
    assert heard.bodies[-1]["messages"][1:3] == EXAMPLES


def test_a_conversation_that_goes_on_can_take_up_a_profile_drop_it_and_get_new_values(
    kitchen: Program, heard: Heard
) -> None:
    kitchen.run("ask", "One")
    done = kitchen.run("ask", "-c", "-p", "translate", "--param", "language=Welsh", "Two")
    assert b"apply only to new conversations" in done.stderr
    assert heard.bodies[-1]["messages"][1]["content"] == "One"
    assert heard.bodies[-1]["messages"][-1]["content"] == "Into Welsh, {not} Two!"
    kitchen.run("ask", "-c", "--param", "language=Irish", "Three")
    assert heard.bodies[-1]["messages"][-1]["content"] == "Into Irish, {not} Three!"
    kitchen.run("ask", "-c", "-p", "none", "Four")
    assert heard.bodies[-1]["messages"][-1]["content"] == "Four"


def test_the_chat_takes_up_a_profile_clears_with_it_and_drops_it(
    kitchen: Program, heard: Heard
) -> None:
    with Screen(kitchen, columns=100) as terminal:
        terminal.wait_for_prompt()
        for line, told in (
            ("/profile shef", "Did you mean chef?"),
            ("/profile", "No profile is in use"),
            ("/role chef", "The profile is chef from the next question on: recipes."),
            ("/profile translate", "needs a value for {language}"),
            ("/info", "chef"),
        ):
            terminal.say(line)
            terminal.wait_for(told)
            terminal.wait_for_prompt()
        terminal.say("Hello!")
        terminal.wait_for_prompt()
        terminal.say("/profile translate language='Old Norse'")
        terminal.wait_for("examples apply only")
        terminal.wait_for_prompt()
        terminal.say("Two")
        terminal.wait_for_prompt()
        terminal.say("/clear")
        terminal.wait_for("Started a new conversation")
        terminal.wait_for_prompt()
        terminal.say("Three")
        terminal.wait_for_prompt()
        terminal.say("/profile none")
        terminal.wait_for("Removed the profile")
        terminal.wait_for_prompt()
        terminal.say("Four")
        terminal.wait_for_prompt()
        terminal.say("/exit")
        assert terminal.wait_for_end() == 0
    first, second, third, fourth = heard.bodies
    assert first["temperature"] == 0.3
    assert first["messages"][0]["content"] == "You are a chef."
    assert second["temperature"] == 0.9
    assert second["messages"][0]["content"] == "Be brief."
    assert second["messages"][1]["content"] == "Hello!"
    assert second["messages"][-1]["content"] == "Into Old Norse, {not} Two!"
    assert third["messages"][1:] == [
        *EXAMPLES,
        {"role": "user", "content": "Into Old Norse, {not} Three!"},
    ]
    assert fourth["messages"][1:3] == EXAMPLES  # they were sent already: the talk rests on them
    assert fourth["messages"][-1]["content"] == "Four"


def test_load_brings_the_profile_back_and_says_where_it_is_gone(
    kitchen: Program, heard: Heard
) -> None:
    kitchen.run("ask", "-p", "below", "One")
    script = kitchen.home / "script"
    script.write_text(
        "/load 1\nTwo\n/system @notes.txt\nThree\n/set system Be kind.\n/system clear\nFour\n"
    )
    (kitchen.home / "notes.txt").write_text("From a file.")
    assert kitchen.run("--script", "script").returncode == 0
    two, three, four = heard.bodies[-3:]
    assert two["messages"][-1]["content"] == "Answer in a word:\n\nTwo"
    assert three["messages"][0] == {"role": "system", "content": "From a file."}
    assert four["messages"][0]["role"] == "user"
    write_profile(kitchen, "")
    done = kitchen.run("--script", "script")
    assert b'The profile "below" no longer exists' in done.stderr
    assert heard.bodies[-3]["messages"][-1]["content"] == "Two"


def test_profiles_are_listed_and_shown_on_the_command_line(kitchen: Program) -> None:
    done = kitchen.run("profiles", "list")
    assert done.stdout.decode().splitlines() == [
        "chef\trecipes\tsystem, temperature 0.3",
        "translate\t\ttemplate {language}, 2 messages",
        "below\t\ttemplate",
    ]
    shown = kitchen.run("profiles", "show", "chef").stdout.decode()
    assert "You are a chef." in shown
    assert "0.3" in shown
    assert "Guten Morgen" in kitchen.run("profiles", "show", "translate").stdout.decode()
    done = kitchen.run("profiles", "show", "shef")
    assert done.returncode == 2
    assert b"Did you mean chef?" in done.stderr


def test_edit_makes_the_file_for_its_owner_and_checks_what_the_editor_leaves(
    program: Program,
) -> None:
    file = program.home / "config" / "nemochat" / "config.toml"
    done = program.run("profiles", "edit", environment={"EDITOR": "true"})
    assert done.returncode == 0, done.stderr
    assert not file.exists()
    uncomment = "sed -i -e '3,$s/^# //' -e '3,$s/^#//'"
    done = program.run("profiles", "edit", environment={"VISUAL": uncomment, "EDITOR": "false"})
    assert done.returncode == 0, done.stderr  # the example is one that holds
    assert file.stat().st_mode & 0o777 == 0o600
    listed = program.run("profiles", "list").stdout.decode().splitlines()
    assert [line.partition("\t")[0] for line in listed] == ["chef", "translate"]
    script = program.home / "editor"
    script.write_text("#!/bin/sh\necho '\n[profile.bad]\nsytem = 1' >> \"$1\"\n")
    script.chmod(0o700)
    done = program.run("profiles", "edit", environment={"EDITOR": str(script)})
    assert done.returncode == 3
    assert b"Did you mean system?" in done.stderr
    for editor, told in (("", b"neither VISUAL"), ("false", b"code 1"), ("/no/such", b"started")):
        done = program.run("profiles", "edit", environment={"EDITOR": editor})
        assert done.returncode == 2
        assert told in done.stderr


def test_a_database_of_version_2_gets_room_for_profiles(tmp_path: Path) -> None:
    path = tmp_path / "nemochat.db"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("nemochat.store.rows.VERSION", 2)
        store = ConversationStore(path)
        with store.database.transaction() as db:
            db.execute(
                "INSERT INTO conversations (started, name, model, endpoint, system, parameters)"
                " VALUES ('2026-01-01T00:00:00+00:00', 'old', 'm', 'guide', 'S', '{}')"
            )
        store.database.close()
    store = ConversationStore(path)
    assert store.load("old").settings == Settings("m", "guide", "S")
    settings = Settings("m", "guide", profile="p", filling={"a": "b"})
    settings.examples = (Message(Role.USER, "x"), Message(Role.ASSISTANT, "y"))
    say(store, Conversation(settings, name="new"), "One", "1")
    assert store.load("new").settings == settings
    store.database.close()
