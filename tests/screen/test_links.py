"""Links: which addresses become hyperlinks."""

from __future__ import annotations

import pytest

from nemochat.screen.markdown.links import (
    LONGEST_ADDRESS,
    UNFINISHED,
    decode,
    encode_address,
    is_possible_definition,
    normalize_label,
    parse_definition,
    parse_destination,
)

from .payloads import PAYLOADS


@pytest.mark.parametrize(
    ("written", "leads"),
    [
        ("https://a.b/c?d=e&f#g", "https://a.b/c?d=e&f#g"),
        ("HTTP://a.b", "HTTP://a.b"),
        ("mailto:me@a.b", "mailto:me@a.b"),
        ("https://a.b/ä b", ""),
        ("https://a.b/ä", "https://a.b/%C3%A4"),
        ("https://a.b/100%", "https://a.b/100%25"),
        ("https://a.b/%20", "https://a.b/%20"),
        ("https://a.b/\\", "https://a.b/%5C"),
        ("javascript:alert(1)", ""),
        ("file:///etc/passwd", ""),
        ("/relative", ""),
        ("", ""),
        ("https://a.b/" + "x" * LONGEST_ADDRESS, ""),
    ],
)
def test_an_address_is_encoded_or_refused(written: str, leads: str) -> None:
    assert encode_address(written) == leads


@pytest.mark.parametrize("payload", PAYLOADS.values(), ids=PAYLOADS.keys())
def test_an_address_is_printable_whatever_is_in_it(payload: str) -> None:
    leads = encode_address(
        "https://a.b/" + "".join(payload.split()).encode("utf-8", "replace").decode()
    )
    assert leads.isascii()
    assert leads.isprintable()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("(u)x", (3, "u")),
        ("(<a b> 't')", (11, "a b")),
        ('(u "t\\"i")', (10, "u")),
        ("(a(b)c)", (7, "a(b)c")),
        ("()", (2, "")),
        ("(a b)", None),
        ("(a", UNFINISHED),
        ("(a ", UNFINISHED),
        ("(<a", UNFINISHED),
        ("(<a\nb>) more", None),
        ('(a "t', UNFINISHED),
        ("(&amp;\\))", (9, "&)")),
    ],
)
def test_a_destination_ends_where_its_parenthesis_does(
    text: str, found: tuple[int, str] | int | None
) -> None:
    assert parse_destination(text, 0) == found


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("[a]: /u", ("a", "/u")),
        ("[A  b]: <u v> 'title'", ("a b", "u v")),
        ("[a]: /u title", None),
        ("[a] : /u", None),
        ("[]: /u", None),
        ("[^1]: https://a.b", ("^1", "https://a.b")),
    ],
)
def test_a_definition_is_one_line(line: str, found: tuple[str, str] | None) -> None:
    assert parse_definition(line) == found


@pytest.mark.parametrize(
    ("beginning", "possible"),
    [("[a", True), ("[a]", True), ("[a]:", True), ("[a] ", False), ("[a](", False), ("[[", False)],
)
def test_a_beginning_shows_whether_it_may_define(beginning: str, possible: bool) -> None:
    assert is_possible_definition(beginning) is possible


def test_escapes_and_entities_are_resolved_and_made_harmless() -> None:
    assert decode(r"a\*b&auml;&#27;&notit;") == "a*bä␛&notit;"
    assert decode("&#x110000;&#1114112;&#x10FFFF;") == "\ufffd\ufffd\U0010ffff"
    assert decode("a&#9;b&#10;c&Tab;d&NewLine;e&#13;f&#0;") == "a b c d e f\ufffd"


def test_labels_are_compared_without_case_and_blanks() -> None:
    assert normalize_label(" A\n b ") == normalize_label("a B")
