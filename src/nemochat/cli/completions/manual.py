"""Manual page, generated from the commands, the settings and the exit codes."""

from __future__ import annotations

from collections.abc import Iterator

from typer.core import TyperGroup

from nemochat.cli.completions.tree import CommandSpec, Flag, list_commands
from nemochat.config.settings import SETTINGS
from nemochat.errors import ExitCode


def build_page(root: TyperGroup) -> str:
    """Return the page in the man macros, as `man -l` reads it."""
    return "\n".join(_lines(list_commands(root))) + "\n"


def _lines(commands: list[CommandSpec]) -> Iterator[str]:
    top, *others = commands
    common = {flag.names for flag in top.flags}
    yield '.TH NEMOCHAT 1 "" "nemochat" "User Commands"'
    yield ".SH NAME"
    yield "nemochat \\- a terminal chat with Mistral Nemo"
    yield ".SH SYNOPSIS"
    for node in commands:
        if node.usage != "COMMAND":
            words = " ".join(("nemochat", *node.path))
            yield from (f".B {_escape(words)}", *filter(None, [_escape(node.usage)]), ".br")
    yield ".SH DESCRIPTION"
    yield from _paragraphs(top.help)
    yield from _epilog(top.epilog)
    yield ".SH OPTIONS"
    yield from (line for flag in top.flags for line in _flag(flag))
    yield ".SH COMMANDS"
    yield _escape("Flags of the chat that a command accepts too are not repeated here.")
    for node in others:
        yield f'.SS "nemochat {_escape(" ".join(node.path))}"'
        yield from _paragraphs(node.help)
        own = [flag for flag in node.flags if flag.names not in common]
        yield from (line for flag in own for line in _flag(flag))
        yield from _epilog(node.epilog)
    yield ".SH ENVIRONMENT"
    for setting in SETTINGS:
        yield from (".TP", f".B {_escape(setting.variable)}", _escape(setting.help))
    yield ".SH EXIT STATUS"
    for code in ExitCode:
        yield from (".TP", f".B {int(code)}", _escape(code.meaning.replace("`", "")))
    yield ".SH SEE ALSO"
    yield _escape("nemochat help, nemochat --endpoint guide, and /help in a chat")


def _flag(flag: Flag) -> Iterator[str]:
    value = f" \\fI{_escape(flag.value)}\\fR" if flag.value else ""
    yield ".TP"
    yield ", ".join(f"\\fB{_escape(name)}\\fR" for name in flag.names) + value
    yield _escape(flag.help)


def _paragraphs(text: str) -> Iterator[str]:
    """Yield the lines of a text, with a macro before each paragraph."""
    for paragraph in text.split("\n\n"):
        if paragraph.strip():
            yield ".PP"
            yield _escape(" ".join(paragraph.split()))


def _epilog(text: str) -> Iterator[str]:
    """Yield the lines of an epilog: examples on lines of their own, and where to read on."""
    examples, _, more = text.partition("\n\n")
    yield from (".PP", "Examples:" if "\n" in examples else "Example:")
    yield from (line for each in examples.splitlines() for line in (".br", _escape(each)))
    yield from _paragraphs(more)


def _escape(text: str) -> str:
    """Return a text that roff prints unchanged: no macros, no escapes, hyphens as typed."""
    text = text.replace("\\", "\\e").replace("-", "\\-").replace("…", "...")
    return f"\\&{text}" if text.startswith((".", "'")) else text
