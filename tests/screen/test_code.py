"""Code: shown as it was written, and highlighted line by line."""

from __future__ import annotations

import subprocess
import sys
from typing import NoReturn

import pytest
from pygments.lexers import get_lexer_by_name

from nemochat.lexers import LONGEST_BLOCK, LONGEST_LINE, Highlighter, open_highlighter
from nemochat.screen.markdown.code import style_pieces
from nemochat.screen.markdown.renderer import Renderer, render
from nemochat.screen.text.spans import Row, Span

from .answers import CODE


def fence(code: str, info: str = "") -> list[Row]:
    return render(f"```{info}\n{code}\n```\n", 40)[1:-1]


def highlighter(info: str) -> Highlighter:
    found = open_highlighter(info)
    assert found
    return found


def colour(info: str, code: str) -> list[list[tuple[str, str]]]:
    lines = highlighter(info)
    return [
        [
            (span.text.strip(), span.style)
            for span in style_pieces(lines.line(line))
            if span.text.strip()
        ]
        for line in code.split("\n")
    ]


def styles(spans: list[Span]) -> list[tuple[str, str]]:
    """Return the style of each visible character."""
    return [(letter, span.style) for span in spans for letter in span.text if not letter.isspace()]


@pytest.mark.parametrize("language", CODE)
def test_code_equals_its_source(language: str) -> None:
    code = CODE[language].strip("\n")
    assert "\n".join(row.text for row in fence(code, language)) == code


def test_nearly_all_colours_are_those_of_the_whole() -> None:
    same = count = 0
    for language, code in CODE.items():
        lines = highlighter(language)
        ours = styles(
            style_pieces([p for line in code.strip().split("\n") for p in lines.line(line)])
        )
        whole = get_lexer_by_name(language).get_tokens(code.strip())
        theirs = styles(style_pieces([(kind, text) for kind, text in whole]))
        same += sum(a == b for a, b in zip(ours, theirs, strict=True))
        count += len(theirs)
    assert same / count >= 0.97


def test_a_state_is_carried_from_line_to_line() -> None:
    lines = colour("python", 's = """one\ntwo = 1\n"""\nreturn 1')
    assert lines[1] == [("two = 1", "code.string")]
    assert lines[3] == [("return", "code.keyword"), ("1", "code.number")]


def test_a_language_of_any_lexer_has_its_colours_and_what_it_does_not_know_has_none() -> None:
    assert colour("yaml", "a: 1 # c") == [
        [("a", "code.tag"), (":", "code.plain"), ("1", "code.plain"), ("# c", "code.comment")]
    ]
    assert colour("python", "a $ return") == [
        [("a", "code.plain"), ("$", "code.plain"), ("return", "code.keyword")]
    ]


def test_the_colours_of_a_block_go_on_from_line_to_line() -> None:
    rows = fence("s = '''one\ntwo = 1\n'''", "python")
    assert rows[1].spans == (Span("two = 1", "code.string"),)


def test_a_comment_of_many_lines_is_one() -> None:
    assert colour("c", "/*\n*/ return")[1] == [
        ("*/", "code.comment"),
        ("return", "code.keyword"),
    ]
    lines = colour("c", "int a; /* return\nreturn */ return /* x */ 1; // /*\nreturn;")
    assert lines[0][-1] == ("/* return", "code.comment")
    assert lines[1][0] == ("return */", "code.comment")
    assert lines[1][1] == ("return", "code.keyword")
    assert lines[2][0] == ("return", "code.keyword")


def test_a_preview_of_a_line_changes_nothing() -> None:
    lines = highlighter("python")
    assert style_pieces(lines.preview('x = """'))[-2] == Span('"""', "code.string")
    assert style_pieces(lines.line("return"))[0] == Span("return", "code.keyword")


@pytest.mark.parametrize(
    ("info", "name"),
    [
        ("python", "PythonLexer"),
        ("py title=x", "PythonLexer"),
        ("{.rust}", "RustLexer"),
        ("C++", "CppLexer"),
        ("JSON", "JsonLexer"),
        ("tsx", "TsxLexer"),
    ],
)
def test_a_fence_names_a_language(info: str, name: str) -> None:
    assert type(highlighter(info)._lexer).__name__ == name


