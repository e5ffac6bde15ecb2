"""`nemochat ask` as typer knows it. A door to typer; the work is in ask.py."""

from __future__ import annotations

from typing import Annotated

import typer

from nemochat.cli.asking import Asking
from nemochat.cli.given import Given
from nemochat.cli.options import shared

EPILOG = (
    "Examples: nemochat ask -t 0.3 'Why is the sky blue?' | tee answer.md; nemochat ask -x"
    " 'A shell loop over files'; nemochat ask -f '*.py' Review. More: docs/ask.md and"
    " docs/json.md, or nemochat manual"
)


@shared
def ask(
    *,
    words: Annotated[
        list[str] | None, typer.Argument(metavar="PROMPT…", show_default=False)
    ] = None,
    asking: Asking,
    given: Given,
) -> int:
    """Ask one question; what comes through a pipe is asked with it."""
    from nemochat.cli.ask import ask as run

    return run(words or [], given, asking)
