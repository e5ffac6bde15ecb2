"""What is a paragraph made of, and how does each piece look, given the pairs that enclose it?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from nemochat.screen.markdown.emphasis import Pair
from nemochat.screen.markdown.spans import Span


@dataclass(slots=True)
class Node:
    """A piece of a paragraph as it is shown.

    Attributes:
        start: Its position in the source.
        text: What is shown of it.
        style: Its own look.
        link: The address that it leads to.
        linked: Whether it is the text of a link.
    """

    start: int
    text: str
    style: str = ""
    link: str = ""
    linked: bool = False


@dataclass(slots=True)
class Bracket:
    """A `[` or `![` that may begin a link.

    Attributes:
        node: The index of the node that shows it.
        start: Its position in the source.
        image: Whether it is `![`.
        depth: The number of delimiters that wait before it.
        active: Whether a link may still begin here: none holds another one.
    """

    node: int
    start: int
    image: bool
    depth: int
    active: bool = True


def spans(nodes: Sequence[Node], pairs: Sequence[Pair], style: str, end: int) -> list[Span]:
    """The spans of the nodes that begin before `end`, on the ground of a style."""
    opening: dict[int, list[str]] = {}
    closing: dict[int, list[str]] = {}
    for pair in pairs:
        opening.setdefault(pair.opener, []).append(pair.style)
        closing.setdefault(pair.closer, []).append(pair.style)
    depth = {"strong": 0, "emphasis": 0, "strike": 0}
    ground = style
    found: list[Span] = []
    for index, node in enumerate(nodes):
        if node.start >= end:
            break
        if index in closing:
            for name in closing[index]:
                depth[name] -= 1
            ground = _ground(style, depth)
        if node.text:
            looks = ground
            if node.style or node.linked:
                looks = _joined([ground, node.style, "link" if node.linked else ""])
            _add(found, Span(node.text, looks, node.link))
        if index in opening:
            for name in opening[index]:
                depth[name] += 1
            ground = _ground(style, depth)
    return found


def _add(found: list[Span], span: Span) -> None:
    """Add a span, joined to the last one where they look alike: what follows is quicker."""
    last = found[-1] if found else None
    if last and last.style == span.style and last.link == span.link:
        span = Span(last.text + span.text, span.style, span.link)
        found.pop()
    found.append(span)


def _ground(style: str, depth: dict[str, int]) -> str:
    return _joined([style, *[name for name, count in depth.items() if count > 0]])


def _joined(names: list[str]) -> str:
    """Names of styles as one, each once."""
    return " ".join(dict.fromkeys([name for name in names if name]))
