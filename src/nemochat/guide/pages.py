"""A page of the documentation taken apart: a title, and sections that each answer one question."""

from __future__ import annotations

import re
from dataclasses import dataclass

_COMMENT = re.compile(r"<!--.*?-->\n?", re.DOTALL)
_FENCE = ("```", "~~~")


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and the Markdown under it."""

    title: str
    text: str

    @property
    def markdown(self) -> str:
        """The section as it stands on its page."""
        return f"## {self.title}\n\n{self.text}"


@dataclass(frozen=True, slots=True)
class Page:
    """A page on one topic.

    Attributes:
        name: The topic: what `/help` takes.
        title: Its first line.
        opening: What stands before its first section.
        sections: The rest.
    """

    name: str
    title: str
    opening: str
    sections: tuple[Section, ...]

    @property
    def text(self) -> str:
        """The whole page as Markdown, without comments."""
        parts = [f"# {self.title}", self.opening, *(s.markdown for s in self.sections)]
        return "\n\n".join(part for part in parts if part) + "\n"


def parse(name: str, source: str) -> Page:
    """Take a page apart; a `#` within a code block is no heading, and comments are left out."""
    title = name
    parts: list[tuple[str, list[str]]] = [("", [])]
    fenced = False
    for line in _COMMENT.sub("", source).splitlines():
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
