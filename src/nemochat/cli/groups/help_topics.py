"""`nemochat help`: topics of the documentation, and commands."""

from __future__ import annotations

import shlex
from typing import Annotated

import typer

from nemochat.cli import output
from nemochat.cli.app import COMMANDS, create_app
from nemochat.cli.open_chat import load_settings
from nemochat.cli.options import CommonOptions
from nemochat.core.text import format_value, nearest
from nemochat.errors import UsageError
from nemochat.guide import knowledge

app = create_app()


@app.command(
    "help", epilog="Examples: nemochat help chats; nemochat help tokens. More: docs/start.md"
)
def show_help(
    *,
    context: typer.Context,
    words: Annotated[
        list[str] | None, typer.Argument(metavar="COMMAND|TOPIC", show_default=False)
    ] = None,
) -> int:
    """Show the help of a command, or a page of the documentation."""
    if not words or words[0] in COMMANDS:
        root = context.find_root()
        root.command.main(
            [*(words or ()), "--help"], prog_name=root.info_name, standalone_mode=False
        )
        return 0
    topic, pages = " ".join(words), knowledge.topics()
    if topic not in pages:
        near = nearest(topic, [*COMMANDS, *pages])
        if near:
            hint = f"Did you mean nemochat help {near[0]}?"
        elif len(words) > 1:
            hint = f"To ask it: {shlex.join(['nemochat', 'ask', 'help', *words])}"
        else:
            hint = f"Topics: {', '.join(pages)}"
        raise UsageError(f"there is no command and no topic {format_value(topic)}", hint)
    settings = load_settings(context.ensure_object(CommonOptions))
    output.choose_view(settings).show(knowledge.topic(topic).rstrip("\n"))
    return 0
