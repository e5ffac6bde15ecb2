"""A rule of a lexer is left out only where no text that begins so could match it."""

from __future__ import annotations

import re
from importlib import import_module
from string import ascii_letters, digits, printable
from typing import Any

import pytest

from nemochat.screen.markdown.highlight import LONGEST, Beginning

WORD = ascii_letters + digits + "_"
ASCII = [chr(code) for code in range(128)]


@pytest.mark.parametrize(
    ("source", "flags", "characters"),
    [
        (r"ab|cd", 0, "ac"),
        (r"a?b*c{0,2}d{2}e", 0, "abcd"),
        (r"a*?b{,3}c+?d", 0, "abc"),
        (r"(?:a|(b)|(?P<n>c|))d", 0, "abcd"),
        (r"(?>a|b)?c", 0, "abc"),
        (r"[a-c]x|[^\x00-y\]]", 0, "abcz{|}~\x7f"),
        (r"[]x]|[^]\x00-Z^-~]", 0, "]x[\\\x7f"),
        (r"\d\w", 0, digits),
        (r"\b\w", 0, WORD),
        (r"\n|\t\n", 0, "\n\t"),
        (r"\.|\\|\(|\|", 0, ".\\(|"),
        (r"^\s*#$", re.MULTILINE, " \t\n\r\v\f\x1c\x1d\x1e\x1f#"),
        (r"(?!a)(?=b)(?<!c(d|e))(?<=f)g", 0, "g"),
        (r"(?s)(?!x).y", 0, "".join(ASCII)),
        (r".y", 0, "".join(ASCII).replace("\n", "")),
        (r"a", re.IGNORECASE, "aA"),
        (r"(?i)sel", 0, "sS"),
        (r"{a}|}", 0, "{}"),
        (r"é|a", 0, "a"),
        # What is not understood may begin with anything, and what may be empty too.
        (r"(a)?\1b", 0, "".join(ASCII)),
        (r"(a)?(?(1)b|c)", 0, "".join(ASCII)),
        (r"(?#a)b", 0, "".join(ASCII)),
        (r"(?i:a)", 0, "".join(ASCII)),
        (r"\x61", 0, "".join(ASCII)),
        (r" a", re.VERBOSE, "".join(ASCII)),
        (r"\u212a", re.IGNORECASE, "".join(ASCII)),
        ("\u212a", re.IGNORECASE, "".join(ASCII)),
        (r"a*", 0, "".join(ASCII)),
        (r"(?=a)|b", 0, "".join(ASCII)),
        ("a" * (LONGEST + 1), 0, "".join(ASCII)),
    ],
)
def test_what_an_expression_can_begin_with(source: str, flags: int, characters: str) -> None:
    beginning = Beginning(re.compile(source, flags))
    assert {each for each in ASCII if beginning.allows(each)} == set(characters)


@pytest.mark.parametrize(
    ("module", "lexer"),
    [
        ("pygments.lexers.python", "PythonLexer"),
        ("pygments.lexers.shell", "BashLexer"),
        ("pygments.lexers.javascript", "TypeScriptLexer"),
        ("pygments.lexers.html", "HtmlLexer"),
        ("pygments.lexers.sql", "SqlLexer"),
        ("pygments.lexers.rust", "RustLexer"),
    ],
)
def test_whatever_a_rule_matches_it_may_begin_with(module: str, lexer: str) -> None:
    rules = {rule[0].__self__ for state in _states(module, lexer) for rule in state}
    tails = ["", "a", "ab cd(1.5e3)\n", "'x' = \"y\"\n", "!-- */ -->\n", "\n", "{x} => $a[0];\n"]
    for expression in rules:
        beginning = Beginning(expression)
        for character in printable:
            if not beginning.allows(character):
                assert not any(expression.match(character + tail) for tail in tails)


def _states(module: str, lexer: str) -> list[list[tuple[Any, ...]]]:
    tables = getattr(import_module(module), lexer)()._tokens
    assert tables
    return list(tables.values())
