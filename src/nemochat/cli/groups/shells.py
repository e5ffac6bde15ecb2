"""`nemochat completions` and `nemochat manual`: what shells and man read."""

from __future__ import annotations

from typing import Annotated

import typer

from nemochat.cli.app import create_app, root_command
from nemochat.cli.completions.manual import build_page
from nemochat.cli.completions.scripts import build_script

completions_app = create_app()
manual_app = create_app()


@completions_app.command(
    epilog="Example: nemochat completions fish > ~/.config/fish/completions/nemochat.fish."
    " More: docs/shells.md"
)
def completions(
    shell: Annotated[str, typer.Argument(metavar="bash|zsh|fish")],
) -> int:
    """Print the completions for a shell, to be put where it looks for them."""
    typer.echo(build_script(shell, root_command()), nl=False)
    return 0


@manual_app.command(epilog="Example: nemochat manual | man -l -. More: docs/shells.md")
def manual() -> int:
    """Print the manual page, for man to show."""
    typer.echo(build_page(root_command()), nl=False)
    return 0
