"""Schemas out of a few words, and JSON out of answers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nemochat.core.json_schema import extract_json, parse_fields, response_format
from nemochat.errors import UsageError


def test_fields_are_named_typed_and_explained() -> None:
    assert parse_fields("name,, age int, height float, alive bool: as far as known,") == {
        "type": "object",
        "properties": {
            "name": {"type": "string"},
            "age": {"type": "integer"},
            "height": {"type": "number"},
            "alive": {"type": "boolean", "description": "as far as known"},
        },
        "required": ["name", "age", "height", "alive"],
        "additionalProperties": False,
    }


def test_fields_on_lines_may_have_commas_in_their_meaning() -> None:
    made = parse_fields("name\nbio: short, and true\n")
    assert made["properties"]["bio"] == {"type": "string", "description": "short, and true"}


@pytest.mark.parametrize("words", ["a b c", "1st", "age number", "a, a", "x.json"])
def test_what_is_no_list_of_fields_is_refused(words: str) -> None:
    with pytest.raises(UsageError) as refused:
        parse_fields(words)
    assert refused.value.sentence == (
        "a schema is a file, JSON, or fields such as name, age int, bio: in one sentence,"
        f' not "{words.rpartition(",")[2].strip()}"'
    )
    assert refused.value.hint == "Types are str, int, float, bool"


@pytest.mark.parametrize("words", ["", " , ", "\n,\n"])
def test_a_schema_has_a_field(words: str) -> None:
    with pytest.raises(UsageError, match=r"^the schema has no fields$"):
        parse_fields(words)


@given(st.text())
def test_any_text_is_a_schema_or_refused(text: str) -> None:
    try:
        made = parse_fields(text)
    except UsageError:
        return
    assert list(made["properties"]) == made["required"]


@pytest.mark.parametrize(
    ("title", "name"),
    [
        (None, "answer"),
        ("", "answer"),
        ("A person!", "A_person"),
        (7, "answer"),
        ("<Xylophone X>", "Xylophone_X"),
        ("x" * 99, "x" * 64),
    ],
)
def test_a_schema_is_asked_for_under_a_name_that_servers_take(title: object, name: str) -> None:
    schema = {"title": title} if title is not None else {}
    told = response_format(schema)
    assert told == {
        "type": "json_schema",
        "json_schema": {"name": name, "schema": schema, "strict": True},
    }


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        (' {"a": 1}\n', '{"a": 1}'),
        ('```json\n{"a": 1}\n```', '{"a": 1}'),
        ('````\n{"a": "```"}\n````\n', '{"a": "```"}'),
        ('Here:\n```json\n{"a": 1}\n```', 'Here:\n```json\n{"a": 1}\n```'),
    ],
)
def test_json_is_all_of_an_answer_or_the_block_that_it_is(answer: str, text: str) -> None:
    assert extract_json(answer) == text
