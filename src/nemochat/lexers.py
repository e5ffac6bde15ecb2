"""Syntax highlighting of code, line by line, in bounded time.

Some lexers of Pygments take exponential time on a single short line, and nothing can interrupt a
regular expression. So only the lexers in LEXERS are used, which `tests/test_lexers.py` feeds with
hostile lines, and some of their patterns are repaired. Long lines and the rest of very long blocks
are not highlighted.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from importlib import import_module
from typing import NamedTuple, Protocol

LONGEST_LINE = 200  # characters
LONGEST_BLOCK = 50_000  # characters

# Lexers by the delimiters of their block comments. Pygments matches such a comment as a whole, and
# no single line holds it.
_BY_COMMENT = {
    "/* */": """
        Arduino C CSharp Cpp Css Cuda D Dart Go Groovy Java Javascript Jsx Kotlin LessCss
        ObjectiveC Php ProtoBuf Rust Scala Scss Solidity Sql Swift SystemVerilog Thrift Tsx
        TypeScript Verilog
    """,
    "<!-- -->": "Html Vue Xml",
    "{- -}": "Elm Haskell PureScript",
    "": """
        Ada ApacheConf Awk BaseMakefile Bash BashSession BibTeX CMake Clojure Cobol
        CoffeeScript CommonLisp Cython Delphi Diff Django Docker Elixir EmacsLisp Erlang
        FSharp Fortran GDScript GLShader Gas Gherkin Gleam Gnuplot GraphQL Graphviz
        HLSLShader Handlebars Http Ini Json Json5 Jsonnet Julia Lean4 Lua Makefile Markdown
        Mathematica Matlab Meson MySql Nasm NginxConf Nimrod Nix Ocaml Octave Odin Perl
        PlPgsql Postgres PowerShell Prolog Properties Puppet Python PythonConsole
        PythonTraceback Racket Rst Ruby S Sass Scheme Sparql TOML Tcl Tcsh Terraform Tex
        TransactSql Turtle Twig Typst VBScript VbNet Vhdl Vim Yaml Zig
    """,
}
LEXERS: Mapping[str, str] = {
    f"{name}Lexer": comment for comment, names in _BY_COMMENT.items() for name in names.split()
}
# Parts of patterns whose alternatives overlap, so that text that doesn't match takes exponential or
# cubic time, and what replaces them.
_REPAIRS = (
    (r"\\\\|\\[0-7]+|\\.|", r"\\.|"),  # strings of Bash and Tcsh
    (r"\\[0-7]+|\\[^0-7]|", r"\\.|"),  # strings of Fortran
    (r"\w|[^\x00-\x7f]", r"\w|[^\w\x00-\x7f]"),  # names in PHP
    (r"[\\\w]|[^\x00-\x7f]", r"[\\\w]|[^\w\x00-\x7f]"),
    (r"|[#.:]", r"|[#:]"),  # names in Lisp
    (r"(?:\s*\\?\s*)", r"(?:\\\s*)?"),  # commands in a Dockerfile
    (r"(\\?.)*?", r"(\\.|[^\\])*?"),  # regular expressions in Racket
    (r"\\\\|\\:|[^:\n]", r"\\.|[^:\n\\]"),  # fields of reStructuredText
    (r'\\\\|\\"|[^"]', r'\\.|[^"\\]'),  # strings of Scala
    (r"\\\\|\\!|[^!]", r"\\.|[^!\\]"),  # substitutions of Perl
)
_WITH_BASH = {"BashSessionLexer", "DockerLexer", "MakefileLexer"}  # they use BashLexer inside
_LANGUAGE = re.compile(r"[\w+#.-]{1,40}")
_IN_COMMENT = "#comment"  # a state of ours on top of the lexer's

Token = tuple[str, ...]  # type of a token; Pygments' types are tuples
Piece = tuple[Token, str]
_Tokens = Iterable[tuple[int, Token, str]]
_Action = Token | Callable[["_Lexer", re.Match[str]], _Tokens]
_State = str | int | tuple[str, ...]
# A rule matches a text, gives its type, and changes the state.
_Match = Callable[[str, int], re.Match[str] | None]
_Rules = dict[str, list[tuple[_Match, _Action | None, _State | None]]]  # by state


class _Lexer(Protocol):
    """Lexer of Pygments, which has no type hints."""

    def get_tokens_unprocessed(self, text: str) -> _Tokens:
        """Yield the position, type and text of each token."""


class _Reading(NamedTuple):
    pieces: list[Piece]
    stack: tuple[str, ...]


class Highlighter:
    """Tokens of one block of code, whose lines are read one after the other.

    Pygments reads a block as a whole. Here the stack of states of a RegexLexer is carried from line
    to line; other lexers begin anew at each line.
    """

    def __init__(self, lexer: _Lexer) -> None:
        self._lexer = lexer
        self._stack: tuple[str, ...] = ("root",)
        self._rules = _rules(lexer)
        self._comment = LEXERS.get(type(lexer).__name__, "").split()
        self._size = 0  # characters so far

    def line(self, text: str) -> list[Piece]:
        """Return the tokens of the next line, which is given without its newline."""
        self._size += len(text)
        reading = self._read(text)
        self._stack = reading.stack
        return reading.pieces

    def preview(self, text: str) -> list[Piece]:
        """Return the tokens of a line that is still growing."""
        return self._read(text).pieces

    def _read(self, text: str) -> _Reading:
        plain = _Reading([((), text)], self._stack)
        if len(text) > LONGEST_LINE or self._size > LONGEST_BLOCK:
            return plain
        source = f"{text}\n"
        try:
            if self._rules is not None:
                reading = self._scan(source, self._rules)
            else:
                tokens = self._lexer.get_tokens_unprocessed(source)
                reading = _Reading([(token, value) for _, token, value in tokens], self._stack)
        except Exception:  # noqa: BLE001 - a bug in one of many lexers must not end an answer
            return plain._replace(stack=("root",))
        pieces = [(token, value) for token, value in reading.pieces if value]
        if "".join([value for _, value in pieces]) != source:
            return plain._replace(stack=reading.stack)
        token, end = pieces.pop()
        return reading._replace(pieces=[*pieces, (token, end.removesuffix("\n"))])

    def _scan(self, text: str, rules: _Rules) -> _Reading:
        """Read a line as Pygments' RegexLexer does, which doesn't expose its state."""
        stack = list(self._stack)
        pieces: list[Piece] = []
        at = steps = 0
        while at < len(text):
            steps += 1
            if steps > 4 * LONGEST_LINE:
                raise RuntimeError("the lexer does not advance")
            if self._comment and (end := self._find_comment_end(text, at, stack)) > at:
                pieces.append((("Comment",), text[at:end]))
                at = end
                continue
            for matches, action, new_state in rules[stack[-1]]:
                match = matches(text, at)
                if not match:
                    continue
                if isinstance(action, tuple):
                    pieces.append((action, match[0]))
                elif action is not None:
                    pieces += [(token, value) for _, token, value in action(self._lexer, match)]
                at = match.end()
                if new_state is not None:
                    _enter(stack, new_state)
                break
            else:
                if text[at] == "\n":
                    stack = ["root"]
                pieces.append(((), text[at]))
                at += 1
        return _Reading(pieces, tuple(stack))

    def _find_comment_end(self, text: str, at: int, stack: list[str]) -> int:
        """Return where a block comment that covers this position ends in this line, or `at`."""
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


def open_highlighter(info: str) -> Highlighter | None:
    """Return a highlighter for the language that begins the info string of a fence, or None."""
    match = _LANGUAGE.match(info.strip().lstrip("{").lstrip("."))
    lexer = _load_lexer(match[0].lower()) if match else None
    return None if lexer is None else Highlighter(lexer)


def preload(*languages: str) -> None:
    """Import Pygments and the lexers of these languages."""
    import_module("pygments.lexer")
    for language in languages:
        _load_lexer(language)


@cache
def _load_lexer(language: str) -> _Lexer | None:
    location = _languages().get(language)
    if location is None:
        return None
    module, name = location
    lexer: _Lexer = getattr(import_module(module), name)(stripnl=False, ensurenl=False)
    _repair(lexer)
    if name in _WITH_BASH:
        _load_lexer("bash")
    return lexer


def _repair(lexer: _Lexer) -> None:
    """Repair the patterns of a lexer's class in place, for lexers that use it inside, too."""
    for rules in getattr(lexer, "_tokens", {}).values():
        for index, (matches, action, new_state) in enumerate(rules):
            pattern = matches.__self__
            source = pattern.pattern
            for old, new in _REPAIRS:
                source = source.replace(old, new)
            if source != pattern.pattern:
                rules[index] = re.compile(source, pattern.flags).match, action, new_state


@cache
def _languages() -> dict[str, tuple[str, str]]:
    """Return the module and the class of the lexer for each alias and file extension.

    `get_lexer_by_name` also searches the entry points of all packages, which takes 150 ms.
    """
    mapping = import_module("pygments.lexers").LEXERS
    locations: dict[str, tuple[str, str]] = {}
    extensions: dict[str, tuple[str, str]] = {}
    for name in LEXERS:
        module, _, aliases, patterns, _ = mapping[name]
        locations |= dict.fromkeys([alias.lower() for alias in aliases], (module, name))
        for pattern in patterns:
            if pattern.startswith("*.") and pattern[2:].isalnum():
                extensions.setdefault(pattern[2:], (module, name))
    return {**extensions, **locations}


def _rules(lexer: _Lexer) -> _Rules | None:
    base = import_module("pygments.lexer")
    if not isinstance(lexer, base.RegexLexer) or isinstance(lexer, base.ExtendedRegexLexer):
        return None
    rules: _Rules = lexer._tokens  # noqa: SLF001 - the only way to keep the state between lines
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
        stack.append(stack[-1])  # "#push" is the only other value in the tables


def _pop(stack: list[str], count: int) -> None:
    del stack[max(1, len(stack) - count) :]
