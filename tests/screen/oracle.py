"""Blocks and inline structure of a text according to markdown-it-py, in our styles.

It walks the finished tree, without widths, gaps or streams. Both sides are converted to lines of
(text, style) at an unlimited width, without blank lines and without the rows and spans that only
we show (fences, definitions, addresses after links).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from markdown_it import MarkdownIt
from markdown_it.token import Token

from nemochat.screen.markdown.renderer import render
from nemochat.screen.text.spans import Row

Line = tuple[tuple[str, str], ...]

ENDLESS = 100_000
ORDER = ("strong", "emphasis", "strike")
READER = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
STYLES = {"em": "emphasis", "strong": "strong", "s": "strike"}


def ours(text: str) -> list[Line]:
    """Return our rendering as lines."""
    return list(filter(says, map(shown, render(text, ENDLESS, math=False))))


def theirs(text: str) -> list[Line]:
    """Return the oracle's rendering as lines."""
    lines = [joined([(margin, ""), *spans]) for margin, spans in Walk().blocks(READER.parse(text))]
    return list(filter(says, lines))


def says(line: Line) -> bool:
    """Return whether the line contains more than the bars of quotations."""
    return bool("".join([text for text, _ in line]).strip("│ "))


def shown(row: Row) -> Line:
    """Return a row of ours without what only we show."""
    kept: list[tuple[str, str]] = []
    for span in row.spans:
        if {"fence", "dim"} & set(span.style.split()):
            continue
        kept.append((span.text, block_style(span.style)))
    return joined(kept)


def block_style(style: str) -> str:
    """Return a style without colours of code and of margins, which are not structure."""
    if style.startswith("code."):
        return "block"
    return "" if style in {"quote", "bullet"} else style


def joined(spans: Sequence[tuple[str, str]]) -> Line:
    """Return the spans with equal neighbours joined and trailing blanks removed."""
    found: list[tuple[str, str]] = []
    for text, style in spans:
        if found and found[-1][1] == style:
            found[-1] = found[-1][0] + text, style
        elif text:
            found.append((text, style))
    while found and not found[-1][0].rstrip():
        found.pop()
    if found:
        found[-1] = found[-1][0].rstrip(), found[-1][1]
    return tuple(found)


class Walk:
    """Walk through the tokens of a document, with the margins of the lines."""

    def __init__(self) -> None:
        self._margins: list[list[str]] = []  # before the next line, and before the ones after it
        self._numbers: list[tuple[int | None, str]] = []
        self._style = ""

    def blocks(self, tokens: Sequence[Token]) -> Iterator[tuple[str, list[tuple[str, str]]]]:
        """Return margin and spans of each line."""
        for token in tokens:
            if token.nesting > 0:
                self._enter(token)
            elif token.nesting < 0:
                if token.type == "list_item_close" and self._margins[-1][0] != self._margins[-1][1]:
                    yield self._margin(), []  # nothing was in it
                self._leave(token)
            else:
                for spans in self._lines(token):
                    yield self._margin(), spans

    def _enter(self, token: Token) -> None:
        match token.type:
            case "blockquote_open":
                self._margins.append(["│ ", "│ "])
            case "bullet_list_open":
                self._numbers.append((None, ""))
            case "ordered_list_open":
                self._numbers.append((int(token.attrs.get("start", 1)), token.markup))
            case "list_item_open":
                number, mark = self._numbers[-1]
                label = "• " if number is None else f"{number}{mark} "
                self._numbers[-1] = (None if number is None else number + 1), mark
                self._margins.append([label, " " * len(label)])
            case "heading_open":
                self._style = "heading"

    def _leave(self, token: Token) -> None:
        match token.type:
            case "bullet_list_close" | "ordered_list_close":
                self._numbers.pop()
            case "blockquote_close" | "list_item_close":
                self._margins.pop()
            case "heading_close":
                self._style = ""

    def _lines(self, token: Token) -> list[list[tuple[str, str]]]:
        content = token.content.split("\n")
        match token.type:
            case "hr":
                return [[("─" * 40, "rule")]]
            case "code_block":
                return [[(f"    {line}", "block")] for line in content]
            case "fence":
                return [[], *[[(line, "block")] for line in content]]
            case "inline":
                return inline(token.children or [], self._style)
        return []

    def _margin(self) -> str:
        text = "".join([first for first, _ in self._margins])
        for margin in self._margins:
            margin[0] = margin[1]
        return text


def inline(tokens: Sequence[Token], ground: str) -> list[list[tuple[str, str]]]:
    """Spans of each line of a paragraph."""
    lines: list[list[tuple[str, str]]] = [[]]
    depth = dict.fromkeys(ORDER, 0)
    links = 0

    def add(text: str, style: str = "") -> None:
        names = [ground, *[name for name in ORDER if depth[name]], style, "link" if links else ""]
        lines[-1].append((text, " ".join(dict.fromkeys([name for name in names if name]))))

    for token in tokens:
        name = token.type.removesuffix("_open").removesuffix("_close")
        if name in STYLES:
            depth[STYLES[name]] += token.nesting
        elif name == "link":
            links += token.nesting
        elif token.type == "image":
            links += 1
            for text, style in inline(token.children or [], "")[0]:
                add(text, style)
            links -= 1
        elif token.type in {"softbreak", "hardbreak"}:
            lines.append([])
        else:
            add(token.content.replace("\t", " "), "code" if token.type == "code_inline" else "")
    return lines
