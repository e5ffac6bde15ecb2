"""HTML as the text that a person would read: headings, paragraphs, lists and code, as Markdown."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from nemochat.files import fenced

_UNSEEN = {"script", "style", "template", "svg", "noscript", "iframe", "select", "canvas", "math"}
_HEADINGS = {f"h{level}": "#" * level + " " for level in range(1, 7)}
_PARAGRAPHS = {
    *("address", "article", "aside", "blockquote", "body", "center", "details", "dialog", "div"),
    *("dl", "fieldset", "figcaption", "figure", "footer", "form", "header", "hr", "html", "main"),
    *("nav", "ol", "p", "pre", "section", "summary", "table", "ul", "head", "title", *_HEADINGS),
}
_LINES = {"br", "dd", "dt", "li", "option", "tr"}
_MAIN = {"main", "article"}
_LEAST_MAIN = 200  # characters of an article that may stand for its page
_BLANKS = re.compile(r"[ \t\r\n\f\v\u00a0]+")


def readable(html: str) -> str:
    """The text of a page under its title; where a page marks its main part, of that alone."""
    page = _Page()
    page.feed(html)
    page.close()
    return page.text()


class _Page(HTMLParser):
    """Collects blocks of text; tags that were never opened or closed do no harm."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._title = ""
        self._blocks: list[str] = []
        self._main: list[str] = []
        self._block = ""
        self._prefix = ""
        self._unseen = ""  # the element whose text is left out, until its end
        self._code: str | None = None  # the text of a <pre>
        self._in_title = False
        self._within = 0  # main parts that are open
        self._numbers: list[int | None] = []  # of the lists that are open: None without numbers

    def text(self) -> str:
        """All that was collected."""
        self._end_code()
        self._end()
        main = self._main if sum(map(len, self._main)) >= _LEAST_MAIN else self._blocks
        title = _BLANKS.sub(" ", self._title).strip()
        head = [f"# {title}"] if title and f"# {title}" not in main else []
        text = ""
        for block in [*head, *main]:
            near = text.rpartition("\n")[2].lstrip().startswith("- ") and block.lstrip()[:2] == "- "
            text += ("\n" if near else "\n\n") * bool(text) + block
        return text

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 - the parser's
        """Begin a block where the element is one."""
        if self._unseen:
            return
        if tag in _UNSEEN:
            self._unseen = tag
        elif tag == "title":
            self._in_title = not self._title
        elif self._code is not None:
            self._code += "\n" if tag == "br" else ""
        elif tag in _PARAGRAPHS or tag in _LINES:
            self._end()
            self._open(tag)
        elif tag in {"td", "th"} and self._block.strip():
            self._block += " | "

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element without an end has no text to be left out."""
        if tag not in _UNSEEN:
            self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        """End a block where the element is one."""
        if self._unseen:
            self._unseen = "" if tag == self._unseen else self._unseen
        elif tag == "title":
            self._in_title = False
        elif tag == "pre":
            self._end_code()
        elif self._code is None and (tag in _PARAGRAPHS or tag in _LINES):
            self._end()
            self._close(tag)

    def handle_data(self, data: str) -> None:
        """Collect text."""
        if self._unseen:
            return
        if self._in_title:
            self._title += data
        elif self._code is not None:
            self._code += data
        else:
            self._block += data

    def _open(self, tag: str) -> None:
        self._prefix = _HEADINGS.get(tag, self._prefix if tag in {"p", "div"} else "")
        if tag in _MAIN:
            self._within += 1
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

    def _close(self, tag: str) -> None:
        self._prefix = ""
        if tag in _MAIN:
            self._within = max(self._within - 1, 0)
        elif tag in {"ul", "ol"} and self._numbers:
            self._numbers.pop()

    def _end(self) -> None:
        """Let what was collected be a block."""
        text, self._block = _BLANKS.sub(" ", self._block).strip(), ""
        if text:
            self._put(self._prefix + text)
            self._prefix = ""

    def _end_code(self) -> None:
        code, self._code = self._code, None
        if code and code.strip():
            self._put(fenced(code.strip("\r\n")))

    def _put(self, block: str) -> None:
        self._blocks.append(block)
        if self._within:
            self._main.append(block)
