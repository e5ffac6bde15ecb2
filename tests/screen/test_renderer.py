"""Streamed answers equal complete ones, at any chunking and width."""

from __future__ import annotations

import random
import re
import subprocess
import sys
from collections.abc import Callable
from types import FrameType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nemochat.screen.answer import Layout
from nemochat.screen.markdown.renderer import Renderer, render
from nemochat.screen.text.spans import Row, Span
from nemochat.screen.text.wrap import Verbatim
from tests.conftest import more

from .answers import ANSWERS, LITERAL, NUMBERED, POEM
from .payloads import PAYLOADS
from .test_safe import is_harmful

WIDTHS = (199, 79, 39, 22, 8)
PIECES = (
    *(
        "- ",
        "* ",
        "1. ",
        "10) ",
        "> ",
        "# ",
        "```",
        "```python\n",
        "~~~",
        "    ",
        "\t",
        "\n",
        "\n\n",
    ),
    *("**", "*", "_", "~~", "`", "[", "](", "](http://a.b/c)", "[foo]: /u\n", "[foo]", "![", "$"),
    *("\\(", "\\)", "\n\\[\n", "\n$$\n", "|", "| a | b |\n", "|---|---|\n", "---", "===", "<br>"),
    *("<http://a.b>", "<", "&amp;", "&#27;", "https://e.org/x)", "h", "word ", "漢字", "e\u0301"),
    *(
        "👩\u200d👩\u200d👧",
        "🇩🇪",
        "नि",
        "x" * 30,
        "lorem ipsum dolor " * 3,
        "\r",
        "\r\n",
        "\x1b[2J",
    ),
    *("\ud83d", "\ude00", "\\", "  \n", "5 ", "-", "/* c\n", "*/", '"""', " | ", "1998. "),
)
MARKDOWN = st.lists(st.sampled_from(PIECES), max_size=60).map("".join)


def stream(text: str, width: int, sizes: Callable[[], int], *, tails: bool = True) -> list[Row]:
    """Return the rows of a text fed in pieces, with the tail requested after each."""
    renderer = Renderer(width)
    final: list[Row] = []
    at = 0
    while at < len(text):
        size = sizes()
        final += renderer.feed(text[at : at + size])
        if tails:
            renderer.tail()
        at += size
    return final + renderer.end()


def texts(rows: list[Row]) -> list[str]:
    return [row.text for row in rows]


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", ANSWERS)
def test_a_long_answer_streams_to_what_it_is_at_once(name: str, width: int) -> None:
    text = ANSWERS[name]
    chance = random.Random(width)
    whole = render(text, width)
    assert stream(text, width, lambda: chance.choice([1, 2, 3, 5, 9, 40])) == whole
    assert stream(text, width, lambda: 4, tails=False) == whole


@pytest.mark.parametrize("name", ANSWERS)
def test_a_long_answer_streams_letter_by_letter(name: str) -> None:
    text = ANSWERS[name][:4_000]
    assert stream(text, 79, lambda: 1, tails=False) == render(text, 79)


@more(5)
@given(MARKDOWN, st.sampled_from(WIDTHS), st.randoms(use_true_random=False))
def test_any_markdown_streams_to_what_it_is_at_once(
    text: str, width: int, chance: random.Random
) -> None:
    assert stream(text, width, lambda: chance.choice([1, 1, 2, 3, 7, 30])) == render(text, width)


@more(3)
@given(MARKDOWN, st.sampled_from(WIDTHS), st.randoms(use_true_random=False))
def test_what_is_shown_at_any_time_depends_on_the_text_alone(
    text: str, width: int, chance: random.Random
) -> None:
    at_once, in_pieces = Renderer(width), Renderer(width)
    shown: list[Row] = []
    at = 0
    while at < len(text):
        size = chance.choice([1, 1, 2, 3, 7, 30])
        shown += in_pieces.feed(text[at : at + size])
        at += size
    assert shown + in_pieces.tail() == at_once.feed(text) + at_once.tail()


@more(2)
@given(MARKDOWN, MARKDOWN, st.sampled_from(WIDTHS))
def test_what_was_final_stays_whatever_follows(text: str, sequel: str, width: int) -> None:
    renderer = Renderer(width)
    final = renderer.feed(text)
    assert render(text + sequel, width)[: len(final)] == final


