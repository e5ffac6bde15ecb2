"""Nodes of a paragraph, and their spans once emphasis is matched."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from nemochat.screen.markdown.emphasis import Pair
from nemochat.screen.text.spans import Span


@dataclass(slots=True)
class InlineNode:
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


def render_nodes(
    nodes: Sequence[InlineNode], pairs: Sequence[Pair], style: str, end: int
) -> list[Span]:
    """The spans of the nodes that begin before `end`, on the ground of a style."""
    spans: list[Span] = []
    texts: list[str] = []  # of nodes that look alike: one span, so that what follows is quicker
    look, link = style, ""
    grounds = _grounds(pairs, style) if pairs else {}
    ground = style
    for index, node in enumerate(nodes):
        if node.start >= end:
            break
        ground = grounds.get(index, ground)
        if node.text:
            own = ground
            if node.style or node.linked:
                own = _join_styles(ground, node.style, "link" if node.linked else "")
            if texts and (own != look or node.link != link):
                spans.append(Span("".join(texts), look, link))
                texts = []
            look, link = own, node.link
            texts.append(node.text)
    if texts:
        spans.append(Span("".join(texts), look, link))
    return spans


def _grounds(pairs: Sequence[Pair], style: str) -> dict[int, str]:
    """The grounds of the nodes between delimiters, by the index of the first node of each."""
    changes: dict[int, list[tuple[str, int]]] = {}
    for pair in pairs:
        changes.setdefault(pair.opener + 1, []).append((pair.style, 1))
        changes.setdefault(pair.closer, []).append((pair.style, -1))
    depth = dict.fromkeys(("strong", "emphasis", "strike"), 0)
    grounds: dict[int, str] = {}
    for index in sorted(changes):
        if index >= 0:  # else it is the end of what is hopefully closed
            for name, more in changes[index]:
                depth[name] += more
            grounds[index] = _join_styles(
                style, *[name for name, count in depth.items() if count > 0]
            )
    return grounds


@cache
def _join_styles(*names: str) -> str:
    """Names of styles as one, each once."""
    return " ".join(dict.fromkeys([name for name in names if name]))
