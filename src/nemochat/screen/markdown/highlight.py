"""Syntax highlighting line by line, with the lexer's state carried along.

A lexer has fifty expressions for a place, of which five can match at a given character: the
others need not be tried. An expression that `Beginning` cannot read may begin with anything.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterable
from functools import cache
from importlib import import_module
from types import MethodType
from typing import Protocol, cast

from nemochat.screen.text.spans import Span

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
PLAIN = "code.plain"
LONGEST = 500  # characters; a longer line is shown without colours
_STYLES = {
    "Token.Comment": "code.comment",
    "Token.Comment.Preproc": "code.keyword",
    "Token.Generic.Deleted": "code.deleted",
    "Token.Generic.Heading": "code.heading",
    "Token.Generic.Inserted": "code.inserted",
    "Token.Generic.Prompt": "code.keyword",
    "Token.Generic.Subheading": "code.heading",
    "Token.Keyword": "code.keyword",
    "Token.Keyword.Type": "code.type",
    "Token.Literal.Number": "code.number",
    "Token.Literal.String": "code.string",
    "Token.Name.Attribute": "code.attribute",
    "Token.Name.Builtin": "code.builtin",
    "Token.Name.Class": "code.name",
    "Token.Name.Decorator": "code.attribute",
    "Token.Name.Function": "code.name",
    "Token.Name.Tag": "code.tag",
    "Token.Operator.Word": "code.keyword",
}
# Comments that these lexers know as one pattern over many lines, which no single line matches.
_COMMENTS = {"CssLexer": ("/*", "*/"), "HtmlLexer": ("<!--", "-->"), "XmlLexer": ("<!--", "-->")}
_OF_C = "C Cpp CSharp Dart Go Groovy Java Javascript Kotlin ObjectiveC Php Scala Scss TypeScript"
_LANGUAGE = re.compile(r"[\w+#.-]{1,40}")
_IN_COMMENT = "#comment"  # a state of ours on top of the lexer's
_Token = tuple[str, ...]  # Pygments' token types are tuples
_Tokens = Iterable[tuple[int, _Token, str]]
_Action = _Token | Callable[["_Lexer", re.Match[str]], _Tokens]
_State = str | int | tuple[str, ...]
# The method `match` of an expression, what that matches, and the state behind it.
_Rule = tuple[MethodType, _Action | None, _State | None]


class _Lexer(Hashable, Protocol):
    """A lexer of Pygments, which has no types."""

    def get_tokens_unprocessed(self, text: str) -> _Tokens:
        """Yield the place, the type and the text of each token."""


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


_COMMENTS |= {f"{name}Lexer": ("/*", "*/") for name in _OF_C.split()}


class Highlighter:
    """Spans of the lines of one block of code."""

    def __init__(self, lexer: _Lexer) -> None:
        self._lexer = lexer
        self._stack: tuple[str, ...] = ("root",)
        self._rules: _Rules | None = _rules(lexer)
        self._comment = _COMMENTS.get(type(lexer).__name__)

    def line(self, text: str) -> list[Span]:
        """The spans of the next line."""
        if len(text) > LONGEST:
            return [Span(text, PLAIN)]
        spans, self._stack = self._read(text)
        return spans

    def preview(self, text: str) -> list[Span]:
        """The spans of a line that is not finished."""
        return [Span(text, PLAIN)] if len(text) > LONGEST else self._read(text)[0]

    def _read(self, text: str) -> tuple[list[Span], tuple[str, ...]]:
        try:
            if self._rules is not None:
                spans, stack = self._scan(f"{text}\n", self._rules)
            else:
                tokens = self._lexer.get_tokens_unprocessed(f"{text}\n")
                spans, stack = [_span(value, token) for _, token, value in tokens], self._stack
        except Exception:  # noqa: BLE001 - a fault in one of 500 lexers must not end an answer
            spans, stack = [], ("root",)
        whole = "".join([span.text for span in spans])
        return (spans if whole == f"{text}\n" else [Span(text, PLAIN)]), stack

    def _scan(self, text: str, rules: _Rules) -> tuple[list[Span], tuple[str, ...]]:
        """Read a line as Pygments' RegexLexer does, which does not give its state away."""
        stack = list(self._stack)
        spans: list[Span] = []
        at = 0
        steps = 0
        while at < len(text):
            steps += 1
            if steps > 4 * LONGEST:
                raise RuntimeError("the lexer does not move")
            if self._comment and (end := self._in_comment(text, at, stack)) > at:
                spans.append(Span(text[at:end], "code.comment"))
                at = end
                continue
            for matches, action, new_state in rules.at(stack[-1], text[at]):
                match = matches(text, at)
                if not match:
                    continue
                if action is not None:
                    spans += self._spans_of(action, match)
                at = match.end()
                if new_state is not None:
                    _enter(stack, new_state)
                break
            else:
                if text[at] == "\n":
                    stack = ["root"]
                spans.append(Span(text[at], PLAIN))
                at += 1
        return spans, tuple(stack)

    def _in_comment(self, text: str, at: int, stack: list[str]) -> int:
        """Where a comment of many lines that covers this place ends in this line, or `at`."""
        assert self._comment
        opener, closer = self._comment
        if stack[-1] == _IN_COMMENT:
            end = text.find(closer, at)
            if end < 0:
                return len(text)
            stack.pop()
            return end + len(closer)
        if text.startswith(opener, at) and text.find(closer, at + len(opener)) < 0:
            stack.append(_IN_COMMENT)
            return len(text)
        return at

    def _spans_of(self, action: _Action, match: re.Match[str]) -> list[Span]:
        if isinstance(action, tuple):
            return [_span(match[0], action)]
        return [_span(value, token) for _, token, value in action(self._lexer, match)]


