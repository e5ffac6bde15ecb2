"""Emphasis: CommonMark's delimiter algorithm with a bounded reach.

An opener reaches `SPAN` characters: anything further back is settled.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

SPAN = 1_000  # source characters within which what opens must be closed

_STYLES = {1: "emphasis", 2: "strong"}
_STRIKE = "~"
_DOUBLE = 2
_RULE_OF = 3  # of runs that both open and close, sums divisible by three do not match


@dataclass(slots=True)
class Delimiter:
    """A run of `*`, `_` or `~~`: where it stands and how much of it is left.

    Attributes:
        node: The index of the node that shows what is left.
        start: Its position in the source.
        size: Its length in the source.
        left: Characters that are not part of a pair yet.
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
    """Emphasis from one delimiter to another: their nodes, and their extent in the source."""

    style: str
    opener: int
    closer: int
    start: int
    end: int


def flanking(character: str, before: str, after: str) -> tuple[bool, bool]:
    """Whether a run of the character between these two may open and may close ("" is an edge)."""
    blank_before = not before or before.isspace()
    blank_after = not after or after.isspace()
    point_before = not (blank_before or before.isalnum()) and _is_punctuation(before)
    point_after = not (blank_after or after.isalnum()) and _is_punctuation(after)
    left = not blank_after and (not point_after or blank_before or point_before)
    right = not blank_before and (not point_before or blank_after or point_after)
    if character == "_":
        return left and (not right or point_before), right and (not left or point_after)
    return left, right


def match_delimiters(delimiters: list[Delimiter], bottom: int) -> list[Pair]:
    """Match what can be matched above `bottom`: what is matched or enclosed leaves the list."""
    pairs: list[Pair] = []
    floors: dict[tuple[str, bool, int], int] = {}  # nothing before this position can be the opener
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
    """The index of the nearest delimiter that the one at `at` closes, or -1."""
    closer = delimiters[at]
    oldest = max(floor, closer.start - SPAN)
    for index in range(at - 1, bottom - 1, -1):
        opener = delimiters[index]
        if opener.start < oldest:
            break
        if not opener.opens or opener.character != closer.character:
            continue
        if closer.character == _STRIKE or not _breaks_rule_of_three(opener, closer):
            return index
    return -1


def _breaks_rule_of_three(opener: Delimiter, closer: Delimiter) -> bool:
    if not (opener.closes or closer.opens):
        return False
    whole = opener.size % _RULE_OF == 0 and closer.size % _RULE_OF == 0
    return (opener.size + closer.size) % _RULE_OF == 0 and not whole


def _is_punctuation(character: str) -> bool:
    return unicodedata.category(character)[0] in "PS"
