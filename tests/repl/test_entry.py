"""What an entry does, by its text alone."""

from __future__ import annotations

import pytest

from nemochat.repl.entry import Kind, escape, parse, paste_notice

TEXTS = (
    "Hello!",
    "!ls",
    " !ls",
    "\n\n!ls\n",
    "!!ls",
    "!ls\nrm",
    "!",
    "/exit",
    "  /exit",
    "//area",
    "// area\ndouble a(double r);\n",
    "/* area */",
    "/usr/bin/env: no such file",
    "exit",
    " quit\n",
    ":q",
    "?",
    "help",
    '"""Doc."""\ncode = 1',
    '"""exit"""',
    '\n"""Doc."""\n',
    "",
)


@pytest.mark.parametrize(
    ("text", "kind", "meant"),
    [
        ("!ls -l", Kind.SHELL, "ls -l"),
        (" !ls\n", Kind.SHELL, "ls"),
        ("!!ls", Kind.MESSAGE, "!ls"),
        ("!ls\nrm", Kind.MESSAGE, "!ls\nrm"),
        ("/system a\nb", Kind.COMMAND, "/system a\nb"),
        ("//etc is", Kind.MESSAGE, "/etc is"),
        (" quit ", Kind.EXIT, "quit"),
        ("quit it", Kind.MESSAGE, "quit it"),
        ("?", Kind.COMMAND, "/help"),
        ('"""!ls"""', Kind.MESSAGE, "!ls"),
        ('"""\n/exit\n"""\n', Kind.MESSAGE, "/exit"),
        ('"""Doc."""\ncode = 1', Kind.MESSAGE, '"""Doc."""\ncode = 1'),
    ],
)
def test_the_start_of_an_entry_makes_it_what_it_is(text: str, kind: Kind, meant: str) -> None:
    assert parse(text) == (kind, meant)


@pytest.mark.parametrize("text", TEXTS)
def test_whatever_is_escaped_is_sent_as_it_is(text: str) -> None:
    assert parse(escape(text)) == (Kind.MESSAGE, text)


@pytest.mark.parametrize("text", ["Hello!", "![logo](x.png)", "// area", "/usr/bin/env: no", "/*"])
def test_a_text_that_nobody_would_run_is_sent_without_a_word(text: str) -> None:
    assert not paste_notice(text)
