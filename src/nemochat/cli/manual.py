"""The manual page, drawn from the tree of commands and the tables of settings and exit codes."""

from __future__ import annotations

from collections.abc import Iterator

import typer

from nemochat.cli.tree import Flag, Node, nodes
from nemochat.config import TABLE
from nemochat.errors import ExitCode

_ALONE = {"-h", "--help"}  # flags that every command has: said once


def page(app: typer.Typer) -> str:
    """The page in the man macros: `man -l` shows it."""
    return "\n".join(_lines(nodes(app))) + "\n"


def _lines(commands: list[Node]) -> Iterator[str]:
    top, *others = commands
    told = {flag.names for flag in top.flags}
    yield '.TH NEMOCHAT 1 "" "nemochat" "User Commands"'
    yield ".SH NAME"
    yield "nemochat \\- a terminal chat with Mistral Nemo"
    yield ".SH SYNOPSIS"
    for node in commands:
        if node.arguments or not node.words or not node.path:
            words = " ".join(_escaped(word) for word in node.path)
            rest = " ".join(_escaped(word) for word in ("[OPTIONS]", *node.arguments))
            yield from (".B " + f"nemochat {words}".strip(), rest, ".br")
    yield ".SH DESCRIPTION"
    yield from _paragraphs(top.help)
    yield from _paragraphs(top.epilog)
    yield ".SH OPTIONS"
    yield from (line for flag in top.flags for line in _flag(flag))
    yield ".SH COMMANDS"
    yield "Flags of the chat that a command shares with it are not told again."
    for node in others:
        yield f'.SS "nemochat {_escaped(" ".join(node.path))}"'
        yield from _paragraphs(node.help)
        own = [f for f in node.flags if f.names not in told and not _ALONE.intersection(f.names)]
        yield from (line for flag in own for line in _flag(flag))
        yield from _paragraphs(node.epilog)
    yield ".SH ENVIRONMENT"
    for setting in TABLE:
        yield from (".TP", f".B {_escaped(setting.variable)}", _escaped(setting.help))
    yield ".SH EXIT STATUS"
    for code in ExitCode:
        yield from (".TP", f".B {int(code)}", _escaped(code.meaning.replace("`", "")))
    yield ".SH SEE ALSO"
    yield _escaped("nemochat --endpoint guide answers questions about nemochat; /help in a chat.")


def _flag(flag: Flag) -> Iterator[str]:
    value = f" \\fI{_escaped(flag.value)}\\fR" if flag.value else ""
    yield ".TP"
    yield ", ".join(f"\\fB{_escaped(name)}\\fR" for name in flag.names) + value
    yield _escaped(flag.help)


def _paragraphs(text: str) -> Iterator[str]:
    """The lines of a text, each paragraph after the macro that begins one."""
    for paragraph in text.split("\n\n"):
        if paragraph.strip():
            yield ".PP"
            yield _escaped(" ".join(paragraph.split()))


def _escaped(text: str) -> str:
    """A text that roff takes as it stands: no macro, no escape, hyphens as they are typed."""
    text = text.replace("\\", "\\e").replace("-", "\\-").replace("…", "...")
    return f"\\&{text}" if text.startswith((".", "'")) else text
