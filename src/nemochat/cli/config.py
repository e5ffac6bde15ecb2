"""`nemochat config`: what is set, and where. A door to typer; the work is in settings.py."""

from __future__ import annotations

from typing import Annotated

import typer

config = typer.Typer(
    help="Show, set and check the settings of the configuration file.",
    epilog="Example: nemochat config set model maker/model. NAME is a setting, such as model or"
    " parameters.temperature. More: docs/configuration.md",
    no_args_is_help=True,
    rich_markup_mode=None,
)

Name = Annotated[str, typer.Argument(metavar="NAME", show_default=False)]


@config.command(epilog="Example: nemochat config show | grep timeout. More: docs/configuration.md")
def show(
    *,
    json: Annotated[bool, typer.Option("--json", help="as JSON")] = False,
) -> int:
    """Show every setting with its value and where it comes from."""
    from nemochat.cli import settings

    return settings.shown(json=json)


@config.command(epilog="Example: nemochat config get model. More: docs/configuration.md")
def get(name: Name) -> int:
    """Print the value of one setting."""
    from nemochat.cli import settings

    return settings.got(name)


@config.command(
    "set",
    epilog="Example: nemochat config set parameters.temperature 0.3. More: docs/configuration.md",
)
def set_(
    name: Name, value: Annotated[str, typer.Argument(metavar="VALUE", show_default=False)]
) -> int:
    """Set a setting in the configuration file, whose comments stay."""
    from nemochat.cli import settings

    return settings.put(name, value)


@config.command(
    epilog="Example: nemochat config unset parameters.temperature. More: docs/configuration.md"
)
def unset(name: Name) -> int:
    """Take a setting out of the configuration file."""
    from nemochat.cli import settings

    return settings.dropped(name)


@config.command(epilog="Example: EDITOR=nano nemochat config edit. More: docs/configuration.md")
def edit() -> int:
    """Open the configuration file in your editor; what cannot be is not taken over."""
    from nemochat.cli import settings

    return settings.edited()


@config.command(epilog="Example: cat $(nemochat config path). More: docs/configuration.md")
def path() -> int:
    """Tell where the configuration file is."""
    from nemochat.cli import settings

    return settings.told_path()


@config.command(epilog="Example: nemochat config check. More: docs/configuration.md")
def check() -> int:
    """Look whether all that is set can be."""
    from nemochat.cli import settings

    return settings.sound()
