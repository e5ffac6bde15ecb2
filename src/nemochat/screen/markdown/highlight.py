"""Syntax highlighting line by line, with the lexer's state carried along."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import cache
from importlib import import_module
from typing import Protocol

from nemochat.screen.text.spans import Span

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
_COMMENTS |= {f"{name}Lexer": ("/*", "*/") for name in _OF_C.split()}
_LANGUAGE = re.compile(r"[\w+#.-]{1,40}")
_IN_COMMENT = "#comment"  # a state of ours on top of the lexer's
_Token = tuple[str, ...]  # Pygments' token types are tuples
_Tokens = Iterable[tuple[int, _Token, str]]
_Action = _Token | Callable[["_Lexer", re.Match[str]], _Tokens]
_State = str | int | tuple[str, ...]
# A rule matches a text, says what that is, and which state follows it.
_Match = Callable[[str, int], re.Match[str] | None]
_Rules = dict[str, list[tuple[_Match, _Action | None, _State | None]]]  # by state


class _Lexer(Protocol):
    """A lexer of Pygments, which has no types."""

    def get_tokens_unprocessed(self, text: str) -> _Tokens:
        """Yield the place, the type and the text of each token."""


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
            for matches, action, new_state in rules[stack[-1]]:
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


def _rules(lexer: _Lexer) -> _Rules | None:
    base = import_module("pygments.lexer")
    if not isinstance(lexer, base.RegexLexer) or isinstance(lexer, base.ExtendedRegexLexer):
        return None
    rules: _Rules = lexer._tokens  # noqa: SLF001 - there is no other way to keep the state
    return rules


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
