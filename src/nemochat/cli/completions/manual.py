"""Manual page, generated from the commands, the settings and the exit codes."""

from __future__ import annotations

from collections.abc import Iterator

from typer.core import TyperGroup

from nemochat.cli.completions.tree import CommandSpec, Flag, list_commands
from nemochat.config.settings import SETTINGS
from nemochat.errors import ExitCode

_COMMON_FLAGS = {"-h", "--help"}  # flags that every command has: said once


def build_page(root: TyperGroup) -> str:
    """The page in the man macros: `man -l` shows it."""
    return "\n".join(_lines(list_commands(root))) + "\n"


def _lines(commands: list[CommandSpec]) -> Iterator[str]:
    top, *others = commands
    told = {flag.names for flag in top.flags}
    yield '.TH NEMOCHAT 1 "" "nemochat" "User Commands"'
    yield ".SH NAME"
    yield "nemochat \\- a terminal chat with Mistral Nemo"
    yield ".SH SYNOPSIS"
    for node in commands:
        if node.arguments or not node.words or not node.path:
            words = " ".join(_escape(word) for word in node.path)
            rest = " ".join(_escape(word) for word in ("[OPTIONS]", *node.arguments))
            yield from (".B " + f"nemochat {words}".strip(), rest, ".br")
    yield ".SH DESCRIPTION"
    yield from _paragraphs(top.help)
    yield from _paragraphs(top.epilog)
    yield ".SH OPTIONS"
    yield from (line for flag in top.flags for line in _flag(flag))
    yield ".SH COMMANDS"
    yield "Flags of the chat that a command shares with it are not told again."
    for node in others:
        yield f'.SS "nemochat {_escape(" ".join(node.path))}"'
        yield from _paragraphs(node.help)
        own = [
            f for f in node.flags if f.names not in told and not _COMMON_FLAGS.intersection(f.names)
        ]
        yield from (line for flag in own for line in _flag(flag))
        yield from _paragraphs(node.epilog)
    yield ".SH ENVIRONMENT"
    for setting in SETTINGS:
        yield from (".TP", f".B {_escape(setting.variable)}", _escape(setting.help))
    yield ".SH EXIT STATUS"
    for code in ExitCode:
        yield from (".TP", f".B {int(code)}", _escape(code.meaning.replace("`", "")))
    yield ".SH SEE ALSO"
    yield _escape("nemochat --endpoint guide answers questions about nemochat; /help in a chat.")


def _flag(flag: Flag) -> Iterator[str]:
    value = f" \\fI{_escape(flag.value)}\\fR" if flag.value else ""
    yield ".TP"
    yield ", ".join(f"\\fB{_escape(name)}\\fR" for name in flag.names) + value
    yield _escape(flag.help)


def _paragraphs(text: str) -> Iterator[str]:
    """The lines of a text, each paragraph after the macro that begins one."""
    for paragraph in text.split("\n\n"):
        if paragraph.strip():
            yield ".PP"
            yield _escape(" ".join(paragraph.split()))


def _escape(text: str) -> str:
    """A text that roff takes as it stands: no macro, no escape, hyphens as they are typed."""
    text = text.replace("\\", "\\e").replace("-", "\\-").replace("…", "...")
    return f"\\&{text}" if text.startswith((".", "'")) else text
