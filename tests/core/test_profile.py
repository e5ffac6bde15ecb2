"""A profile out of a file's values, and questions in its template."""

from __future__ import annotations

from pathlib import PurePosixPath

import pytest

from nemochat.core.messages import Message, Role
from nemochat.core.profile import KEYS, Profile, parse_values, read_profile
from nemochat.errors import UsageError

FOLDER = PurePosixPath("/config")
TURNS = "messages must be alternating user and assistant roles with content"
ASKS = {"role": "user", "content": "Good morning"}
ANSWERS = {"role": "assistant", "content": "Guten Morgen"}


def test_a_profile_is_read_with_all_that_it_sets() -> None:
    told = {
        "about": "recipes",
        "system": "Be a chef.",
        "model": "chef/model",
        "endpoint": "guide",
        "template": "{{Cook}} {input}",
        "messages": [ASKS, ANSWERS],
        "temperature": 0.3,
        "stop": ["END"],
    }
    assert read_profile("chef", told, FOLDER) == Profile(
        "chef",
        "recipes",
        "Be a chef.",
        "chef/model",
        "guide",
        "{{Cook}} {input}",
        (Message(Role.USER, "Good morning"), Message(Role.ASSISTANT, "Guten Morgen")),
        {"temperature": 0.3, "stop": ("END",)},
    )
    assert read_profile("chef", {}, FOLDER) == Profile("chef")


@pytest.mark.parametrize(
    ("system", "file"),
    [
        ("@chef.md", "@/config/chef.md"),
        ("@ in/chef.md ", "@/config/in/chef.md"),
        ("@/etc/chef.md", "@/etc/chef.md"),
        ("@~/chef.md", "@~/chef.md"),
        ("chef@home", "chef@home"),
    ],
)
def test_a_system_prompt_s_file_is_named_from_the_folder_of_the_configuration(
    system: str, file: str
) -> None:
    assert read_profile("chef", {"system": system}, FOLDER).system == file


@pytest.mark.parametrize(
    ("told", "sentence", "hint"),
    [
        ({"sytem": "x"}, 'there is no key "sytem"', "Did you mean system?"),
        ({"Q": "x"}, 'there is no key "Q"', f"Keys are {', '.join(KEYS)}"),
        ({"temperature": 3}, "temperature must be 0 to 2, not 3", ""),
        ({"about": 3}, "about must be text, not 3", ""),
        (
            {"template": "a { and more than twenty letters"},
            'template has a { outside a placeholder ("{ and more than twe…")',
            "Write {{ for a literal brace",
        ),
        (
            {"template": "{a} }"},
            'template has a } outside a placeholder ("}")',
            "Write }} for a literal brace",
        ),
        ({"messages": 3}, TURNS, ""),
        ({"messages": [ASKS]}, TURNS, ""),
        ({"messages": [ASKS, 3]}, TURNS, "Message 2 must have a role, a content and nothing else"),
        (
            {"messages": [ASKS, {"role": "assistant"}]},
            TURNS,
            "Message 2 must have a role, a content and nothing else",
        ),
        ({"messages": [ANSWERS, ASKS]}, TURNS, "Message 1 must have the role user and text"),
        (
            {"messages": [ASKS, {**ANSWERS, "content": " "}]},
            TURNS,
            "Message 2 must have the role assistant and text",
        ),
        (
            {"messages": [ASKS, ANSWERS, {**ASKS, "content": 5}, ANSWERS]},
            TURNS,
            "Message 3 must have the role user and text",
        ),
    ],
)
def test_what_cannot_be_is_told_with_the_profile_and_what_would_do(
    told: dict[str, object], sentence: str, hint: str
) -> None:
    with pytest.raises(UsageError) as refused:
        read_profile("chef", told, FOLDER)
    assert (refused.value.sentence, refused.value.hint) == (f"profile chef: {sentence}", hint)


@pytest.mark.parametrize("name", ["none", "a b", "", "-a", "_a"])
def test_a_profile_has_a_name_that_can_be_typed(name: str) -> None:
    with pytest.raises(UsageError, match=f'^"{name}" cannot be the name of a profile$'):
        read_profile(name, {}, FOLDER)


def test_a_profile_is_a_section() -> None:
    with pytest.raises(UsageError, match=r"^\[profile.chef\] must be a section, not 3$"):
        read_profile("chef", 3, FOLDER)


@pytest.mark.parametrize(
    ("template", "filling", "asked"),
    [
        ("", {}, "x"),
        ("Into {language}, {{not}} {input}!", {"language": "Welsh"}, "Into Welsh, {not} x!"),
        ("{a} {input} {a}", {"a": "{input}"}, "{input} x {input}"),
        ("Answer in {a} word: \n", {"a": "one"}, "Answer in one word:\n\nx"),
        ("{input} or {input}", {}, "x or x"),
    ],
)
def test_a_question_stands_in_its_template_or_after_it(
    template: str, filling: dict[str, str], asked: str
) -> None:
    assert Profile("p", template=template).fill_template("x", filling) == asked


def test_a_template_wants_each_of_its_values_and_no_other() -> None:
    both = Profile("p", template="{b} {a} {input} {b}")
    assert both.placeholders == ("b", "a")
    for profile, given, sentence, hint in (
        (both, {"b": "1", "c": "2"}, 'the profile "p" has no placeholder "c"', "It has b, a"),
        (
            both,
            {"b": "1"},
            'the profile "p" needs a value for {a}',
            "Use --param a=VALUE, or /profile p a=VALUE",
        ),
        (Profile("p"), {"c": ""}, 'the profile "p" has no placeholder "c"', "It has none"),
    ):
        with pytest.raises(UsageError) as refused:
            profile.fill_template("x", given)
        assert (refused.value.sentence, refused.value.hint) == (sentence, hint)


def test_values_are_read_from_words() -> None:
    assert parse_values(["language=Old Norse", " a = b=c"]) == {
        "language": "Old Norse",
        "a": " b=c",
    }
    assert parse_values([]) == {}
    for word, told in (
        ("language", 'a value for a profile must be NAME=VALUE, not "language"'),
        ("=x", 'a value for a profile must be NAME=VALUE, not "=x"'),
        ("input=x", "{input} is the question itself and cannot be set"),
    ):
        with pytest.raises(UsageError) as refused:
            parse_values([word])
        assert refused.value.sentence == told