def highlighter(info: str) -> Highlighter | None:
    """The highlighter for the language that a fence names first, or None."""
    match = _LANGUAGE.match(info.strip().lstrip("{").lstrip("."))
    lexer = _lexer(match[0].lower()) if match else None
    return None if lexer is None else Highlighter(lexer)


def prepare(*languages: str) -> None:
    """Load Pygments and the lexers of these languages ahead; unknown names cost nothing."""
    import_module("pygments.lexer")
    for language in languages:
        _lexer(language)


@cache
def _lexer(language: str) -> _Lexer | None:
    # Pygments' own search goes on through the entry points of all packages: 148 ms for a miss.
    location = _aliases().get(language)
    if location is None:
        return None
    module, name = location
    lexer: _Lexer = getattr(import_module(module), name)(stripnl=False, ensurenl=False)
    return lexer


@cache
def _aliases() -> dict[str, tuple[str, str]]:
    lexers = import_module("pygments.lexers").LEXERS
    locations: dict[str, tuple[str, str]] = {}
    for name, (module, _, aliases, filenames, _) in lexers.items():
        for alias in aliases:
            locations[alias.lower()] = module, name
        for pattern in filenames:
            if pattern.startswith("*.") and pattern[2:].isalnum():
                locations.setdefault(pattern[2:], (module, name))
    for silent in ("text", "plain", "txt", "output"):
        locations.pop(silent, None)
    return locations


class _Rules:
    """The rules of a lexer that has no other state than its stack, by state."""

    def __init__(self, tables: dict[str, list[_Rule]]) -> None:
        self._tables = tables
        self._beginnings: dict[str, list[Beginning]] = {}
        self._found: dict[tuple[str, str], list[_Rule]] = {}

    def at(self, state: str, character: str) -> list[_Rule]:
        """The rules of a state that may match a text that begins with this character."""
        rules = self._found.get((state, character))
        if rules is None:
            rules = self._tables[state]
            if not character.isascii():
                return rules
            if state not in self._beginnings:
                self._beginnings[state] = [
                    Beginning(cast("re.Pattern[str]", rule[0].__self__)) for rule in rules
                ]
            pairs = zip(rules, self._beginnings[state], strict=True)
            rules = [rule for rule, beginning in pairs if beginning.allows(character)]
            self._found[state, character] = rules
        return rules


@cache
def _rules(lexer: _Lexer) -> _Rules | None:
    base = import_module("pygments.lexer")
    if not isinstance(lexer, base.RegexLexer) or isinstance(lexer, base.ExtendedRegexLexer):
        return None
    return _Rules(lexer._tokens)  # noqa: SLF001 - there is no other way to keep the state


def _enter(stack: list[str], new_state: _State) -> None:
    if isinstance(new_state, tuple):
        for state in new_state:
            if state == "#pop":
                _pop(stack, 1)
            else:
                stack.append(stack[-1] if state == "#push" else state)
    elif isinstance(new_state, int):
        _pop(stack, abs(new_state))
    else:
        stack.append(stack[-1])  # "#push" is the only word that is left in the tables


def _pop(stack: list[str], count: int) -> None:
    del stack[max(1, len(stack) - count) :]


def _span(text: str, token: _Token) -> Span:
    return Span(text, _style(token))


@cache
def _style(token: _Token) -> str:
    name = str(token)
    while name != "Token":
        if name in _STYLES:
            return _STYLES[name]
        name = name.rpartition(".")[0]
    return PLAIN
