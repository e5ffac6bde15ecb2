"""A page of the documentation, split into sections that each answer one question."""

from __future__ import annotations

import re
from dataclasses import dataclass

_COMMENT = re.compile(r"<!--.*?-->\n?", re.DOTALL)
_FENCE = "```"
# A line that is no continuation of the one before it, and one that none continues.
_BEGINS_ANEW = re.compile(r"[-*+] |\d+[.)] |[#>|]|```|<!--")
_STANDS_ALONE = re.compile(r"[#|]|<!--")


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
    """Markdown with each paragraph on one line.

    The pages are wrapped for editors; what shows them keeps a newline where it stands.
    """
    lines: list[str] = []
    fenced = joins = False
    for line in source.splitlines():
        text = line.strip()
        fence = text.startswith(_FENCE)
        if joins and not fenced and text and not _BEGINS_ANEW.match(text):
            lines[-1] += " " + text
        else:
            lines.append(line)
        fenced ^= fence
        joins = bool(text) and not fenced and not fence and not _STANDS_ALONE.match(text)
    return "\n".join(lines) + "\n"
