from __future__ import annotations

import pytest

from nemochat.core import parameters
from nemochat.core.parameters import Value, can_stream, find
from nemochat.errors import UsageError

SEED = {  # the ranges and defaults of the endpoint's page for the model
    "temperature": ("0", "2", "1"),
    "top_k": ("0", "999", "0 (off)"),
    "max_tokens": ("0", "1000000", "512"),
    "n": ("1", "2", "1"),
    "presence_penalty": ("-2", "2", "0"),
    "frequency_penalty": ("-2", "2", "0"),
    "repetition_penalty": ("0.01", "5", "1"),
}


@pytest.mark.parametrize("name", SEED)
def test_the_ends_of_a_range_are_taken_and_what_is_beyond_is_not(name: str) -> None:
    low, high, default = SEED[name]
    row = find(name)
    assert row.default == default
    assert row.parse(low) == float(low)
    assert row.parse(high) == float(high)
    for beyond in (str(float(low) - 0.5), str(float(high) + 0.5)):
        with pytest.raises(UsageError):
            row.parse(beyond)


def test_the_table_has_the_page_s_parameters_and_those_documented_since() -> None:
    assert set(parameters.names()) == {*SEED, "tool_choice", "top_p", "min_p", "stop", "seed"}


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("temperature", "3", "temperature must be 0 to 2, not 3"),
        ("temperature", "warm", 'temperature must be 0 to 2, not "warm"'),
        ("temperature", "nan", 'temperature must be 0 to 2, not "nan"'),
        ("temperature", "0,5", 'temperature must be 0 to 2, not "0,5"'),
        ("temperature", "", 'temperature must be 0 to 2, not ""'),
        ("top_k", "1.5", "top_k must be a whole number from 0 to 999, not 1.5"),
        ("top_k", "1_0", 'top_k must be a whole number from 0 to 999, not "1_0"'),
        ("top_p", "0", "top_p must be above 0 and at most 1, not 0"),
        (
            "max_tokens",
            "-1",
            "max_tokens must be a whole number from 0 to 1,000,000, or none, not -1",
        ),
        ("repetition_penalty", "0", "repetition_penalty must be 0.01 to 5, not 0"),
        ("n", "3", "n must be a whole number from 1 to 2, not 3"),
        ("seed", "1e400", "seed must be a whole number, not 1e400"),
        ("tool_choice", "any", 'tool_choice must be none or auto, not "any"'),
        ("stop", '["a","b","c","d","e"]', 'stop must be up to 4 texts, not "[\\"a\\",'),
        ("stop", "", 'stop must be up to 4 texts, not ""'),
        ("stop", '["a", ""]', "stop must be up to 4 texts, not "),
        ("stop", "[]", 'stop must be up to 4 texts, not "[]"'),
    ],
)
def test_a_value_out_of_range_is_refused_in_one_sentence(
    name: str, text: str, sentence: str
) -> None:
    with pytest.raises(UsageError) as refused:
        find(name).parse(text)
    assert refused.value.sentence.startswith(sentence)


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("temperature", " 0.3 ", 0.3),
        ("temperature", "1", 1),
        ("temperature", ".5", 0.5),
        ("temperature", "1e-1", 0.1),
        ("max_tokens", "none", None),
        ("max_tokens", "null", None),
        ("seed", "-7", -7),
        ("tool_choice", "AUTO", "auto"),
        ("stop", "END", ("END",)),
        ("stop", " ", (" ",)),
        ("stop", r"\n\n", ("\n\n",)),
        ("stop", r"a\tb", ("a\tb",)),
        ("stop", '["a", "b"]', ("a", "b")),
        ("stop", '["a","b","c","d"]', ("a", "b", "c", "d")),
        ("stop", "[x]", ("[x]",)),
    ],
)
def test_what_someone_types_is_read(name: str, text: str, value: Value) -> None:
    assert find(name).parse(text) == value


@pytest.mark.parametrize("value", [True, "0.3", [0.3], float("inf"), None])
def test_a_file_s_value_is_taken_by_its_type(value: object) -> None:
    with pytest.raises(UsageError):
        find("temperature").check(value)


def test_a_file_s_texts_are_a_tuple() -> None:
    assert find("stop").check(["a", "b"]) == ("a", "b")
    assert find("stop").check("a") == ("a",)


@pytest.mark.parametrize("name", ["temp", "Temperature", "--top-p", "top-k"])
def test_a_parameter_is_found_by_the_names_that_fingers_know(name: str) -> None:
    assert find(name).name in {"temperature", "top_p", "top_k"}


def test_an_unknown_parameter_names_the_nearest() -> None:
    with pytest.raises(UsageError) as refused:
        find("temprature")
    assert refused.value.sentence == 'there is no parameter "temprature"'
    assert refused.value.hint == "Did you mean temperature?"
    with pytest.raises(UsageError, match="Parameters are temperature, top_p"):
        find("xyzzy")


def test_changes_are_words_each_of_a_name_and_a_value() -> None:
    made = parameters.parse_changes(" temp=0.3  stop=a=b n=2 ")
    assert made == {"temperature": 0.3, "stop": ("a=b",), "n": 2}
    assert parameters.parse_changes("") == {}
    with pytest.raises(UsageError, match=r'^a parameter must be NAME=VALUE, not "warm"'):
        parameters.parse_changes("n=2 warm")


def test_two_candidates_are_not_streamed() -> None:
    assert can_stream({})
    assert can_stream({"n": 1})
    assert not can_stream({"n": 2})
