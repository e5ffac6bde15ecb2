"""With which characters can what a regular expression matches begin?

A lexer has fifty expressions for a place, of which five can match what begins as its text does: the
others need not be tried. An expression that is not understood here may begin with anything.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

LONGEST = 500  # characters of an expression that is looked into; longer ones are lists of words

_ITEM = re.compile(
    r"(?P<edge>\\[AbBZ]|[\^$]|\(\?[aimsu]+\))"
    r"|(?P<group>\((?:\?(?::|>|P<\w+>|(?P<around><?[=!])))?)"
    r"|(?P<kind>\\[dDsSwW]|\.|\[\^?\]?(?:[^\]\\]|\\.)*\])"
    r"|\\(?P<control>[nrtfva])"
    r"|\\(?P<escaped>[^0-9A-Za-z])"
    r"|(?P<literal>[^\\()\[|?*+])",
    re.DOTALL,
)
_TIMES = re.compile(r"(?:(?:(?P<none>[*?]|\{0*(?:,\d*)?\}|\{,\d*\})|\+|\{\d+(?:,\d*)?\})[?+]?)?")
_CONTROLS = dict(zip("nrtfva", "\n\r\t\f\v\a", strict=True))


class Beginning:
    """What an expression can begin with."""

    def __init__(self, expression: re.Pattern[str]) -> None:
        self._source = expression.pattern
        self._flags = expression.flags & (re.IGNORECASE | re.DOTALL | re.ASCII)
        self._literals: set[str] = set()
        self._kinds: list[Callable[[str], object]] = []
        self._anything = True
        if len(self._source) <= LONGEST and not expression.flags & re.VERBOSE:
            try:
                end, empty = self._choice(0, first=True)
            except ValueError:
                return
            self._anything = empty or end < len(self._source)

    def allows(self, character: str) -> bool:
        """Whether it can match a text that begins with this character of ASCII."""
        return (
            self._anything
            or character in self._literals
            or any(matches(character) for matches in self._kinds)
        )

    def _choice(self, at: int, *, first: bool) -> tuple[int, bool]:
        """Read alternatives; where they end, and whether one of them can be empty.

        Args:
            at: Where they begin.
            first: Whether the match can begin with them.

        Raises:
            ValueError: they are not understood.
        """
        empty = False
        while True:
            at, nothing = self._sequence(at, first=first)
            empty = empty or nothing
            if not self._source.startswith("|", at):
                return at, empty
            at += 1

    def _sequence(self, at: int, *, first: bool) -> tuple[int, bool]:
        empty = True
        while at < len(self._source) and self._source[at] not in "|)":
            at, nothing = self._item(at, first=first and empty)
            times = _TIMES.match(self._source, at)
            assert times
            at = times.end()
            empty = empty and (nothing or times["none"] is not None)
        return at, empty

    def _item(self, at: int, *, first: bool) -> tuple[int, bool]:
        match = _ITEM.match(self._source, at)
        if match is None:
            raise ValueError(self._source[at:])
        if match["edge"]:
            return match.end(), True
        if match["group"]:
            around = match["around"] is not None
            end, empty = self._choice(match.end(), first=first and not around)
            return end + 1, empty or around
        if first and match["kind"]:
            self._kinds.append(_kind(match["kind"], self._flags))
        elif first:
            self._add(match["literal"] or match["escaped"] or _CONTROLS[match["control"]])
        return match.end(), False

    def _add(self, character: str) -> None:
        if self._flags & re.IGNORECASE:
            if not character.isascii():  # it may be the other case of one of ASCII
                raise ValueError(character)
            self._literals |= {character.lower(), character.upper()}
        self._literals.add(character)


@cache
def _kind(source: str, flags: int) -> Callable[[str], object]:
    return re.compile(source, flags).match
