"""Inline structure, and which part of it is settled."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nemochat.screen.markdown.emphasis import SPAN
from nemochat.screen.markdown.inline import Outlook, RenderOptions, parse
from nemochat.screen.text.spans import Span, row
from tests.conftest import more

DEFINED = RenderOptions({"foo": "https://foo.example"})
MARKS = (
    r"** * _ __ ~~ ~ ` `` [ ] ( ) ![ ]( \ \( \) \[ \] \[a\] \begin{x} \end{x} x^2 "
    r"$ $$ < > <br> & ; &amp; ! h https://a.b (https://a.b/c) "
    r"[https://a.b](https://a.b) [foo] word a 1 漢 （ é"
)
PIECES = [" ", "\n", "five words of plain text ", *MARKS.split()]
SOURCES = st.lists(st.sampled_from(PIECES), max_size=30).map("".join)


def looks(
    text: str, outlook: Outlook = Outlook.ENDED, setting: RenderOptions = DEFINED
) -> list[Span]:
    return list(row(parse(text, "", "", setting, outlook).spans).spans)


@pytest.mark.parametrize(
    ("source", "spans"),
    [
        ("plain", [Span("plain")]),
        ("**a *b* c**", [Span("a ", "strong"), Span("b", "strong emphasis"), Span(" c", "strong")]),
        ("***x***", [Span("x", "strong emphasis")]),
        ("~~x~~ ~y~", [Span("x", "strike"), Span(" "), Span("y", "strike")]),
        ("~~~x~~~ ~y~~ 3~5, 6~8", [Span("~~~x~~~ ~y~~ 3~5, 6~8")]),
        (
            "~5 to ~10, cp ~/a ~/b:~/c 周一~周五，九点~六点",
            [Span("~5 to ~10, cp ~/a ~/b:~/c 周一~周五，九点~六点")],
        ),
        ("a_b_c __init__", [Span("a_b_c "), Span("init", "strong")]),
        ("2*3*4", [Span("2"), Span("3", "emphasis"), Span("4")]),
        ("5 * 6 * 7", [Span("5 * 6 * 7")]),
        ("`a  b` ``c`d``", [Span("a  b", "code"), Span(" "), Span("c`d", "code")]),
        ("`open", [Span("`open")]),
        ("a\\\nb\\*c", [Span("a\nb*c")]),
        ("a<br>b<BR />c", [Span("a\nb\nc")]),
        ("a<br>\nb<br> \nc<br>", [Span("a\nb\nc")]),
        ("List<String> <vector>", [Span("List<String> <vector>")]),
        ("[/INST] [bold]x[/bold]", [Span("[/INST] [bold]x[/bold]")]),
        ("&amp;&copy;&#65;&unknown;&", [Span("&©A&unknown;&")]),
        ("&#27;[2J&#x81;&#8238;&#x1b;", [Span("␛[2J\ufffd\ufffd␛")]),
        (
            "[t](https://a.b)",
            [
                Span("t", "link", "https://a.b"),
                Span(" (https://a.b)", "dim", "https://a.b"),
            ],
        ),
        ("<https://a.b>", [Span("https://a.b", "link", "https://a.b")]),
        ("<me@a.b>", [Span("me@a.b", "link", "mailto:me@a.b")]),
        (
            "see https://a.b/c_(d)_e).",
            [
                Span("see "),
                Span("https://a.b/c_(d)_e", "link", "https://a.b/c_(d)_e"),
                Span(")."),
            ],
        ),
        (
            "见https://a.b/c，https://d.e中文「https://f.g」",
            [
                Span("见"),
                Span("https://a.b/c", "link", "https://a.b/c"),
                Span("，"),
                Span("https://d.e", "link", "https://d.e"),
                Span("中文「"),
                Span("https://f.g", "link", "https://f.g"),
                Span("」"),
            ],
        ),
        ("<https://a.b/中>", [Span("https://a.b/中", "link", "https://a.b/%E4%B8%AD")]),
        (
            "[https://a.b](https://a.b) ![https://a.b](https://a.b)",
            [
                Span("https://a.b", "link", "https://a.b"),
                Span(" "),
                Span("https://a.b", "link", "https://a.b"),
            ],
        ),
        (
            "[see **https://a.b**](https://c.d)",
            [
                Span("see ", "link", "https://c.d"),
                Span("https://a.b", "strong link", "https://c.d"),
                Span(" (https://c.d)", "dim", "https://c.d"),
            ],
        ),
        (
            "[https://a.b](javascript:x)",
            [Span("https://a.b", "link"), Span(" (javascript:x)", "dim")],
        ),
        (
            "https://[::1]/x]y",
            [Span("https://[::1]/x", "link", "https://[::1]/x"), Span("]y")],
        ),
        ("[t](javascript:x)", [Span("t", "link"), Span(" (javascript:x)", "dim")]),
        ("[t](<a b>)", [Span("t", "link"), Span(" (a b)", "dim")]),
        ("![alt](p.png)", [Span("alt", "link"), Span(" (p.png)", "dim")]),
        ("[t]()", [Span("t", "link")]),
        (
            "[foo] [bar][foo] [no]",
            [
                Span("foo", "link", "https://foo.example"),
                Span(" (https://foo.example)", "dim", "https://foo.example"),
                Span(" "),
                Span("bar", "link", "https://foo.example"),
                Span(" (https://foo.example)", "dim", "https://foo.example"),
                Span(" [no]"),
            ],
        ),
        ("*a [b* c](u)", [Span("*a "), Span("b* c", "link"), Span(" (u)", "dim")]),
        ("$5 and $6, 7$", [Span("$5 and $6, 7$")]),
        ("$x$ $x_1$", [Span("x", "math"), Span(" "), Span("x₁", "math")]),
        ("$a$5", [Span("$a$5")]),
        ("Set $HOME and `$PATH`", [Span("Set $HOME and "), Span("$PATH", "code")]),
        ("$x+`y`$", [Span("$x+"), Span("y", "code"), Span("$")]),
        ('"$HOME/bin:$PATH"', [Span('"$HOME/bin:$PATH"')]),
        ("$HOME:${A}:$(pwd)/$_", [Span("$HOME:${A}:$(pwd)/$_")]),
        ("$('#id').add($('.b'))", [Span("$('#id').add($('.b'))")]),
        (
            "($x$), 设$y$为",
            [Span("("), Span("x", "math"), Span("), 设"), Span("y", "math"), Span("为")],
        ),
        (r"\(\foo\)", [Span(r"\(\foo\)", "math")]),
        (r"\[ x^2 \]", [Span("x²", "math")]),
        (r"$$\alpha$$", [Span("α", "math")]),
        (
            r"\) \(x^2\) $$y_1$$ b",
            [Span(") "), Span("x²", "math"), Span(" "), Span("y₁", "math"), Span(" b")],
        ),
        (
            "[*https*://a.b](https://a.b)",
            [
                Span("https", "emphasis link", "https://a.b"),
                Span("://a.b", "link", "https://a.b"),
            ],
        ),
        (
            "[*me*@a.b](mailto:me@a.b)",
            [Span("me", "emphasis link", "mailto:me@a.b"), Span("@a.b", "link", "mailto:me@a.b")],
        ),
        (r"\( open", [Span("( open")]),
        (r"Dear \[Your Name\], \[1\] \[/INST\]", [Span("Dear [Your Name], [1] [/INST]")]),
        (r"arr\[i\] f\(x\) f\(a + b\) f\(x^2\)", [Span("arr[i] f(x) f(a + b) f(x^2)")]),
        (r"(\[a-z\]+) note\[^1\] \[file_name\]", [Span("([a-z]+) note[^1] [file_name]")]),
        (r"\[key=value\] \(and/or\) \(x\)", [Span("[key=value] (and/or) (x)")]),
        (r"\[**b**\]", [Span("["), Span("b", "strong"), Span("]")]),
        (r"\(n-1\)", [Span("n-1", "math")]),
        (r"\[a + b = c\]", [Span("a + b = c", "math")]),
        (r"\(mc^2\)", [Span("mc²", "math")]),
        (r"设\(x_1\)为", [Span("设"), Span("x₁", "math"), Span("为")]),
        (
            r"A = \begin{matrix} a_1 & *b* \\ c_1 \end{matrix}.",
            [
                Span("A = "),
                Span(r"\begin{matrix} a_1 & *b* \\ c_1 \end{matrix}", "math"),
                Span("."),
            ],
        ),
        (r"\begin{x} *b* \be", [Span(r"\begin{x} "), Span("b", "emphasis"), Span(r" \be")]),
        (r"f\(\alpha\)", [Span("f"), Span("α", "math")]),
    ],
)
def test_a_source_has_its_looks(source: str, spans: list[Span]) -> None:
    assert looks(source) == spans


@pytest.mark.parametrize(
    ("source", "styled", "style"),
    [
        ("**重要：**请注意", "重要：", "strong"),
        ("**「引用」**です", "「引用」", "strong"),
        ("含**「重点」**内容", "「重点」", "strong"),
        ("**100%**的", "100%", "strong"),
        ("**한국어(Korean)**은", "한국어(Korean)", "strong"),
        ("__注意：__请", "注意：", "strong"),
        ("_注：_请", "注：", "emphasis"),
        ("*注：*请", "注：", "emphasis"),
        ("***重要！***请", "重要！", "strong emphasis"),
        ("~~旧：~~新", "旧：", "strike"),
        ("**中文**然后", "中文", "strong"),
    ],
)
def test_emphasis_needs_no_spaces_around_it_in_cjk_text(
    source: str, styled: str, style: str
) -> None:
    assert [span for span in looks(source) if span.style] == [Span(styled, style)]


@pytest.mark.parametrize("source", ["**Note:**text", "变量my_var_name是", "重 ** 要 ** 的"])
def test_other_marks_in_text_stay_as_written(source: str) -> None:
    assert looks(source) == [Span(source)]


def test_formulas_stay_as_written_when_asked() -> None:
    off = RenderOptions({}, math=False)
    assert looks(r"\(x_1\) $y$", setting=off) == [
        Span(r"\(x_1\)", "math"),
        Span(" "),
        Span("$y$", "math"),
    ]


@pytest.mark.parametrize(
    ("source", "spans"),
    [
        ("a **b", [Span("a "), Span("b", "strong")]),
        ("a **b*", [Span("a "), Span("b", "strong")]),
        ("a *b **c", [Span("a "), Span("b ", "emphasis"), Span("c", "strong emphasis")]),
        ("~~a", [Span("a", "strike")]),
        ("~5 a", [Span("~5 a")]),
        ("x `co", [Span("x "), Span("co", "code")]),
        ("x `co``", [Span("x "), Span("co", "code")]),
        ("[t](https://a", [Span("t", "link")]),
        ("[t", [Span("[t")]),
        (r"\(x^2", [Span("x²", "math")]),
        ("\\(x^2\\", [Span("x²", "math")]),
        (r"a \begin{x} b_1", [Span("a "), Span(r"\begin{x} b_1", "math")]),
        (r"Dear \[Your N", [Span("Dear [Your N")]),
        ("end **", [Span("end")]),
        ("end `", [Span("end")]),
        ("end \\", [Span("end")]),
    ],
)
def test_what_is_open_is_shown_as_if_it_were_closed(source: str, spans: list[Span]) -> None:
    assert looks(source, Outlook.HOPEFUL) == spans


@pytest.mark.parametrize(
    ("source", "settled"),
    [
        ("plain text", "plain text"),
        ("a *b", "a "),
        ("a *b*", "a "),  # it may be `**` yet
        ("a *b* c", "a *b* c"),
        ("a `b", "a "),
        ("a [b", "a "),
        ("a [b]", "a "),
        ("a [b] c", "a [b] c"),
        ("a [b](c", "a "),
        ("a *b*[c", "a *b*"),
        ("a [b](u)[c", "a [b](u)"),
        ("*a [b* c", ""),
        ("a ht", "a "),
        ("a https://", "a "),
        ("a https:// b", "a https:// b"),
        ("a &am", "a "),
        ("a <b", "a "),
        ("a <b c", "a <b c"),
        ("a \\", "a "),
        ("a !", "a "),
        ("a $x", "a "),
        ("a $ x", "a $ x"),
        ("it's $5 an", "it's $5 an"),
        ("*" + "a" * SPAN + " b", "*" + "a" * SPAN + " b"),
        ("`" + "a" * SPAN + " b", "`" + "a" * SPAN + " b"),
        ("[" + "a" * SPAN + " b", "[" + "a" * SPAN + " b"),
    ],
)
def test_only_what_no_sequel_changes_is_settled(source: str, settled: str) -> None:
    assert source[: parse(source, "", "", DEFINED, Outlook.OPEN).settled] == settled


@more(4)
@given(SOURCES, SOURCES)
def test_what_is_settled_reads_the_same_in_the_whole(beginning: str, sequel: str) -> None:
    first = parse(beginning, "", "", DEFINED, Outlook.OPEN)
    rest = beginning[first.settled :] + sequel
    before = beginning[first.settled - 1] if first.settled else ""
    then = parse(rest, before, "", DEFINED, Outlook.ENDED)
    whole = parse(beginning + sequel, "", "", DEFINED, Outlook.ENDED)
    assert row([*first.spans, *then.spans]) == row(whole.spans)


def test_what_is_closed_too_late_was_never_open() -> None:
    far = "a" * SPAN
    assert looks(f"*{far}*") == [Span(f"*{far}*")]
    assert looks(f"`{far}`") == [Span(f"`{far}`")]
    assert looks(f"[{far}](u)") == [Span(f"[{far}](u)")]
