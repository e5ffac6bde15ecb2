"""Text of hostile and broken pages."""

from __future__ import annotations

import pytest

from nemochat.web.html_to_text import html_to_text

LONG = 256 * 1024  # characters of a page; a search that is not linear would take minutes
PIECES = [
    *("<ul><li>x", "<ol><li>", "<ul>", "<li>x", "<p>x", "<h6>x", "<br>", "<b>", "<main>x"),
    *("<pre>", "<pre>x</pre>", "<pre>`", "<td> ", "<table><tr><td>x", "<title>", "<svg>", "</"),
    *("<title>x</title>", "<script>", "<script></script", "</script>", "<noscript><title>"),
    *("<", "<!", "<?", "<!--", "<!-->", "<![x", "<![CDATA[", "<a ", '<a "', '<a x="', "<a x='"),
    *("<a x= ", "<a<b", "&", "&#", "&#9", "=", "\N{NO-BREAK SPACE}", "\n"),
]


@pytest.mark.parametrize("piece", PIECES)
def test_the_text_of_a_hostile_page_is_hardly_longer_than_the_page(piece: str) -> None:
    flood = piece * (LONG // len(piece))
    for start in ("", "<p>", "<pre>"):
        assert len(html_to_text(start + flood)) < 4 * LONG


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("a<![x", "a"),
        ("a<![x]]>b", "ab"),
        ("a<!DOCTYPE html>b<?php x?>c</>d", "abcd"),
        ("a<!-- <p>b</p> -->c<!-->d<!--->e<!-- f", "acde"),
        ("a < b <3", "a < b <3"),
        ("a&#" + "9" * 5000 + ";b", "a\N{REPLACEMENT CHARACTER}b"),
        ("a&#x110000;&amp;&lt;b", "a\N{REPLACEMENT CHARACTER}&<b"),
        ("<p title=\"a>b\" hidden = 'c>d'>e</p>", "e"),
        ("<p class=a>b<p/class=c>d", "b\n\nd"),
        ("a<script>if (x < y) '<p>'</script >b<style/>c", "abc"),
        ("a<script>b", "a"),
        ("<title>A < B</title>c", "# A < B\n\nc"),
        ("<SVG><text>a</text></SVG>b<svg/>c", "bc"),
    ],
)
def test_a_broken_page_is_read_like_in_a_browser(html: str, text: str) -> None:
    assert html_to_text(html) == text


def test_deeply_nested_lists_are_indented_to_a_limit() -> None:
    lines = html_to_text("<ul><li>x" * 1000).splitlines()
    assert lines[:3] == ["- x", "  - x", "    - x"]
    assert lines[-1] == lines[100] == "              - x"
    assert len(lines) == 1000
