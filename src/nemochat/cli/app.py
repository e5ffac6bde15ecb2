"""The whole tree of commands; with options.py, the door to typer.

Heavy modules are imported inside the commands that need them, and this one only where `alone` of
root.py does not do: to make all commands takes longer than to ask.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from nemochat.cli import asks, root
from nemochat.cli.chats import chats
from nemochat.cli.config import config
from nemochat.cli.doctor import doctor
from nemochat.cli.given import Given
from nemochat.cli.keys import keys
from nemochat.cli.models import models
from nemochat.cli.profiles import profiles

app = root.typed()
guide = typer.Typer(
    help="The embedded endpoint, which answers about nemochat.",
    epilog="Example: nemochat guide serve. More: docs/guide.md",
)
app.command(epilog=asks.EPILOG)(asks.ask)
app.add_typer(guide, name="guide")
app.add_typer(chats, name="chats")
app.add_typer(profiles, name="profiles")
app.add_typer(config, name="config")
app.add_typer(keys, name="keys")
app.command(epilog="Example: nemochat models -q nemo. More: docs/endpoints.md")(models)
app.command(epilog="Example: nemochat doctor --endpoint ollama. More: docs/doctor.md")(doctor)


app.callback(invoke_without_command=True)(root.chat)


@app.command(epilog="Example: nemochat show README.md. More: docs/ask.md")
def show(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="- reads standard input")],
    *,
    no_math: Annotated[bool, typer.Option("--no-math", help="show formulas as they are")] = False,
) -> int:
    """Show a Markdown file as answers are shown."""
    from nemochat.cli import streams, views
    from nemochat.cli.opening import configured
    from nemochat.files import read_text
    from nemochat.screen.plain import say

    settings = configured(Given({"math": "off"} if no_math else {}))
    text = (
        streams.piped(lambda note: say(sys.stderr, note)) if str(file) == "-" else read_text(file)
    )
    views.choose(settings).show(text.rstrip("\n"))
    return 0


@app.command(
    epilog="Example: nemochat completions fish > ~/.config/fish/completions/nemochat.fish."
    " More: docs/shells.md"
)
def completions(
    shell: Annotated[str, typer.Argument(metavar="bash|zsh|fish")],
) -> int:
    """Print the completions for a shell, to be put where it looks for them."""
    from nemochat.cli.completions import script

    typer.echo(script(shell, app), nl=False)
    return 0


@app.command(epilog="Example: nemochat manual | man -l -. More: docs/shells.md")
def manual() -> int:
    """Print the manual page, for man to show."""
    from nemochat.cli.manual import page

    typer.echo(page(app), nl=False)
    return 0


@guide.command(epilog="Example: nemochat guide serve --port 8080. More: docs/guide.md")
def serve(
    port: Annotated[int, typer.Option(metavar="N", help="where to listen; 0 takes a free one")] = 0,
) -> int:
    """Serve the guide over HTTP for curl and any OpenAI client, until Ctrl-C."""
    from nemochat.guide.server import start

    with start(port) as serving:
        typer.echo(f"{serving.base_url}/chat/completions")
        serving.wait()
    return 0
