"""Pages of the documentation, split into sections that each answer one question."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from nemochat.errors import NemochatError

# Pages in reading order. Pages that are not listed follow in a last group.
_GROUPS = {
    "First steps": "start guide chat keys commands",
    "Questions": "ask files system-prompts parameters profiles custom-commands answers",
    "Conversations": "conversations branches export import",
    "Endpoints": "endpoints tokens costs privacy security network",
    "Configuration": "configuration looks accessibility shells",
    "Scripts": "json exit-codes",
    "When something is wrong": "troubleshooting doctor",
}
_LAST_GROUP = "About nemochat"

_COMMENT = re.compile(r"<!--.*?-->\n?", re.DOTALL)
_FENCE = "```"
# Lines that do not continue the paragraph before them, and lines that no text continues.
_BLOCK_START = re.compile(r"[-*+] |\d+[.)] |[#>|]|```|<!--")
_SINGLE_LINE = re.compile(r"[#|]|<!--")


@dataclass(frozen=True, slots=True)
class Section:
    """A heading of level two and the Markdown below it."""

    title: str
    text: str

    @property
    def markdown(self) -> str:
        """The section with its heading."""
        return f"## {self.title}\n\n{self.text}"


@dataclass(frozen=True, slots=True)
class Page:
    """A page about one topic.

    Attributes:
        name: The topic, as in `/help TOPIC`.
        title: The heading of level one.
        opening: The Markdown before the first section.
        sections: The sections in order.
    """

    name: str
    title: str
    opening: str
    sections: tuple[Section, ...]

    @property
    def text(self) -> str:
        """The page as Markdown, without comments."""
        parts = [f"# {self.title}", self.opening, *(s.markdown for s in self.sections)]
        return "\n\n".join(part for part in parts if part) + "\n"


@cache
def pages() -> tuple[Page, ...]:
    """Return all pages in reading order.

    Raises:
        NemochatError: they are not installed or cannot be read.
    """
    try:
        unsorted = [parse(path.stem, path.read_text("utf-8")) for path in _folder().glob("*.md")]
    except (OSError, UnicodeDecodeError) as error:
        raise NemochatError("the documentation cannot be read") from error
    order = " ".join(_GROUPS.values()).split()
    rank = {name: number for number, name in enumerate(order)}
    return tuple(sorted(unsorted, key=lambda page: (rank.get(page.name, len(order)), page.name)))


def groups() -> dict[str, list[str]]:
    """Return the names of all pages by the title of their group."""
    titles = {name: title for title, names in _GROUPS.items() for name in names.split()}
    groups: dict[str, list[str]] = {}
    for page in pages():
        groups.setdefault(titles.get(page.name, _LAST_GROUP), []).append(page.name)
    return groups


def topics() -> dict[str, str]:
    """Return the title of each page by its name, in reading order."""
    return {page.name: page.title for page in pages()}


def topic(name: str) -> str:
    """Return the Markdown of the page `name`; raise KeyError if there is none."""
    return {page.name: page.text for page in pages()}[name]


def _folder() -> Path:
    """Return the folder of the pages: in an installed package, or `docs` in a checkout."""
    here = Path(__file__).resolve()
    for folder in (here.parents[1] / "pages", here.parents[3] / "docs"):
        if (folder / "start.md").is_file():
            return folder
    raise NemochatError("the documentation is not installed", "Reinstall nemochat")


def parse(name: str, source: str) -> Page:
    """Split a page at its headings; remove comments."""
    title = name
    parts: list[tuple[str, list[str]]] = [("", [])]
    fenced = False
    for line in unwrap(_COMMENT.sub("", source)).splitlines():
        if line.lstrip().startswith(_FENCE):
            fenced = not fenced
        if not fenced and line.startswith("# "):
            title = line[2:].strip()
        elif not fenced and line.startswith("## "):
            parts.append((line[3:].strip(), []))
        else:
            parts[-1][1].append(line)
    (_, opening), *rest = ((heading, "\n".join(lines).strip()) for heading, lines in parts)
    return Page(name, title, opening, tuple(Section(heading, text) for heading, text in rest))


def unwrap(source: str) -> str:
    """Join the lines of each paragraph, because the chat shows line breaks as they are."""
    lines: list[str] = []
    fenced = joins = False
    for line in source.splitlines():
        text = line.strip()
        fence = text.startswith(_FENCE)
        if joins and not fenced and text and not _BLOCK_START.match(text):
            lines[-1] += " " + text
        else:
            lines.append(line)
        fenced ^= fence
        joins = bool(text) and not fenced and not fence and not _SINGLE_LINE.match(text)
    return "\n".join(lines) + "\n"
