"""JSON and values as servers send them."""

from __future__ import annotations

import json

import pytest

from nemochat.wire import lenient
from nemochat.wire.lenient import Json, amount, count, document, parse, text


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ('{"a": 1}', {"a": 1}),
        ('"a\tb\x00"', "a\tb\x00"),
        ("null", None),
        ('"\\ud83d"', "\ud83d"),
        ("1" * 4300, int("1" * 4300)),
        ("1" * 10_000, float("inf")),
        ('{"a": ' + "7" * 5000 + ', "b": "\t"}', {"a": float("inf"), "b": "\t"}),
        (' {"a": 1} ', {"a": 1}),
    ],
)
def test_json_is_read_with_what_the_grammar_forbids(raw: str, value: Json) -> None:
    assert parse(raw) == value


@pytest.mark.parametrize("raw", ["", "{", "hello", "[" * 100_000, '{"a":' * 100_000, '{"a" 1}'])
def test_what_is_no_json_is_a_value_error(raw: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse(raw)


def test_what_is_nested_too_deeply_is_told_as_that() -> None:
    with pytest.raises(ValueError, match=r"^nested too deeply$"):
        parse("[" * 100_000)


@pytest.mark.parametrize("raw", ["[" + "{}," * 400_000 + "0]", "[" + '"a",' * 400_000 + "0]"])
def test_more_values_than_memory_should_hold_are_refused(raw: str) -> None:
    with pytest.raises(ValueError, match="too many values"):
        parse(raw)


def test_a_long_text_full_of_commas_and_quotes_is_no_crowd_of_values() -> None:
    said = '",[{' * 400_000
    assert parse(json.dumps({"content": said})) == {"content": said}


def test_the_limit_of_values_concerns_large_texts_only() -> None:
    assert len(parse("[" + "1," * (lenient.LARGE // 2 - 2) + "1]")) == lenient.LARGE // 2 - 1


@pytest.mark.parametrize("content", ["x" * (lenient.LARGE + 1), ["words"] * 200_000])
def test_a_large_text_of_bearable_values_is_read(content: Json) -> None:
    assert parse(json.dumps({"content": content})) == {"content": content}


@pytest.mark.parametrize(
    ("source", "at", "found"),
    [
        ('{"a": "b\\"c"}', 6, ('b"c', 12)),
        ('"\t"', 0, ("\t", 3)),
        ("12", 0, None),
        ('"cut', 0, None),
        ('"a"', 3, None),
    ],
)
def test_a_string_is_read_where_one_begins_and_ends(
    source: str, at: int, found: tuple[str, int] | None
) -> None:
    assert lenient.string(source, at) == found


@pytest.mark.parametrize(
    ("body", "values"),
    [
        (b'{"a": 1}', [{"a": 1}]),
        (b'{"a": 1}\n{"a": 2}\r\n\n', [{"a": 1}, {"a": 2}]),
        (b'{"a": "x\xe2\x80\xa8y"}\n{"b": 2}', [{"a": "x\u2028y"}, {"b": 2}]),
        (b'{"a": "\xff"}', [{"a": "\ufffd"}]),
        (b"[1, 2]", [[1, 2]]),
    ],
)
def test_a_document_is_one_value_or_one_a_line(body: bytes, values: list[Json]) -> None:
    assert document(body) == values


def test_a_document_that_is_neither_is_a_value_error() -> None:
    with pytest.raises(ValueError, match=r"."):
        document(b'{"a": 1}\nhello')


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("a", "a"),
        (None, ""),
        (True, ""),
        (42, "42"),
        (0.5, "0.5"),
        ({"text": "a"}, ""),
        (["a", {"text": "b"}, {"type": "image"}, None, [["c"]], 1], "ab1"),
    ],
)
def test_content_of_any_type_becomes_text(content: Json, expected: str) -> None:
    assert text(content) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (5, 5),
        ("5", 5),
        (5.9, 5),
        ("5e2", 500),
        (None, None),
        (True, None),
        ("x", None),
        (-1, None),
        ([], None),
        (float("nan"), None),
        (float("inf"), None),
        (10**400, None),
        (10**15, None),
        (1e300, None),
        (10**15 - 1, 10**15 - 1),
    ],
)
def test_a_count_is_a_whole_number_of_any_type_or_nothing(
    value: Json, expected: int | None
) -> None:
    assert count(value) == expected


def test_an_amount_keeps_its_digits() -> None:
    assert amount("0.0000268") == 0.0000268
