"""Tree of all commands, as typer needs it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from nemochat.cli import asks, root
from nemochat.cli.given import CommonOptions
from nemochat.cli.groups.chats import chats_group
from nemochat.cli.groups.config import config_group
from nemochat.cli.groups.doctor import doctor
from nemochat.cli.groups.keys import keys_group
from nemochat.cli.groups.models import models
from nemochat.cli.groups.profiles import profiles_group

app = root.create_app()
guide_group = typer.Typer(
    help="The embedded endpoint, which answers about nemochat.",
    epilog="Example: nemochat guide serve. More: docs/guide.md",
)
app.command(epilog=asks.ASK_EPILOG)(asks.ask)
app.add_typer(guide_group, name="guide")
app.add_typer(chats_group, name="chats")
app.add_typer(profiles_group, name="profiles")
app.add_typer(config_group, name="config")
app.add_typer(keys_group, name="keys")
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
    from nemochat.cli import output, streams
    from nemochat.cli.open_chat import load_settings
    from nemochat.files import read_text
    from nemochat.screen.plain import say

    settings = load_settings(CommonOptions({"math": "off"} if no_math else {}))
    text = (
        streams.read_stdin(lambda note: say(sys.stderr, note))
        if str(file) == "-"
        else read_text(file)
    )
    output.choose_view(settings).show(text.rstrip("\n"))
    return 0


@app.command(
    epilog="Example: nemochat completions fish > ~/.config/fish/completions/nemochat.fish."
    " More: docs/shells.md"
)
def completions(
    shell: Annotated[str, typer.Argument(metavar="bash|zsh|fish")],
) -> int:
    """Print the completions for a shell, to be put where it looks for them."""
    from nemochat.cli.completions.scripts import build_script

    typer.echo(build_script(shell, app), nl=False)
    return 0


@app.command(epilog="Example: nemochat manual | man -l -. More: docs/shells.md")
def manual() -> int:
    """Print the manual page, for man to show."""
    from nemochat.cli.completions.manual import build_page

    typer.echo(build_page(app), nl=False)
    return 0


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
