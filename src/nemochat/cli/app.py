"""The tree of commands; with options.py, the door to typer.

Heavy modules are imported inside the commands that need them, so that `--help` starts at once.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from nemochat.cli.asking import Asking
from nemochat.cli.chats import chats
from nemochat.cli.config import config
from nemochat.cli.doctor import doctor
from nemochat.cli.keys import keys
from nemochat.cli.models import models
from nemochat.cli.options import Given, shared
from nemochat.cli.profiles import profiles

app = typer.Typer(
    name="nemochat",
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    no_args_is_help=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Examples: nemochat; nemochat ask 'What is a monad?'; git diff | nemochat ask 'Review'."
    " More: nemochat manual, or nemochat --endpoint guide, which knows the pages of docs/.",
)
guide = typer.Typer(
    help="The embedded endpoint, which answers about nemochat.",
    epilog="Example: nemochat guide serve. More: docs/guide.md",
)
app.add_typer(guide, name="guide")
app.add_typer(chats, name="chats")
app.add_typer(profiles, name="profiles")
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

        return run([], given, Asking())
    from nemochat.cli.talk import talk

    return talk(given, script)


@app.command(
    epilog="Examples: nemochat ask -t 0.3 'Why is the sky blue?' | tee answer.md; nemochat ask -x"
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
