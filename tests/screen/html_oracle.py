"""Lines that the screen should show for the HTML of an example of the GFM specification.

It knows the HTML of the extensions: paragraphs, quotations, lists, task boxes, tables and inline
markup. Widths are unlimited. The style of a link is followed by its address.
"""

from __future__ import annotations

from html.parser import HTMLParser

from nemochat.screen.markdown.renderer import render

from .oracle import ENDLESS, Line, joined, says

Spans = list[tuple[str, str]]

STYLES = {"strong": "strong", "em": "emphasis", "del": "strike", "code": "code", "th": "strong"}
BLOCKS = ("p", "li", "blockquote", "ul")
BAR, CROSSING, RULE = " │ ", "─┼─", "table.rule"


def shown(markdown: str) -> list[Line]:
    """Return the lines that the screen shows."""
    lines = []
    for row in render(markdown, ENDLESS, math=False):
        styles = ["" if span.style in {"quote", "bullet"} else span.style for span in row.spans]
        spans = zip(row.spans, styles, strict=True)
        lines.append(joined([(span.text, f"{style} {span.link}".strip()) for span, style in spans]))
    return list(filter(says, lines))


def expected(html: str) -> list[Line]:
    """Return the lines that the HTML describes."""
    page = Page()
    page.feed(html)
    page.close()
    return list(filter(says, page.lines))


class Page(HTMLParser):
    """Parser that collects the lines of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[Line] = []
        self._spans: Spans = []  # of the line or the cell that is read
        self._styles: list[str] = []
        self._margins: list[list[str]] = []  # before the next line, and before those after it
        self._rows: list[list[Spans]] = []
        self._aligned: list[str] = []  # the columns of the table: left, center or right

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a block, a cell or a style."""
        values = dict(attrs)
        if tag in BLOCKS:
            self._end_line()
        match tag:
            case "blockquote":
                self._margins.append(["│ ", "│ "])
            case "li":
                self._margins.append(["• ", "  "])
            case "input":
                self._spans.append(("[x]" if "checked" in values else "[ ]", ""))
            case "table":
                self._rows, self._aligned = [], []
            case "tr":
                self._rows.append([])
            case "th":
                self._aligned.append(values.get("align") or "left")
        if tag in STYLES:
            self._styles.append(STYLES[tag])
        elif tag == "a":
            self._styles.append(f"link {values['href']}")

    def handle_endtag(self, tag: str) -> None:
        """End what began with the tag."""
        if tag in STYLES or tag == "a":
            self._styles.pop()
        if tag in BLOCKS:
            self._end_line()
        match tag:
            case "blockquote" | "li":
                self._margins.pop()
            case "th" | "td":
                self._rows[-1].append(self._spans)
                self._spans = []
            case "table":
                self._end_table()

    def handle_data(self, data: str) -> None:
        """Add text; a newline in a paragraph ends a line, one between tags is ignored."""
        first, *others = data.split("\n") if data.strip() else [""]
        self._spans.append((first, " ".join(self._styles)))
        for text in others:
            self._end_line()
            self._spans.append((text, " ".join(self._styles)))

    def _end_line(self) -> None:
        line = joined(self._spans)
        self._spans = []
        if line:
            self._add(list(line))

    def _end_table(self) -> None:
        widths = [max(map(width, column)) for column in zip(*self._rows, strict=True)]
        for row in self._rows:
            cells = [
                padded(cell, size, side)
                for cell, size, side in zip(row, widths, self._aligned, strict=True)
            ]
            self._add([span for cell in cells for span in ((BAR, RULE), *cell)][1:])
            if row is self._rows[0]:
                self._add([(CROSSING.join("─" * size for size in widths), RULE)])

    def _add(self, spans: Spans) -> None:
        margin = "".join(first for first, _ in self._margins)
        for each in self._margins:
            each[0] = each[1]
        self.lines.append(joined([(margin, ""), *spans]))


def width(cell: Spans) -> int:
    return sum(len(text) for text, _ in cell)


def padded(cell: Spans, size: int, side: str) -> Spans:
    """Return the cell padded for its alignment."""
    space = size - width(cell)
    before = {"left": 0, "center": space // 2, "right": space}[side]
    return [(" " * before, ""), *cell, (" " * (space - before), "")]