@pytest.mark.parametrize("info", ["", "unknown-language", "text", "rego", "🙂", "a" * 100])
def test_what_is_no_language_has_no_colours(info: str) -> None:
    assert open_highlighter(info) is None


def test_a_lexer_that_fails_shows_the_line() -> None:
    class Broken:
        def get_tokens_unprocessed(self, text: str) -> NoReturn:
            raise ValueError(text)

    assert Highlighter(Broken()).line("x = 1") == [((), "x = 1")]


def test_a_long_line_has_no_colours() -> None:
    lines = highlighter("python")
    line = "return " + "x" * LONGEST_LINE
    assert lines.line(line) == lines.preview(line) == [((), line)]
    assert style_pieces(lines.line(line[:LONGEST_LINE]))[0] == Span("return", "code.keyword")


def test_the_rest_of_a_very_long_block_has_no_colours() -> None:
    lines = highlighter("python")
    line = "return 1"
    read = [lines.line(line) for _ in range(LONGEST_BLOCK // len(line) + 2)]
    assert style_pieces(read[0])[0] == style_pieces(read[-4])[0] == Span("return", "code.keyword")
    assert read[-1] == lines.preview(line) == [((), line)]


def test_a_language_is_found_without_asking_other_packages() -> None:
    program = (
        "import sys; from nemochat.lexers import open_highlighter;"
        "open_highlighter('nothing'); open_highlighter('python');"
        "print(sorted({'importlib.metadata', 'pygments.lexers.python'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "['pygments.lexers.python']"


def test_lines_are_never_wrapped() -> None:
    line = "call(argument) " * 10 + "end"
    (row,) = fence(line)
    assert (row.text, row.width, row.is_continued) == (line, len(line), False)


def test_a_very_long_line_is_given_in_whole_terminal_rows() -> None:
    line = "漢字" + "abcdefgh" * 1000
    rows = fence(f"{line}\nnext")
    assert "".join(row.text for row in rows[:-1]) == line
    assert [row.is_continued for row in rows[-3:]] == [True, False, False]
    assert all(row.width == 41 for row in rows[:-2])  # the width of text is one less
    assert rows[-1].text == "next"


def test_tabs_stay_tabs() -> None:
    (row,) = fence("\tif x {")
    assert (row.text, row.width) == ("\tif x {", 14)


def test_blank_lines_stay_but_not_without_end() -> None:
    assert [row.text for row in fence("a\n\n  \nb")] == ["a", "", "", "b"]
    assert len(fence("a" + "\n" * 500 + "b")) == 42


def test_indented_code_keeps_its_blank_lines_within() -> None:
    rows = render("    a\n\n\n      b\n\n\ntext", 40)
    assert [row.text for row in rows] == ["    a", "", "", "      b", "", "text"]
    quoted = Renderer(40)
    assert [row.text for row in quoted.feed(">     a\n>\n>\n>     b")] == ["│     a"]
    assert [row.text for row in quoted.tail()] == ["│", "│", "│     b"]
    long = "    " + "x" * 5000
    rows = render(f"    a\n\n{long}\n    b\n", 40)
    assert [row.text for row in rows if row.is_continued] == [long[:41], *["x" * 41] * 121]
    assert [row.text for row in rows if not row.is_continued] == ["    a", "", "x" * 2, "    b"]
    assert rows[1].text == ""


def test_a_fence_that_nothing_closes_ends_with_its_container() -> None:
    rows = render("> ```\n> a\n\nb", 40)
    assert [row.text for row in rows] == ["│ ```", "│ a", "", "b"]


def test_the_line_that_grows_is_shown() -> None:
    renderer = Renderer(40)
    assert [row.text for row in renderer.feed("```py\nretu")] == ["```py"]
    assert [row.text for row in renderer.tail()] == ["retu"]
    assert [row.text for row in renderer.feed("rn 1\n``")] == ["return 1"]
    assert renderer.tail() == []
    assert [row.text for row in renderer.feed("`\n")] == ["```"]
