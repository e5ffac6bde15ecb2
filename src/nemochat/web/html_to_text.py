"""Conversion of HTML to Markdown text: headings, paragraphs, lists and code."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from nemochat.files import to_code_block

_SKIP_TAGS = {
    *("script", "style", "template", "svg", "noscript", "iframe", "select", "canvas", "math")
}
_HEADING_MARKS = {f"h{level}": "#" * level + " " for level in range(1, 7)}
_PARAGRAPH_TAGS = {
    *("address", "article", "aside", "blockquote", "body", "center", "details", "dialog", "div"),
    *("dl", "fieldset", "figcaption", "figure", "footer", "form", "header", "hr", "html", "main"),
    *("nav", "ol", "p", "pre", "section", "summary", "table", "ul", "head", "title"),
    *_HEADING_MARKS,
}
_LINE_TAGS = {"br", "dd", "dt", "li", "option", "tr"}
_MAIN_TAGS = {"main", "article"}
_SHORTEST_MAIN = 200  # characters of a main part that is shown instead of the whole page
_BLANKS = re.compile(r"[ \t\r\n\f\v\u00a0]+")


def html_to_text(html: str) -> str:
    """Return the title and the text of a page, or of its main part if that is marked."""
    extractor = _TextExtractor()
    extractor.feed(html)
    extractor.close()
    return extractor.text()


class _TextExtractor(HTMLParser):
    """Collector of blocks of text, which tolerates unbalanced tags."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._title = ""
        self._blocks: list[str] = []
        self._main: list[str] = []
        self._block = ""
        self._prefix = ""
        self._skip_tag = ""  # the open element whose text is skipped
        self._code: str | None = None  # the text of an open <pre>
        self._in_title = False
        self._main_depth = 0  # number of open main parts
        self._numbers: list[int | None] = []  # last numbers of open lists, None in a <ul>

    def text(self) -> str:
        """Return the text collected."""
        self._end_code()
        self._end_block()
        main = self._main if sum(map(len, self._main)) >= _SHORTEST_MAIN else self._blocks
        title = _BLANKS.sub(" ", self._title).strip()
        head = [f"# {title}"] if title and f"# {title}" not in main else []
        text = ""
        for block in [*head, *main]:
            last_line = text.rpartition("\n")[2]
            in_list = last_line.lstrip().startswith("- ") and block.lstrip().startswith("- ")
            text += ("\n" if in_list else "\n\n") * bool(text) + block
        return text

    def handle_starttag(self, tag: str, _attrs: object) -> None:
        """Begin a block if the element is one."""
        if self._skip_tag:
            return
        if tag in _SKIP_TAGS:
            self._skip_tag = tag
        elif tag == "title":
            self._in_title = not self._title
        elif self._code is not None:
            self._code += "\n" if tag == "br" else ""
        elif tag in _PARAGRAPH_TAGS or tag in _LINE_TAGS:
            self._end_block()
            self._start_block(tag)
        elif tag in {"td", "th"} and self._block.strip():
            self._block += " | "

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin an element without an end, which has no text to skip."""
        if tag not in _SKIP_TAGS:
            self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        """End a block if the element is one."""
        if self._skip_tag:
            self._skip_tag = "" if tag == self._skip_tag else self._skip_tag
        elif tag == "title":
            self._in_title = False
        elif tag == "pre":
            self._end_code()
        elif self._code is None and (tag in _PARAGRAPH_TAGS or tag in _LINE_TAGS):
            self._end_block()
            self._close_container(tag)

    def handle_data(self, data: str) -> None:
        """Collect text."""
        if self._skip_tag:
            return
        if self._in_title:
            self._title += data
        elif self._code is not None:
            self._code += data
        else:
            self._block += data

    def _start_block(self, tag: str) -> None:
        self._prefix = _HEADING_MARKS.get(tag, self._prefix if tag in {"p", "div"} else "")
        if tag in _MAIN_TAGS:
            self._main_depth += 1
        elif tag in {"ul", "ol"}:
            self._numbers.append(0 if tag == "ol" else None)
        elif tag == "pre":
            self._code = ""
        elif tag == "li":
            number = self._numbers[-1] if self._numbers else None
            if number is not None:
                self._numbers[-1] = number = number + 1
            margin = "  " * max(len(self._numbers) - 1, 0)
            self._prefix = f"{margin}- " if number is None else f"{margin}{number}. "

    def _close_container(self, tag: str) -> None:
        self._prefix = ""
        if tag in _MAIN_TAGS:
            self._main_depth = max(self._main_depth - 1, 0)
        elif tag in {"ul", "ol"} and self._numbers:
            self._numbers.pop()

    def _end_block(self) -> None:
        """Add the collected text as a block."""
        text, self._block = _BLANKS.sub(" ", self._block).strip(), ""
        if text:
            self._add_block(self._prefix + text)
            self._prefix = ""

    def _end_code(self) -> None:
        code, self._code = self._code, None
        if code and code.strip():
            self._add_block(to_code_block(code.strip("\r\n")))

    def _add_block(self, block: str) -> None:
        self._blocks.append(block)
        if self._main_depth:
            self._main.append(block)
