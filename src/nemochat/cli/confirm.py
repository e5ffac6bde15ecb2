"""Question to the user of `ask`, at a terminal."""

from __future__ import annotations

import sys

from nemochat.cli import streams
from nemochat.core.text import is_yes


def can_confirm() -> bool:
    """Return whether the user sees standard error and types on standard input."""
    return streams.is_input_terminal() and sys.stderr is not None and sys.stderr.isatty()


def confirm(question: str) -> bool:
    """Ask the user; return whether the reply is yes. Ctrl-D means no."""
    from nemochat.repl.prompt.lines import read_line, write_stderr  # rarely needed

    streams.discard_typeahead()
    try:
        return is_yes(read_line(f"{question} [y/N] ", write_stderr))
    except EOFError:
        return False
