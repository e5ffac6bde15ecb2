"""Examples of GFM's extensions, compared with the HTML in the specification.

The other examples of GFM 0.29 are those of CommonMark 0.29; test_commonmark.py has those of 0.31.
Where the screen differs, the policy and the lines are named here.
"""

from __future__ import annotations

from collections import Counter
from itertools import zip_longest

import pytest

from .html_oracle import expected, shown
from .oracle import Line
from .specs import examples, read

EXTENSION = " (extension)"
EXAMPLES = {
    example.number: example for example in examples("gfm") if example.section.endswith(EXTENSION)
}

# Lines that differ, by the numbers of their examples. The lines of an example count from 0.
POLICIES: dict[str, dict[int, set[int]]] = {
    "a cell that the head has no column for is shown, not dropped: no text is lost": {204: {1, 3}},
    "an address without a scheme is text: a guess could lead elsewhere": {
        621: {0},
        622: {0},
        623: {0, 1},
        624: {0, 1, 2, 3},
        625: {0},
        626: {0, 1},
        627: {0},
        629: {0},
        630: {0},
        631: {0, 1},
    },
    "a terminal is given addresses of http, https and mailto alone, not of ftp": {628: {2}},
    "all HTML is shown as text, not just the tags that GFM disallows": {652: {0, 1, 2, 3}},
}
EXCEPTIONS = {number: lines for policy in POLICIES.values() for number, lines in policy.items()}


@pytest.mark.parametrize("number", EXAMPLES)
def test_an_extension_is_shown_as_its_html_says(number: int) -> None:
    pairs = zip_longest(shown(EXAMPLES[number].markdown), expected(EXAMPLES[number].html))
    differing = {at for at, (ours, theirs) in enumerate(pairs) if ours != theirs}
    assert differing == EXCEPTIONS.get(number, set())


def test_all_extensions_are_there() -> None:
    assert "version: 0.29" in read("gfm")
    counts = Counter(example.section.removesuffix(EXTENSION) for example in EXAMPLES.values())
    assert counts == {
        "Tables": 8,
        "Task list items": 2,
        "Strikethrough": 2,
        "Autolinks": 11,
        "Disallowed Raw HTML": 1,
    }


@pytest.mark.parametrize(
    ("markdown", "lines"),
    [
        (
            "| a |\n|---|\n| 1 | 2 |\n",
            [(("a", "strong"),), (("─────", "table.rule"),), (("1 | 2", ""),)],
        ),
        ("www.example.com, me@example.com\n", [(("www.example.com, me@example.com", ""),)]),
        ("ftp://example.com\n", [(("ftp://example.com", ""),)]),
        ("<strong> <title>\n", [(("<strong> <title>", ""),)]),
    ],
)
def test_what_a_policy_shows(markdown: str, lines: list[Line]) -> None:
    assert shown(markdown) == lines
