"""What an entry does, by its text alone."""

from __future__ import annotations

import pytest

from nemochat.repl.entry import EntryKind, escape, parse, paste_notice

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
        ("!ls -l", EntryKind.SHELL, "ls -l"),
        (" !ls\n", EntryKind.SHELL, "ls"),
        ("!!ls", EntryKind.MESSAGE, "!ls"),
        ("!ls\nrm", EntryKind.MESSAGE, "!ls\nrm"),
        ("/system a\nb", EntryKind.COMMAND, "/system a\nb"),
        ("//etc is", EntryKind.MESSAGE, "/etc is"),
        (" quit ", EntryKind.EXIT, "quit"),
        ("quit it", EntryKind.MESSAGE, "quit it"),
        ("?", EntryKind.COMMAND, "/help"),
        ('"""!ls"""', EntryKind.MESSAGE, "!ls"),
        ('"""\n/exit\n"""\n', EntryKind.MESSAGE, "/exit"),
        ('"""Doc."""\ncode = 1', EntryKind.MESSAGE, '"""Doc."""\ncode = 1'),
    ],
)
def test_the_start_of_an_entry_makes_it_what_it_is(text: str, kind: EntryKind, meant: str) -> None:
    assert parse(text) == (kind, meant)


@pytest.mark.parametrize("text", TEXTS)
def test_whatever_is_escaped_is_sent_as_it_is(text: str) -> None:
    assert parse(escape(text)) == (EntryKind.MESSAGE, text)


@pytest.mark.parametrize("text", ["Hello!", "![logo](x.png)", "// area", "/usr/bin/env: no", "/*"])
def test_a_text_that_nobody_would_run_is_sent_without_a_word(text: str) -> None:
    assert not paste_notice(text)
