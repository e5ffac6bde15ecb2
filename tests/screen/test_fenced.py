"""Numbers of code blocks, in commands and on the screen."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nemochat.screen.markdown.renderer import FencedCode, Renderer, list_code_blocks, render
from nemochat.screen.text.spans import Row
from tests.conftest import more
from tests.screen.answers import ANSWERS, CODE
from tests.screen.test_renderer import MARKDOWN


def numbers(text: str, width: int = 79) -> list[tuple[str, int]]:
    """Return the info string and the number of each fence on the screen."""
    found = []
    for row in render(text, width, numbered=True):
        match = re.search(r"(`{3,}|~{3,})(.*) · ([0-9]+)$", row.text)
        if match and row.spans[-1].style == "fence":
            found.append((match[2].strip(), int(match[3])))
    return found


def test_each_block_is_given_as_it_came() -> None:
    assert list_code_blocks(ANSWERS["code"]) == [
        FencedCode(name, text.removeprefix("\n")) for name, text in CODE.items()
    ]


@pytest.mark.parametrize(
    ("text", "blocks"),
    [
        ("no code, `only this`", []),
        ("```\n```", [FencedCode("", "")]),
        ("```py", [FencedCode("py", "")]),
        ("~~~ py title=x\na\n\nb", [FencedCode("py title=x", "a\n\nb\n")]),
        ("    indented\n\n```\na\n```", [FencedCode("", "a\n")]),
        ("1. one\n\n   ```sh\n   ls\n     -l\n   ```\n2. two", [FencedCode("sh", "ls\n  -l\n")]),
        ("> ```\n> a\n> > b\nnot in it", [FencedCode("", "a\n> b\n")]),
        ("````md\n```\na\n```\n````\n~~~\nb\n~~~", [FencedCode("md", "```\na\n```\n"),
                                                   FencedCode("", "b\n")]),
        ("\\[\nx\n\\]\n```\na\n```\n$$\ny\n$$", [FencedCode("", "a\n")]),
        ("- ```\n  a\n$$\nx", [FencedCode("", "a\n")]),
        ("\ufeff```\r\na\rb\u2028c\r\n```\r\n", [FencedCode("", "a\nb\nc\n")]),
        ("```\n\x1b[31mred\x9b\ufeff\n```", [FencedCode("", "\x1b[31mred\x9b\ufeff\n")]),
        ("> ```\n\ufeff> \ta\x07\n", [FencedCode("", "\ta␇\n")]),
    ],
)  # fmt: skip
def test_blocks_of_every_kind(text: str, blocks: list[FencedCode]) -> None:
    assert list_code_blocks(text) == blocks
    assert numbers(text) == [(block.info, place) for place, block in enumerate(blocks, 1)]


@more(3)
@given(MARKDOWN, st.integers(1, 9))
def test_numbers_on_the_screen_are_those_of_the_blocks_at_any_chunking(
    text: str, size: int
) -> None:
    expected = [(block.info, place) for place, block in enumerate(list_code_blocks(text), 1)]
    assert numbers(text, 10_000) == expected
    renderer = Renderer(79, numbered=True)
    final: list[Row] = []
    for at in range(0, len(text), size):
        final += renderer.feed(text[at : at + size])
        renderer.tail()
    assert final + renderer.end() == render(text, 79, numbered=True)
