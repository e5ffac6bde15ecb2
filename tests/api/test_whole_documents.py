"""Bodies that are not a stream: a complete answer, or something else."""

from __future__ import annotations

import json

import pytest

from nemochat.core.messages import Ending
from nemochat.errors import NotAnAnswer
from tests.api.asking import asking
from tests.api.fault_server.scripts import HELLO, Json, document, head, over_and_over, plays
from tests.api.fault_server.server import FaultServer
from tests.api.served import Serve

DAMAGED = "part of the answer could not be read"
WHOLE = json.dumps(document()).encode()


@pytest.mark.parametrize("before", [b"", b"\xef\xbb\xbf", b"\r\n\t ", b" " * 100])
@pytest.mark.parametrize("size", [7, 10_000])
def test_an_answer_at_one_go_is_read_in_any_pieces(serve: Serve, before: bytes, size: int) -> None:
    body = before + WHOLE
    assert serve(body, chunks=range(0, len(body), size)).text == HELLO
    assert serve(body + b"\n", cut=True).text == HELLO
    assert serve(b"[" + WHOLE + b"]").text == HELLO


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"<html><head><title>Busy</title>", 'the page "Busy"'),
        (b"<p>\xff", 'the page "<p>\ufffd"'),
        (b'{"choices": [', "invalid JSON"),
        (b'{"x": 1}', "other JSON"),
        (b'{"title": "Bad"}', '"Bad"'),
        (b"[]", "other JSON"),
        (b"Service unavailable", '"Service unavailable"'),
        (b"No \xff\n", '"No \ufffd"'),
        (b'{"a": 1}\nhello', "invalid JSON"),
    ],
)
def test_other_content_than_an_answer_is_reported(serve: Serve, body: bytes, said: str) -> None:
    failure = serve(body).failure
    assert isinstance(failure, NotAnAnswer)
    assert failure.sentence == f"the endpoint sent {said} instead of an answer"
    page = body.startswith(b"<")
    assert ("does the network require a login?" in failure.hint) is page


def test_a_part_of_an_answer_at_one_go_is_a_lost_connection(serve: Serve) -> None:
    failure = serve(WHOLE[:-1], cut=True).failure
    assert failure.sentence.endswith(" closed the connection in the middle of the response")


def test_an_answer_at_one_go_has_a_largest_size() -> None:
    endless = plays(head(), WHOLE[:-1], over_and_over(b" " * 1_000_000, 60))
    with FaultServer(endless) as server, asking(server.base_url) as asked:
        assert asked.failure().sentence == "the endpoint sent an endless answer"


def lines(*values: Json) -> bytes:
    return b"\r\n\n".join(json.dumps(value, ensure_ascii=False).encode() for value in values)


def test_an_answer_may_come_as_one_json_a_line(serve: Serve) -> None:
    one, two = {"choices": [{"delta": {"content": "a\u2028b"}}]}, document("c")
    assert serve(lines(one, two)).text == "a\u2028bc"


CONTENTS: list[tuple[Json, str]] = [
    ("a", "a"),
    (42, "42"),
    (0.5, "0.5"),
    ("a\tb\x00", "a\tb\x00"),
    (["a", {"text": "b"}, {"type": "image"}, None, [["c"]], 1], "ab1"),
    ("x" * 1_100_000, "x" * 1_100_000),
    (["words"] * 200_000, "words" * 200_000),
    ('",[{' * 400_000, '",[{' * 400_000),  # one value with many commas and quotes
]


@pytest.mark.parametrize(("content", "text"), CONTENTS, ids=lambda part: str(part)[:10])
def test_content_of_any_type_becomes_text(serve: Serve, content: Json, text: str) -> None:
    assert serve.document(document(content)).text == text


def test_content_of_null_is_empty(serve: Serve) -> None:
    assert serve.document(document(None)).ending is Ending.EMPTY


@pytest.mark.parametrize("content", [True, {"text": "a"}, [["a"]], [{"text": {}}]])
def test_content_of_a_wrong_type_is_reported(serve: Serve, content: Json) -> None:
    assert serve.document(document(content)).failure.sentence == DAMAGED


@pytest.mark.parametrize("deep", [b"[" * 100_000, b'{"a":' * 100_000])
def test_what_is_nested_too_deeply_is_not_an_answer(serve: Serve, deep: bytes) -> None:
    assert isinstance(serve(deep).failure, NotAnAnswer)
    said = serve(b"data: " + deep + b"\n\n" + b"data: " + WHOLE + b"\n\n")
    assert said.text == HELLO


@pytest.mark.parametrize("value", [b"{},", b'"a",'])
def test_more_values_than_memory_should_hold_are_refused(serve: Serve, value: bytes) -> None:
    many = b'{"x": [' + value * 400_000 + b"0], " + WHOLE[1:]
    assert isinstance(serve(many).failure, NotAnAnswer)
    few = b'{"x": [' + value * 100_000 + b"0], " + WHOLE[1:]
    assert serve(few).text == HELLO


@pytest.mark.parametrize("digits", [4300, 10_000])
def test_a_number_of_any_length_hides_no_answer(serve: Serve, digits: int) -> None:
    assert serve(b'{"created": ' + b"7" * digits + b", " + WHOLE[1:]).text == HELLO


def test_bytes_that_are_no_text_are_replaced(serve: Serve) -> None:
    assert serve(WHOLE.replace(b"Hello", b"H\xff")).text == HELLO.replace("Hello", "H\ufffd")
