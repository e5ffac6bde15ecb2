"""The tree of commands; with options.py, the door to typer.

Heavy modules are imported inside the commands that need them, so that `--help` starts at once.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from nemochat.cli.chats import chats
from nemochat.cli.config import config
from nemochat.cli.doctor import doctor
from nemochat.cli.keys import keys
from nemochat.cli.models import models
from nemochat.cli.options import Given, shared

app = typer.Typer(
    name="nemochat",
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    no_args_is_help=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Examples: nemochat; nemochat ask 'What is a monad?'; git diff | nemochat ask 'Review'."
    " More: nemochat --endpoint guide, which knows these pages.",
)
guide = typer.Typer(help="The embedded endpoint, which answers about nemochat.")
app.add_typer(guide, name="guide")
app.add_typer(chats, name="chats")
app.add_typer(config, name="config")
app.add_typer(keys, name="keys")
app.command(epilog="Example: nemochat models -q nemo")(models)
app.command(epilog="Example: nemochat doctor --endpoint ollama")(doctor)


@app.callback(invoke_without_command=True)
@shared
def chat(
    *,
    context: typer.Context,
    given: Given,
    script: Annotated[
        Path | None, typer.Option(metavar="FILE", help="play a file of lines and leave")
    ] = None,
    version: Annotated[bool, typer.Option("-V", "--version", help="show the version")] = False,
) -> int:
    """Chat with Mistral-Nemo in the terminal; in a pipe, ask what comes through it."""
    from nemochat.cli import streams

    if version:
        from nemochat import __version__

        typer.echo(f"nemochat {__version__}")
        return 0
    if context.invoked_subcommand is not None:
        return 0
    if script is None and not streams.input_is_terminal():
        from nemochat.cli.ask import ask as run

        return run([], given)
    from nemochat.cli.talk import talk

    return talk(given, script)


@app.command(epilog="Example: nemochat ask -t 0.3 'Why is the sky blue?' | tee answer.md")
@shared
def ask(
    *,
    words: Annotated[
        list[str] | None, typer.Argument(metavar="PROMPT…", show_default=False)
    ] = None,
    given: Given,
    json: Annotated[bool, typer.Option("--json", help="the answer as one JSON object")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="show the request's JSON, and send nothing")
    ] = False,
    curl: Annotated[
        bool, typer.Option("--curl", help="show the request as a curl command, and send nothing")
    ] = False,
) -> int:
    """Ask one question; what comes through a pipe is asked with it."""
    from nemochat.cli.ask import ask as run

    rehearse = "curl" if curl else "json" if dry_run else ""
    return run(words or [], given, json=json, rehearse=rehearse)


@app.command(epilog="Example: nemochat show README.md")
def show(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="- reads standard input")],
    *,
    no_math: Annotated[bool, typer.Option("--no-math", help="show formulas as they are")] = False,
) -> int:
    """Show a Markdown file as answers are shown."""
    from nemochat.cli import streams, views
    from nemochat.cli.opening import configured
    from nemochat.files import read_text

    settings = configured(Given({"math": "off"} if no_math else {}))
    text = streams.piped() if str(file) == "-" else read_text(file)
    views.choose(settings).show(text.rstrip("\n"))
    return 0


@app.command()
def completions(
    shell: Annotated[str, typer.Argument(metavar="bash|zsh|fish")],
) -> int:
    """Print the completions for a shell, to be put where it looks for them."""
    from nemochat.cli.completions import script

    typer.echo(script(shell, app), nl=False)
    return 0


@guide.command()
def serve(
    port: Annotated[int, typer.Option(metavar="N", help="where to listen; 0 takes a free one")] = 0,
) -> int:
    """Serve the guide over HTTP for curl and any OpenAI client, until Ctrl-C."""
    from nemochat.guide.server import start

    with start(port) as serving:
        typer.echo(f"{serving.base_url}/chat/completions")
        serving.wait()
    return 0