@more(2)
@given(MARKDOWN, st.sampled_from(WIDTHS))
def test_rows_are_single_lines_without_blanks_at_their_ends(text: str, width: int) -> None:
    renderer = Renderer(width)
    for row in [*renderer.feed(text), *renderer.tail(), *renderer.end()]:
        assert "\n" not in row.text
        assert row.text == row.text.rstrip()
        assert all(span.text for span in row.spans)


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", ANSWERS)
def test_only_code_is_wider_than_the_width(name: str, width: int) -> None:
    for row in render(ANSWERS[name], width):
        styles = {span.style.partition(".")[0] for span in row.spans}
        assert row.width <= width or styles & {"code", "fence", "math"}


@pytest.mark.parametrize("width", WIDTHS[:-1])
def test_numbered_words_appear_once_each_in_order(width: int) -> None:
    shown = " ".join(texts(render(NUMBERED, width)))
    numbers = [int(n) for n in re.findall(r"w(\d{3})", shown)]
    if width >= 39:
        assert numbers == list(range(260))
    assert sorted(numbers) == list(range(260))


@settings(max_examples=50)
@given(st.randoms(use_true_random=False))
def test_words_survive_resizes(chance: random.Random) -> None:
    renderer = Renderer(79)
    final: list[Row] = []
    for at in range(0, len(NUMBERED), 7):
        final += renderer.feed(NUMBERED[at : at + 7])
        if chance.random() < 0.1:
            renderer.resize(chance.choice([30, 40, 79, 120]))
            renderer.tail()
    final += renderer.end()
    numbers = [int(n) for n in re.findall(r"w(\d{3})", " ".join(texts(final)))]
    assert sorted(numbers) == list(range(260))


def test_a_resize_lays_out_what_is_not_final() -> None:
    renderer = Renderer(40)
    renderer.feed("- one two three four five six")
    assert texts(renderer.tail()) == ["• one two three four five six"]
    renderer.resize(12)
    assert texts(renderer.tail()) == ["• one two", "  three four", "  five six"]
    renderer.resize(40)
    assert texts(renderer.end()) == ["• one two three four five six"]


@pytest.mark.parametrize("payload", PAYLOADS.values(), ids=PAYLOADS.keys())
def test_no_payload_reaches_a_row(payload: str) -> None:
    renderer = Renderer(40)
    for text in (
        payload,
        f"# {payload}\n\n- {payload}\n\n> `{payload}`\n\n```{payload}\n{payload}",
    ):
        for row in [*renderer.feed(text), *renderer.tail()]:
            for span in row.spans:
                assert not list(filter(is_harmful, span.text + span.link + span.style))
    assert not [s for row in renderer.end() for s in row.spans if list(filter(is_harmful, s.text))]


@pytest.mark.parametrize(
    "words",
    [
        *("List<String>", "<vector>", "[/INST]", "[bold]", "[red]text[/red]", "a_b_c", "$5 and $6"),
        *("snake_case_name", "C:\\new\\file", "~5 min", "#include <stdio.h>"),
    ],
)
def test_what_looks_like_markup_is_shown_as_written(words: str) -> None:
    assert words in " ".join(texts(render(LITERAL, 199)))


def test_a_formula_is_shown_as_written_without_math() -> None:
    assert texts(render(r"\(x_1\) and $y^2$", 79, math=False)) == [r"\(x_1\) and $y^2$"]
    assert texts(render(r"\(x_1\) and $y^2$", 79)) == ["x₁ and y²"]


def test_lines_of_a_poem_stay_lines() -> None:
    shown = texts(render(POEM, 79))
    assert shown[:5] == [
        "Roses are red,",
        "violets are blue,",
        "this line is short,",
        "and this one is",
        "two.",
    ]
    assert "12 High Street" in shown


def test_the_looks_of_each_block() -> None:
    text = (
        "# Head *x*\ntext\n- a\n  - b\n\n> q\n\n***\n"
        "```py\nreturn\n```\n1. one\n1. two\n\nTitle\n---\n"
    )
    quote, bullet = Span("│ ", "quote"), Span("• ", "bullet")
    assert [row.spans for row in render(text, 60)] == [
        (Span("Head ", "heading"), Span("x", "heading emphasis")),
        (),
        (Span("text"),),
        (),
        (bullet, Span("a")),
        (Span("  "), bullet, Span("b")),
        (),
        (quote, Span("q")),
        (),
        (Span("─" * 40, "rule"),),
        (),
        (Span("```py", "fence"),),
        (Span("return", "code.keyword"),),
        (Span("```", "fence"),),
        (),
        (Span("1. ", "bullet"), Span("one")),
        (Span("2. ", "bullet"), Span("two")),
        (),
        (Span("Title", "heading"),),
    ]


