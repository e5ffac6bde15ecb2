"""Examples of CommonMark 0.31, compared with markdown-it-py.

Each difference follows from a policy that is named here.
"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import more

from .oracle import Line, ours, theirs
from .specs import examples, read

SPEC = examples("commonmark")
EXAMPLES = {example.number: example.markdown for example in SPEC}
SECTIONS = {
    name: [example.number for example in SPEC if example.section == name]
    for name in dict.fromkeys(example.section for example in SPEC)
}

POLICIES = {
    "a heading by an underline is one line: longer ones would be repainted": {81, 82, 95},
    "a definition is one line": {193, 195, 196, 198, 208, 217, 541},
    "a reference leads to what was defined before it, not to what comes": {204, 214, 218},
    "an entity makes no line break": {39},
    "blanks at the edges of a row and of a source line are not shown": {
        40,
        331,
        332,
        335,
        337,
        640,
    },
    "a bare address is a link": {602, 608, 611},
}
EXCEPTIONS = {number: policy for policy, numbers in POLICIES.items() for number in numbers}


# Marks of containers, then what stands in them. Lines that only the oracle reads otherwise than the
# specification are left out: marks behind four blanks, and what follows marks that are empty.
MARKED = st.tuples(
    st.sampled_from(["", "", "  ", "   "]),
    st.lists(st.sampled_from(["- ", "> ", "1. ", "* ", "2) ", ">", "-   "]), max_size=3),
    st.sampled_from(
        [
            "word",
            "# head",
            "```",
            "~~~",
            "**b** *e*",
            "text `c` [t](/u)",
            "a *b",
            "***",
            "more words",
        ]
    ),
).map(lambda parts: parts[0] + "".join(parts[1]) + parts[2])
DOCUMENTS = st.lists(MARKED | st.sampled_from(["", ">", "> >"]), max_size=12).map("\n".join)


def reordered(markdown: str) -> str:
    """Return the same text with its definitions first, as we require them."""
    lines = markdown.split("\n")
    definitions = [line for line in lines if line.startswith("[") and "]: " in line]
    others = [line for line in lines if line not in definitions]
    return "\n".join([*definitions, "", *others])


def agree(markdown: str) -> bool:
    return ours(markdown) == theirs(markdown)


def agree_in_order(markdown: str) -> bool:
    """Return whether both agree once definitions precede their uses."""
    late = "]: " in markdown and markdown.index("]: ") > markdown.index("]")
    return agree(markdown) or (late and agree(reordered(markdown)))


@pytest.mark.parametrize("section", SECTIONS)
def test_examples_are_read_as_by_the_oracle(section: str) -> None:
    differing = [n for n in SECTIONS[section] if not agree_in_order(EXAMPLES[n])]
    assert [n for n in differing if n not in EXCEPTIONS] == []


@more(4)
@given(DOCUMENTS)
def test_any_containers_are_read_as_by_the_oracle(markdown: str) -> None:
    assert ours(markdown) == theirs(markdown)


@pytest.mark.parametrize("number", sorted(EXCEPTIONS))
def test_an_exception_is_still_one(number: int) -> None:
    assert not agree(EXAMPLES[number]), EXCEPTIONS[number]


def test_all_examples_are_there() -> None:
    assert "version: '0.31.2'" in read("commonmark")
    assert len(EXAMPLES) == 652


def test_few_examples_need_their_definitions_first() -> None:
    late = [n for n in EXAMPLES.keys() - EXCEPTIONS.keys() if not agree(EXAMPLES[n])]
    assert len(late) <= 50


@pytest.mark.parametrize(
    ("markdown", "lines"),
    [
        ("Foo\nBar\n---\n", [(("Foo", ""),), (("Bar", ""),), (("─" * 40, "rule"),)]),
        ("[foo]:\n/url\n", [(("[foo]:", ""),), (("/url", ""),)]),
        ("[foo]\n\n[foo]: /url\n", [(("[foo]", ""),)]),
        ("# [Foo]\n[foo]: /url\n", [(("[Foo]", "heading"),)]),
        ("https://example.com\n", [(("https://example.com", "link"),)]),
    ],
)
def test_what_a_policy_makes_of_it(markdown: str, lines: list[Line]) -> None:
    assert ours(markdown) == lines
