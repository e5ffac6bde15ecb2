"""`nemochat keys`: the tokens of endpoints. A door to typer; no token is ever a flag, or shown."""

from __future__ import annotations

from typing import Annotated

import typer

keys = typer.Typer(
    help="Keep the tokens of endpoints, and tell which is used; none is ever shown.",
    epilog="Example: nemochat keys set mistral. ENDPOINT is a name such as deepinfra, mistral or"
    " openrouter. More: docs/tokens.md",
    no_args_is_help=True,
    rich_markup_mode=None,
)

Name = Annotated[str, typer.Argument(metavar="ENDPOINT", show_default=False)]


@keys.command(
    "set", epilog="Example: pass show deepinfra | nemochat keys set deepinfra. More: docs/tokens.md"
)
def set_(
    *,
    endpoint: Name = "",
    file: Annotated[
        bool, typer.Option("--file", help="into the file, also where there is a keyring")
    ] = False,
) -> int:
    """Keep a token, typed unseen or read from a pipe, in the keyring or in a file of your own."""
    from nemochat.cli import secrets

    return secrets.kept(endpoint, into_file=file)


@keys.command(epilog="Example: nemochat keys status. More: docs/tokens.md")
def status(*, json: Annotated[bool, typer.Option("--json", help="as JSON")] = False) -> int:
    """Tell for each endpoint where its token comes from."""
    from nemochat.cli import secrets

    return secrets.told(json=json)


@keys.command(epilog="Example: nemochat keys remove deepinfra. More: docs/tokens.md")
def remove(*, endpoint: Name = "") -> int:
    """Take a token out of the keyring and the file."""
    from nemochat.cli import secrets

    return secrets.removed(endpoint)
