"""Emphasis: CommonMark's delimiter algorithm within a bounded distance, and styled nodes.

An opener reaches `SPAN` characters; what is further back is settled.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from nemochat.screen.text.spans import Span

SPAN = 1_000  # characters within which a construct must be closed

# Letters and punctuation of Chinese, Japanese and Korean, as ranges of a regular expression.
CJK = (
    "\u1100-\u11ff\u2e80-\u303f\u3040-\u4dbf\u4e00-\u9fff\ua960-\ua97f\uac00-\ud7ff"
    "\uf900-\ufaff\ufe30-\ufe4f\uff00-\uffef\U0001b000-\U0001b16f\U00020000-\U0003ffff"
)

_CJK = re.compile(f"[{CJK}]")
_STYLES = {1: "emphasis", 2: "strong"}
_STRIKE = "~"
_DOUBLE = 2
_RULE_OF = 3  # runs that both open and close don't match if their sum is divisible by 3


@dataclass(slots=True)
class InlineNode:
    """Piece of a paragraph as it is shown.

    Attributes:
        start: Position in the source.
        text: Text shown.
        style: Its own style.
        link: Address that it links to.
        linked: Whether it is in the text of a link.
    """

    start: int
    text: str
    style: str = ""
    link: str = ""
    linked: bool = False


@dataclass(slots=True)
class Bracket:
    """`[` or `![`, which may begin a link.

    Attributes:
        node: Index of its node.
        start: Position in the source.
        image: Whether it is `![`.
        depth: Number of open delimiters before it.
        active: Whether a link may still begin here; a link contains no other link.
    """

    node: int
    start: int
    image: bool
    depth: int
    active: bool = True


@dataclass(slots=True)
class Delimiter:
    """Run of `*`, `_`, `~` or `~~`.

    Attributes:
        node: Index of the node that shows the rest of it.
        start: Position in the source.
        size: Length in the source.
        left: Number of characters that are not part of a pair.
    """

    character: str
    node: int
    start: int
    size: int
    left: int
    opens: bool
    closes: bool


@dataclass(frozen=True, slots=True)
class Pair:
    """Emphasis between two delimiters: their nodes, and their range in the source."""

    style: str
    opener: int
    closer: int
    start: int
    end: int


def flanking(character: str, before: str, after: str) -> tuple[bool, bool]:
    """Return whether a run between two characters can open and can close ("" is an edge).

    CommonMark expects spaces between words. Outside of a run, a CJK character replaces one.
    """
    blank_before = not before or before.isspace()
    blank_after = not after or after.isspace()
    point_before = not (blank_before or before.isalnum()) and _is_punctuation(before)
    point_after = not (blank_after or after.isalnum()) and _is_punctuation(after)
    parts_before = point_before or _CJK.match(before) is not None
    parts_after = point_after or _CJK.match(after) is not None
    left = not blank_after and (not point_after or blank_before or parts_before)
    right = not blank_before and (not point_before or blank_after or parts_after)
    if character == "_":
        return left and (not right or parts_before), right and (not left or parts_after)
    if character == "~":  # a single one; `3~5` and `~/a` are not struck through
        home = after == "/"
        return left and not (home or before.isalnum()), right and not (home or after.isalnum())
    return left, right


def match_delimiters(delimiters: list[Delimiter], bottom: int) -> list[Pair]:
    """Pair the delimiters above `bottom`; paired and enclosed ones leave the list."""
    pairs: list[Pair] = []
    floors: dict[tuple[str, bool, int], int] = {}  # no opener is before this position
    at = bottom
    while at < len(delimiters):
        closer = delimiters[at]
        if not closer.closes:
            at += 1
            continue
        key = closer.character, closer.opens, closer.size % _RULE_OF
        index = _opener(delimiters, at, bottom, floors.get(key, -1))
        if index < 0:
            floors[key] = closer.start
            at += 1
            continue
        opener = delimiters[index]
        use = _DOUBLE if min(opener.left, closer.left) >= _DOUBLE else 1
        style = "strike" if opener.character == _STRIKE else _STYLES[use]
        end = closer.start + closer.size
        pairs.append(Pair(style, opener.node, closer.node, opener.start, end))
        opener.left -= use
        closer.left -= use
        del delimiters[index + (opener.left > 0) : at + (closer.left == 0)]
        at = index + (opener.left > 0)
    return pairs


def _opener(delimiters: list[Delimiter], at: int, bottom: int, floor: int) -> int:
    """Return the index of the nearest delimiter that the one at `at` closes, or -1."""
    closer = delimiters[at]
    oldest = max(floor, closer.start - SPAN)
    for index in range(at - 1, bottom - 1, -1):
        opener = delimiters[index]
        if opener.start < oldest:
            break
        if not opener.opens or opener.character != closer.character:
            continue
        if closer.character == _STRIKE:
            if opener.size == closer.size:
                return index
        elif not _breaks_rule_of_three(opener, closer):
            return index
    return -1


def _breaks_rule_of_three(opener: Delimiter, closer: Delimiter) -> bool:
    if not (opener.closes or closer.opens):
        return False
    whole = opener.size % _RULE_OF == 0 and closer.size % _RULE_OF == 0
    return (opener.size + closer.size) % _RULE_OF == 0 and not whole


def _is_punctuation(character: str) -> bool:
    return unicodedata.category(character)[0] in "PS"


def render_nodes(
    nodes: Sequence[InlineNode], pairs: Sequence[Pair], style: str, end: int
) -> list[Span]:
    """Return the spans of the nodes before `end`, with a base style."""
    spans: list[Span] = []
    grounds = _grounds(pairs, style)
    ground = style
    for index, node in enumerate(nodes):
        if node.start >= end:
            break
        ground = grounds.get(index, ground)
        if node.text:
            look = _join_styles(ground, node.style, "link" if node.linked else "")
            spans.append(Span(node.text, look, node.link))
    return spans


def _grounds(pairs: Sequence[Pair], style: str) -> dict[int, str]:
    """Return the base styles between delimiters, by the index of the first node of each."""
    changes: dict[int, list[tuple[str, int]]] = {}
    for pair in pairs:
        changes.setdefault(pair.opener + 1, []).append((pair.style, 1))
        changes.setdefault(pair.closer, []).append((pair.style, -1))
    depth = dict.fromkeys(("strong", "emphasis", "strike"), 0)
    grounds: dict[int, str] = {}
    for index in sorted(changes):
        if index >= 0:  # otherwise it is closed by assumption
            for name, more in changes[index]:
                depth[name] += more
            grounds[index] = _join_styles(
                style, *[name for name, count in depth.items() if count > 0]
            )
    return grounds


@cache
def _join_styles(*names: str) -> str:
    """Return names of styles as one string, each once."""
    return " ".join(dict.fromkeys([name for name in names if name]))