def test_gaps_within_a_list_are_those_of_the_source() -> None:
    text = "- a\n- b\n\n- c\n\n  d\n  > e\n- \n- f\n\n\n\ng\n\n> h\n>\n> i\n"
    assert texts(render(text, 40)) == (
        ["• a", "• b", "", "• c", "", "  d", "  │ e", "•", "• f", "", "g", "", "│ h", "│", "│ i"]
    )


@pytest.mark.parametrize(
    ("text", "tail"),
    [
        ("", []),
        ("-", []),
        ("- ", []),
        ("---", []),
        ("text\n-", ["text"]),
        ("text\n=", ["text"]),
        ("- x", ["• x"]),
        ("- a\n- b **c", ["• a", "• b c"]),
        ("text\n\n# He", ["", "He"]),
        ("> a\n> b", ["│ a", "│ b"]),
        ("| a | b |", ["| a | b |"]),
        ("| a | b |\n|---|---|", ["| a | b |"]),
        ("| a | b |\n|---|---|\n", ["a │ b", "──┼──"]),
        ("a\n\\[\nx^2", ["x^2"]),
        ("```p", ["```p"]),
        ("    code", ["    code"]),
        ("```\n-", ["-"]),
        ("```\n1. ", ["1."]),
        ("```\n``", []),
        ("**bold", ["bold"]),
        ("one\ntwo", ["one", "two"]),
    ],
)
def test_the_tail_shows_what_is_not_final(text: str, tail: list[str]) -> None:
    renderer = Renderer(40)
    renderer.feed(text)
    assert texts(renderer.tail()) == tail


@more(2)
@given(MARKDOWN, st.sampled_from(WIDTHS))
def test_asking_for_the_tail_changes_nothing(text: str, width: int) -> None:
    renderer = Renderer(width)
    renderer.feed(text)
    assert renderer.tail() == renderer.tail()


@pytest.mark.parametrize("before", ["x", "(", " "])
def test_what_stands_before_a_mark_counts_also_where_it_was_read_long_ago(before: str) -> None:
    for size in range(60, 70):
        beginning = f"{'w' * size} {before}"
        assert stream(f"{beginning}_y_ z", 199, lambda: 1) == render(f"{beginning}_y_ z", 199)
        renderer = Renderer(199)
        renderer.feed(beginning)
        renderer.feed("_y_ z")
        (found,) = renderer.end()
        assert found.text == (f"{beginning}_y_ z" if before == "x" else f"{beginning}y z")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("-\n\nx", ["•", "", "x"]),
        ("- - \n\nx", ["• •", "", "x"]),
        ("- a\n-\n\n\nb", ["• a", "•", "", "b"]),
        ("> - a\n> -", ["│ • a", "│ •"]),
        ("> -\n>\n> x", ["│ •", "│", "│ x"]),
        ("> a\n\n> b", ["│ a", "", "│ b"]),
        ("- a\n\n  b\n-", ["• a", "", "  b", "•"]),
    ],
)
def test_items_with_nothing_in_them_are_shown_and_parted(text: str, shown: list[str]) -> None:
    assert texts(render(text, 40)) == shown
    assert texts(stream(text, 40, lambda: 1)) == shown


@pytest.mark.parametrize("text", ["one two\nthree", "a | b\nthree", "one\n  two\nthree"])
def test_lines_that_may_yet_be_claimed_are_shown_as_lines(text: str) -> None:
    renderer = Renderer(40)
    assert renderer.feed(text) == []
    assert texts(renderer.tail()) == text.replace("  ", "").split("\n")


def test_the_address_of_a_link_is_shown() -> None:
    for found in (render("[t](/u)", 40), Renderer(40).feed("[t](/u)\n\n")):
        assert texts(found) == ["t (/u)"]
    for found in (render("[t](http://a.b)", 40), Renderer(40).feed("[t](http://a.b)\n\n")):
        assert texts(found) == ["t (http://a.b)"]


def test_a_line_break_at_the_end_of_a_long_paragraph_opens_no_row() -> None:
    assert texts(render("word " * 20 + "<br>\n", 20)) == ["word word word word"] * 5


def test_rows_of_a_paragraph_are_final_before_it_ends() -> None:
    renderer = Renderer(40)
    final = renderer.feed("some words and " * 100)
    assert len(final) > 30
    assert len(renderer.tail()) < 6


