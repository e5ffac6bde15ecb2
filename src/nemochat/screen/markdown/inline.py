"""Inline parser: emphasis, code, math and links, and how much of them is settled.

The source is scanned from a position before which nothing is open. While more may follow, parsing
stops where a construct is undecided. Everything before the first construct that may still be
closed is settled: parsing the complete paragraph gives the same result.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import Enum
from typing import NamedTuple

from nemochat.screen.markdown.emphasis import (
    SPAN,
    Bracket,
    Delimiter,
    InlineNode,
    Pair,
    flanking,
    match_delimiters,
    render_nodes,
)
from nemochat.screen.markdown.links import (
    UNFINISHED,
    encode_address,
    normalize_label,
    parse_destination,
)
from nemochat.screen.markdown.literals import read_literal, read_plain, read_unfinished
from nemochat.screen.text.spans import Span

_SPECIAL = re.compile(r"[\\`*_\[\]<&$~]|!\[|(?<![A-Za-z0-9])https?://")
_MAY_BE_SPECIAL = re.compile(r"(?:!|(?<![A-Za-z0-9])h(?:t(?:t(?:ps?:?/?)?)?)?)\Z")
_RUNS = {mark: re.compile(rf"\{mark}{{1,{SPAN}}}") for mark in "*_~["}
_REFERENCE = re.compile(r"\[((?:[^\[\]\\]|\\.){0,999})(\]?)")
_DEEPEST = 32  # open brackets or delimiters
_STRIKE = 2  # tildes


class Outlook(Enum):
    """Knowledge about the text after the source."""

    OPEN = "more may follow: return what is settled"
    ENDED = "nothing follows"
    HOPEFUL = "more will follow: show open constructs as if they were closed"


@dataclass(frozen=True, slots=True)
class RenderOptions:
    """Options of a layout.

    Attributes:
        definitions: Addresses of reference links by normalized label; definitions are added.
        math: Whether to show formulas in Unicode where that is exact.
        numbered: Whether to number fenced blocks.
        coloured: Whether to highlight code.
    """

    definitions: dict[str, str] = field(default_factory=dict)
    math: bool = True
    numbered: bool = False
    coloured: bool = True


class InlineSpans(NamedTuple):
    """Spans of the source up to `settled`."""

    spans: list[Span]
    settled: int


def parse(
    text: str, before: str, style: str, setting: RenderOptions, outlook: Outlook
) -> InlineSpans:
    """Parse the source, after the character `before`, with a base style."""
    if outlook is not Outlook.OPEN and not _SPECIAL.search(text):
        return InlineSpans([Span(text, style)], len(text))
    scan = _Scanner(before + text, setting, outlook)
    end = scan.run(len(before))
    return InlineSpans(render_nodes(scan.nodes, scan.pairs, style, end), end - len(before))


class _Scanner:
    def __init__(self, text: str, setting: RenderOptions, outlook: Outlook) -> None:
        self._text = text
        self._setting = setting
        self._outlook = outlook
        self._more = outlook is Outlook.OPEN
        self.nodes: list[InlineNode] = []
        self._delimiters: list[Delimiter] = []
        self._brackets: list[Bracket] = []
        self._deferred = False  # whether delimiters wait for a bracket to close
        self.pairs: list[Pair] = []
        self._links: list[tuple[int, int]] = []

    def run(self, at: int) -> int:
        """Scan from here; return the position up to which everything is settled."""
        text = self._text
        end = len(text)
        if self._more and (match := _MAY_BE_SPECIAL.search(text, at)):
            end = match.start()
        search = _SPECIAL.search
        while at < end:
            match = search(text, at)
            special = match.start() if match else end
            if special > at:
                self.nodes.append(InlineNode(at, text[at : min(special, end)]))
            at = min(special, end)
            if at == end:
                break
            after = self._read_construct(at)
            if after == UNFINISHED:
                break
            at = after
        self._match(0)
        if self._outlook is Outlook.HOPEFUL:
            self._close_open()
        return self._find_settled_end(at) if self._more else len(text)

    def _read_construct(self, at: int) -> int:
        """Read the construct at this special character; return its end."""
        character = self._text[at]
        if character in "*_~":
            return self._delimiter(at, character)
        if character in "[!":
            return self._open(at, character)
        if character == "]":
            return self._close(at)
        literal = read_literal(self._text, at, more=self._more, math=self._setting.math)
        if literal == UNFINISHED:
            if self._more:
                return UNFINISHED
            if self._outlook is Outlook.HOPEFUL:
                literal = read_unfinished(self._text, at, math=self._setting.math)
        if literal is None or isinstance(literal, int):
            literal = read_plain(self._text, at)
        self.nodes.append(InlineNode(at, literal.text, literal.style, literal.link))
        return literal.end

    def _delimiter(self, at: int, character: str) -> int:
        run = _RUNS[character].match(self._text, at)
        assert run
        end = run.end()
        if end == len(self._text) and self._outlook is not Outlook.ENDED:
            return UNFINISHED if self._more else end  # probably the other half: not shown yet
        size = end - at
        if character != "~" or size <= _STRIKE:
            before, after = self._text[at - 1 : at], self._text[end : end + 1]
            opens, closes = flanking(run[0] if character == "~" else character, before, after)
            if opens or closes:
                delimiter = Delimiter(character, len(self.nodes), at, size, size, opens, closes)
                self._delimiters.append(delimiter)
                self.nodes.append(InlineNode(at, run[0]))
                self._match_early(at)
                return end
        self.nodes.append(InlineNode(at, run[0]))
        return end

    def _match_early(self, at: int) -> None:
        """Match at once where no link can intervene; drop the oldest of many openers."""
        if self._brackets and any(b.active and at - b.start <= SPAN for b in self._brackets):
            self._deferred = True
            return
        if self._deferred or self._delimiters[-1].closes:
            self._deferred = False
            self._match(0)
            self._delimiters = [d for d in self._delimiters if d.opens]
        del self._delimiters[:-_DEEPEST]

    def _open(self, at: int, character: str) -> int:
        depth = len(self._delimiters)
        if character == "!":
            self._brackets.append(Bracket(len(self.nodes), at, image=True, depth=depth))
            self.nodes.append(InlineNode(at, "!["))
            del self._brackets[:-_DEEPEST]
            return at + 2
        run = _RUNS["["].match(self._text, at)
        assert run
        end = run.end()
        closed = self._more or self._text.rfind("]") >= end  # otherwise the last one represents all
        first = max(at, end - _DEEPEST) if closed else end - 1
        if first > at:
            self.nodes.append(InlineNode(at, self._text[at:first]))
        for start in range(first, end):
            self._brackets.append(Bracket(len(self.nodes), start, image=False, depth=depth))
            self.nodes.append(InlineNode(start, "["))
        del self._brackets[:-_DEEPEST]
        return end

    def _close(self, at: int) -> int:
        """Read a `]`: the end of a link, or itself."""
        if self._brackets and at - self._brackets[-1].start > SPAN:
            self._brackets.clear()
        if self._brackets:
            bracket = self._brackets[-1]
            target = self._link_target(bracket, at) if bracket.active else None
            if target == UNFINISHED:
                return UNFINISHED
            self._brackets.pop()
            if isinstance(target, tuple):
                self._link(bracket, target[1])
                self._links.append((bracket.start, target[0]))
                return target[0]
        self.nodes.append(InlineNode(at, "]"))
        return at + 1

    def _link_target(self, bracket: Bracket, at: int) -> tuple[int, str] | int | None:
        """Return the end and the address of the link whose text ends here."""
        text = self._text
        last = bracket.start + SPAN
        after = text[at + 1 : at + 2]
        if not after and self._more:
            return UNFINISHED
        if after == "(":
            target = parse_destination(text[at + 1 : last], 0)
            if target == UNFINISHED and len(text) < last:
                if self._more:
                    return UNFINISHED
                if self._outlook is Outlook.HOPEFUL and " " not in text[at:]:
                    return len(text), ""
            if isinstance(target, tuple):
                return at + 1 + target[0], target[1]
        return self._reference(bracket, at) if self._setting.definitions else None

    def _reference(self, bracket: Bracket, at: int) -> tuple[int, str] | int | None:
        """Return the end and the address of the reference link whose text ends here."""
        text = self._text
        last = bracket.start + SPAN
        label, end = text[bracket.start + 1 + bracket.image : at], at + 1
        if text.startswith("[", end) and (reference := _REFERENCE.match(text, end, last)):
            if not reference[2] and reference.end() == len(text) and self._more:
                return UNFINISHED
            if reference[2]:
                label, end = reference[1] or label, reference.end()
        target = self._setting.definitions.get(normalize_label(label))
        return None if target is None else (end, target)

    def _link(self, bracket: Bracket, address: str) -> None:
        """Make a link of everything after the bracket."""
        self._match(bracket.depth)
        del self._delimiters[bracket.depth :]
        self.nodes[bracket.node].text = ""
        inside = self.nodes[bracket.node + 1 :]
        leads = encode_address(address)
        for node in inside:
            if not node.link or node.style == "link":  # a bare address is text here
                node.link = leads
            node.linked = True
        text = "".join([node.text for node in inside])
        if address and address not in {text, f"mailto:{text}"}:
            suffix = f" ({address})" if text else address
            self.nodes.append(InlineNode(bracket.start, suffix, "dim", leads))
        if not bracket.image:  # a link contains no other link
            for outer in self._brackets:
                outer.active = outer.active and outer.image

    def _match(self, bottom: int) -> None:
        if len(self._delimiters) <= bottom:
            return
        delimiters = self._delimiters[bottom:]
        self.pairs += match_delimiters(self._delimiters, bottom)
        for delimiter in delimiters:
            node = self.nodes[delimiter.node]
            node.text = node.text[: delimiter.left]

    def _close_open(self) -> None:
        """Close at the end what is open."""
        for delimiter in self._delimiters:
            if delimiter.character == "~" and delimiter.size < _STRIKE:
                continue  # more likely "about" or a home directory
            if delimiter.opens and delimiter.left and len(self._text) - delimiter.start <= SPAN:
                node = self.nodes[delimiter.node]
                styles = ("strike",) if delimiter.character == "~" else ("emphasis", "strong")
                used = min(delimiter.left, _STRIKE)
                node.text = node.text[used:]
                style = styles[min(used, len(styles)) - 1]
                self.pairs.append(Pair(style, delimiter.node, -1, delimiter.start, 0))

    def _find_settled_end(self, limit: int) -> int:
        """Return the position before which further text changes nothing."""
        waiting = [d.start for d in self._delimiters if d.opens and limit - d.start <= SPAN]
        waiting += [b.start for b in self._brackets if b.active and limit - b.start <= SPAN]
        settled = min([limit, *waiting])
        ranges = [(pair.start, pair.end) for pair in self.pairs] + self._links
        moved = True
        while moved:
            moved = False
            for start, end in ranges:
                if start < settled < end:
                    settled, moved = start, True
        return settled
