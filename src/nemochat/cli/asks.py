"""`nemochat ask` as a typer command; the work is done in ask.py."""

from __future__ import annotations

from typing import Annotated

import typer

from nemochat.cli.asking import AskOptions
from nemochat.cli.given import CommonOptions
from nemochat.cli.options import add_common_options

ASK_EPILOG = (
    "Examples: nemochat ask -t 0.3 'Why is the sky blue?' | tee answer.md; nemochat ask -x"
    " 'A shell loop over files'; nemochat ask -f '*.py' Review. More: docs/ask.md and"
    " docs/json.md, or nemochat manual"
)


@add_common_options
def ask(
    *,
    words: Annotated[
        list[str] | None, typer.Argument(metavar="PROMPT…", show_default=False)
    ] = None,
    options: AskOptions,
    common: CommonOptions,
) -> int:
    """Ask one question; what comes through a pipe is asked with it."""
    from nemochat.cli.ask import ask as run

    return run(words or [], common, options)
