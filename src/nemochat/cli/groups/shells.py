"""`nemochat completions` and `nemochat manual`: files for shells and man."""

from __future__ import annotations

from typing import Annotated

import typer

from nemochat.cli.app import create_app, root_command
from nemochat.cli.completions.manual import build_page
from nemochat.cli.completions.scripts import build_script

completions_app = create_app("shells")
manual_app = create_app("shells")


@completions_app.command(
    example="nemochat completions fish > ~/.config/fish/completions/nemochat.fish"
)
def completions(shell: Annotated[str, typer.Argument(metavar="bash|zsh|fish")]) -> int:
    """Print the completion script for a shell."""
    typer.echo(build_script(shell, root_command()), nl=False)
    return 0


@manual_app.command(example="nemochat manual | man -l -")
def manual() -> int:
    """Print the manual page for man."""
    typer.echo(build_page(root_command()), nl=False)
    return 0