@pytest.mark.parametrize(
    "text",
    ["a\tb", "# a\tb", "a\tb\nc\td\n\n", "| a\tb |\n|---|\n| c\td |\n", "[a]:\t/u\n", "- a\tb"],
)
def test_only_code_has_tabs(text: str) -> None:
    renderer = Renderer(40)
    shown = renderer.feed(text) + renderer.tail() + renderer.end()
    assert not [row.text for row in shown if "\t" in row.text]
    assert any(" " in row.text for row in shown)


def test_an_interrupted_answer_is_closed_where_it_was_cut() -> None:
    renderer = Renderer(40)
    renderer.feed("some **bold te")
    assert [row.spans for row in renderer.end(interrupted=True)] == [
        (Span("some "), Span("bold te", "strong"))
    ]
    assert texts(render("some **bold te", 40)) == ["some **bold te"]


def test_a_definition_is_shown_dim_and_used_after_it() -> None:
    rows = render("[a]\n\n[a]: https://a.b\n[b]: /u\n\n[a]", 60)
    assert [row.spans for row in rows] == [
        (Span("[a]"),),
        (),
        (Span("[a]: https://a.b", "dim"),),
        (Span("[b]: /u", "dim"),),
        (),
        (Span("a", "link", "https://a.b"), Span(" (https://a.b)", "dim", "https://a.b")),
    ]


def test_it_loads_no_lexers_and_no_tables_of_widths_before_they_are_needed() -> None:
    program = (
        "import sys; from nemochat.screen.markdown.renderer import render;"
        "render('# a *b* `c`', 40);"
        "print({'pygments', 'wcwidth', 'rich', 'prompt_toolkit'} & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "set()"


LONG: dict[str, Callable[[int], str]] = {
    "mixed text": lambda n: (NUMBERED + "\n\n") * (n // 100),
    "a paragraph": lambda n: "some words, **bold** and `code`, " * n,
    "code": lambda n: "```python\n" + "    return compute(x, 33)  # why\n" * n,
    "a list": lambda n: "- some text of **an item** here\n" * n,
    "a table": lambda n: "| a | b |\n|---|---|\n" + "| some text | in **cells** |\n" * n,
    "a quote": lambda n: "> some words of a quote\n" * n,
    "brackets": lambda n: "[" * n * 4,
    "open brackets": lambda n: "[a " * n * 2,
    "stars": lambda n: "*a " * n * 2,
    "one word": lambda n: "x" * n * 4,
    "ticks": lambda n: "a ` b `` c " * n,
    "a line of code": lambda n: "```\n" + "call(1);" * n,
    "blanks": lambda n: "a" + "    " * n,
    "combining characters": lambda n: "a" + "\u0301" * n * 4,
    "zero-width characters": lambda n: "a" + "\u200b" * n * 4,
    "nothing but newlines": lambda n: "\n" * n * 4,
}


def calls(text: str, layout: Layout | None = None) -> int:
    """Return the number of function calls for laying out a text in tokens of four characters."""
    count = 0

    def counted(frame: FrameType, event: str, argument: object) -> None:
        nonlocal count
        count += event in {"call", "c_call"}

    renderer = layout or Renderer(79)
    sys.setprofile(counted)
    try:
        for at in range(0, len(text), 4):
            renderer.feed(text[at : at + 4])
            if at % 32 == 0:
                renderer.tail()
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.parametrize("name", LONG)
def test_a_token_costs_the_same_after_many(name: str) -> None:
    make = LONG[name]
    calls(make(1_000)[:800])  # imports and caches
    few, many = (calls(make(size)[: 4 * size]) / size for size in (1_500, 4_500))
    assert many <= 1.3 * few


@pytest.mark.parametrize("mark", ["\u0301", "\u200b", "x"])
def test_a_token_of_source_costs_the_same_after_many(mark: str) -> None:
    few, many = (calls("a" + mark * 4 * size, Verbatim(79)) / size for size in (1_500, 4_500))
    assert many <= 1.3 * few


@pytest.mark.parametrize("first", ["\\begin{align*}", "\\begin{align*} z &= *y* + *x*"])
def test_an_environment_stays_as_written(first: str) -> None:
    text = first + "\n  a_1 &= *b* \\\\\n+ c\nx^2\n= d\n\\end{align*}"
    assert texts(render(f"We get:\n{text}\n*so*", 40)) == [
        "We get:",
        "",
        *text.split("\n"),
        "",
        "so",
    ]
