"""`nemochat show`: a Markdown file, shown as answers are."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from nemochat.cli import output, streams
from nemochat.cli.app import create_app
from nemochat.cli.open_chat import load_settings
from nemochat.cli.options import CommonOptions
from nemochat.files import read_text
from nemochat.screen.plain import say

app = create_app()


@app.command(epilog="Example: nemochat show README.md. More: docs/ask.md")
def show(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="- reads standard input")],
    *,
    context: typer.Context,
    no_math: Annotated[bool, typer.Option("--no-math", help="show formulas as they are")] = False,
) -> int:
    """Show a Markdown file as answers are shown."""
    options = context.ensure_object(CommonOptions)
    if no_math:
        options.settings["math"] = "off"
    settings = load_settings(options)
    text = (
        streams.read_stdin(lambda note: say(sys.stderr, note))
        if file == streams.STANDARD_STREAM
        else read_text(file)
    )
    output.choose_view(settings).show(text.rstrip("\n"))
    return 0
