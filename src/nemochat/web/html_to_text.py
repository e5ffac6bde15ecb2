"""Conversion of HTML to Markdown text: headings, paragraphs, lists and code.

Its own tokenizer takes linear time for any page; that of `html.parser` takes quadratic time for
broken ones, and some of them make it fail.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape

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
_DEEPEST_LIST = 8  # levels that are indented
_BLANKS = re.compile(r"[ \t\r\n\f\v\u00a0]+")
# A comment, a tag, or another declaration; each may lack its end, which is then that of the page.
_MARKUP = re.compile(
    r"""(?s)<(?:!--(?:-?>|.*?(?:--!?>|\Z))"""
    r"""|(?P<end>/?)(?P<tag>[a-zA-Z][^\s/>]*+)"""
    r"""(?:[^>=]++|=\s*+(?:"[^"]*+(?:"|\Z)|'[^']*+(?:'|\Z))?+)*+(?:>|\Z)"""
    r"""|[!?/][^>]*+(?:>|\Z))"""
)
_RAW = {  # elements without tags inside, and the end of each
    tag: re.compile(rf"(?i)</{tag}(?=[\s/>])|\Z")
    for tag in ("script", "style", "iframe", "noscript", "title")
}
_LONG_NUMBER = re.compile(r"&#(?=\d{8})\d++;?")  # int() would refuse the longest ones


def html_to_text(html: str) -> str:
    """Return the title and the text of a page, or of its main part if that is marked."""
    extractor = _TextExtractor()
    for tag, is_end, text in _split(html):
        extractor.add_text(unescape(_LONG_NUMBER.sub("\ufffd", text)))
        if is_end:
            extractor.end(tag)
        elif tag:
            extractor.start(tag)
    return extractor.text()


def _split(html: str) -> Iterator[tuple[str, bool, str]]:
    """Yield each tag in lower case, whether it is an end tag, and the text before it."""
    at = 0
    while match := _MARKUP.search(html, at):
        tag = (match["tag"] or "").lower()
        if tag in _SKIP_TAGS and match[0].endswith("/>"):
            tag = ""  # it has no content
        yield tag, bool(match["end"]), html[at : match.start()]
        at = match.end()
        if tag in _RAW and not match["end"] and (end := _RAW[tag].search(html, at)):
            yield "", False, html[at : end.start()]
            at = end.start()
    yield "", False, html[at:]


class _TextExtractor:
    """Collector of blocks of text, which tolerates unbalanced tags."""

    def __init__(self) -> None:
        self._title: list[str] = []
        self._blocks: list[str] = []
        self._main: list[str] = []
        self._block: list[str] = []
        self._prefix = ""
        self._skip_tag = ""  # the open element whose text is skipped
        self._code: list[str] | None = None  # the text of an open <pre>
        self._in_title = False
        self._main_depth = 0  # number of open main parts
        self._numbers: list[int | None] = []  # last numbers of open lists, None in a <ul>

    def text(self) -> str:
        """Return the text collected."""
        self._end_code()
        self._end_block()
        main = self._main if sum(map(len, self._main)) >= _SHORTEST_MAIN else self._blocks
        title = _BLANKS.sub(" ", "".join(self._title)).strip()
        head = [f"# {title}"] if title and f"# {title}" not in main else []
        parts: list[str] = []
        in_list = False
        for block in [*head, *main]:
            is_item = block.lstrip().startswith("- ")
            parts += [("\n" if in_list and is_item else "\n\n") if parts else "", block]
            in_list = is_item
        return "".join(parts)

    def start(self, tag: str) -> None:
        """Begin a block if the element is one."""
        if self._skip_tag:
            return
        if tag in _SKIP_TAGS:
            self._skip_tag = tag
        elif tag == "title":
            self._in_title = not self._title
        elif self._code is not None:
            self._code.append("\n" if tag == "br" else "")
        elif tag in _PARAGRAPH_TAGS or tag in _LINE_TAGS:
            self._end_block()
            self._start_block(tag)
        elif tag in {"td", "th"} and self._block:
            self._block.append(" | ")

    def end(self, tag: str) -> None:
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

    def add_text(self, text: str) -> None:
        """Collect text."""
        if self._skip_tag or not text:
            return
        if self._in_title:
            self._title.append(text)
        elif self._code is not None:
            self._code.append(text)
        elif self._block or not text.isspace():
            self._block.append(text)

    def _start_block(self, tag: str) -> None:
        self._prefix = _HEADING_MARKS.get(tag, self._prefix if tag in {"p", "div"} else "")
        if tag in _MAIN_TAGS:
            self._main_depth += 1
        elif tag in {"ul", "ol"}:
            self._numbers.append(0 if tag == "ol" else None)
        elif tag == "pre":
            self._code = []
        elif tag == "li":
            number = self._numbers[-1] if self._numbers else None
            if number is not None:
                self._numbers[-1] = number = number + 1
            margin = "  " * max(min(len(self._numbers), _DEEPEST_LIST) - 1, 0)
            self._prefix = f"{margin}- " if number is None else f"{margin}{number}. "

    def _close_container(self, tag: str) -> None:
        self._prefix = ""
        if tag in _MAIN_TAGS:
            self._main_depth = max(self._main_depth - 1, 0)
        elif tag in {"ul", "ol"} and self._numbers:
            self._numbers.pop()

    def _end_block(self) -> None:
        """Add the collected text as a block."""
        text, self._block = _BLANKS.sub(" ", "".join(self._block)).strip(), []
        if text:
            self._add_block(self._prefix + text)
            self._prefix = ""

    def _end_code(self) -> None:
        code, self._code = "".join(self._code or ()), None
        if code.strip():
            self._add_block(to_code_block(code.strip("\r\n")))

    def _add_block(self, block: str) -> None:
        self._blocks.append(block)
        if self._main_depth:
            self._main.append(block)
