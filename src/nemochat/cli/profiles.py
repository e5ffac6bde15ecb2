"""`nemochat profiles`: those of the configuration file. A door to typer."""

from __future__ import annotations

import os
from typing import Annotated

import typer

profiles = typer.Typer(
    help="List, show and edit the profiles of the configuration file.",
    epilog="Example: nemochat profiles list. A profile holds a system prompt, parameters, a model,"
    " a template, examples. More: docs/profiles.md",
    no_args_is_help=True,
    rich_markup_mode=None,
)

EXAMPLE = """\
# The settings and profiles of nemochat; `/help configuration` and `/help profiles` tell of both.
#
# [profile.chef]
# about = "recipes, briefly"
# system = "Respond like a chef with a Michelin star."
# temperature = 0.3
#
# [profile.translate]
# about = "translates a text"
# template = "Translate into {language}, and answer with the translation alone:\\n\\n{input}"
# messages = [
#   { role = "user", content = "Translate into German: Good morning" },
#   { role = "assistant", content = "Guten Morgen" },
# ]
"""


@profiles.command("list", epilog="Example: nemochat profiles list. More: docs/profiles.md")
def list_() -> int:
    """List them: a table on a terminal, tabs in a pipe."""
    from nemochat import config
    from nemochat.cli import streams, views
    from nemochat.cli.telling import tell
    from nemochat.repl.commands.profiles import sets, table
    from nemochat.screen.safe import harmless_line

    settings = config.load({}, os.environ)
    if streams.output_is_terminal():
        views.choose(settings).show(table(settings.profiles, settings.text("profile")))
        return 0
    rows = (
        "\t".join((each.name, harmless_line(each.about, 200), harmless_line(sets(each), 200)))
        for each in settings.profiles.values()
    )
    if listed := "\n".join(rows):
        tell(listed)
    return 0


@profiles.command(epilog="Example: nemochat profiles show chef. More: docs/profiles.md")
def show(*, name: Annotated[str, typer.Argument(metavar="NAME", show_default=False)]) -> int:
    """Show all of one."""
    from nemochat import config
    from nemochat.cli import views
    from nemochat.profiles import find
    from nemochat.repl.commands.profiles import told

    settings = config.load({}, os.environ)
    views.choose(settings).show(told(find(settings.profiles, name)))
    return 0


@profiles.command(epilog="Example: EDITOR=nano nemochat profiles edit. More: docs/profiles.md")
def edit() -> int:
    """Edit the configuration file: what the editor leaves is taken over if all of it is sound."""
    from nemochat.cli.settings import edited

    return edited(EXAMPLE)
