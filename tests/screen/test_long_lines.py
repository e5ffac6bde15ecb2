"""Lines of hundreds of characters, complete and streamed."""

from __future__ import annotations

import pytest

from nemochat.screen.markdown.renderer import Renderer, render

LONG_LINES = {
    "the head of a table": "| a " * 70 + "|\n" + "|---" * 70 + "|\n" + "| b " * 70 + "|\n",
    "delimiters as long as a paragraph": "a | b\n" + "-" * 240 + "|---\nc | d\n",
    "delimiters of blanks": "a | b\n---|" + " " * 300 + "---\nc | d\n",
    "delimiters that begin as text": "a | b\n:" + "-" * 240 + "|---\nc | d\n",
    "delimiters that long are text": "a | b\n:" + "-" * 1_200 + "|---\nc | d\n",
    "the head of a table that is too long": "| a " * 260 + "|\n" + "|---" * 260 + "|\n",
    "a mark of a table far behind": "word " * 60 + "| a\n---|---\nc | d\n",
    "a definition": f"[a]: http://e.org/{'x' * 400}\n\n[a]\n",
    "a definition that is too long": f"[a]: http://e.org/{'x' * 1_200}\n\n[a]\n",
    "a definition of a long name": f"[{'a ' * 150}b]: /u\n\n[{'a ' * 150}b]\n",
    "what is no definition after all": f"[a]: http://e.org/{'x' * 400} and so on\n\n[a]\n",
    "what begins with a bracket": f"[a {'word ' * 80}\n\n[a]\n",
    "a heading": f"# {'word ' * 80}\ntext\n",
    "rules": f"{'-' * 300}\n\n{'* ' * 300}\n",
    "blanks and a word": " " * 4_010 + "word\n\nafter\n",
    "blanks alone": "a\n" + " " * 9_000 + "\nb\n",
    "blanks and tabs": "a\n\n" + " \t" * 4_000 + "\x0bword\n",
    "a quote of blanks": ">" + " " * 5_000 + "word\n",
    **{
        f"{size} characters before {mark}": f"{'x' * size}\n{mark}\nafter\n"
        for size in (199, 200, 201, 999, 1_000, 1_001, 3_999, 4_000, 4_001)
        for mark in ("===", "---|---", "- item")
    },
    **{
        f"a row of {size} characters": f"|{'x' * (size - 3)}|y\n|---|---|\n|a|b|\n"
        for size in (199, 200, 201, 999, 1_000, 1_001)
    },
}


@pytest.mark.parametrize("name", LONG_LINES)
def test_a_long_line_streams_to_what_it_is_at_once(name: str) -> None:
    text = LONG_LINES[name]
    whole = render(text, 79)
    for size in (7, 100, 1_000):
        renderer = Renderer(79)
        final = [
            row for at in range(0, len(text), size) for row in renderer.feed(text[at : at + size])
        ]
        assert final + renderer.end() == whole


@pytest.mark.parametrize(
    ("name", "row", "shown"),
    [
        ("the head of a table", 0, "a: b"),
        ("the head of a table that is too long", -1, "-|---|---|---|"),
        ("a definition", -1, f"{'x' * 19})"),
        ("a definition of a long name", -1, f"{'a ' * 30}b (/u)"),
        ("delimiters that begin as text", 0, "a │ b"),
        ("a definition that is too long", -1, "[a]"),
        ("blanks alone", -1, "b"),
        ("200 characters before ===", -2, ""),
        ("201 characters before ===", -2, "==="),
    ],
)
def test_a_long_line_is_claimed_up_to_a_bound(name: str, row: int, shown: str) -> None:
    assert render(LONG_LINES[name], 79)[row].text == shown


@pytest.mark.parametrize("words", [80, 1_000])
def test_a_paragraph_of_one_long_line_is_final_row_by_row(words: int) -> None:
    renderer = Renderer(19)
    final = renderer.feed("word " * words)
    assert len(final) >= words // 4 - 5
    assert {row.text for row in final + renderer.tail()} == {"word word word word"}
