"""`nemochat guide`: the embedded endpoint for other programs."""

from __future__ import annotations

from typing import Annotated

import typer

from nemochat.cli.app import create_app

guide_group = create_app(
    help_="The embedded endpoint, which answers about nemochat.",
    epilog="Example: nemochat guide serve. More: docs/guide.md",
)
guide_group.callback()(lambda: None)  # without it, typer takes the one command for the group


@guide_group.command(epilog="Example: nemochat guide serve --port 8080. More: docs/guide.md")
def serve(
    port: Annotated[int, typer.Option(metavar="N", help="where to listen; 0 takes a free one")] = 0,
) -> int:
    """Serve the guide over HTTP for curl and any OpenAI client, until Ctrl-C."""
    from nemochat.guide.server import start

    with start(port) as serving:
        typer.echo(f"{serving.base_url}/chat/completions")
        serving.wait()
    return 0
