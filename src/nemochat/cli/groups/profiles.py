"""`nemochat profiles`: list and show the profiles of the configuration."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from nemochat.cli.app import create_app

profiles_group = create_app(
    help_="List, show and edit the profiles of the configuration file.",
    epilog="Example: nemochat profiles list. A profile holds a system prompt, parameters, a model,"
    " a template, examples. More: docs/profiles.md",
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


@profiles_group.command("list", epilog="Example: nemochat profiles list. More: docs/profiles.md")
def list_() -> int:
    """List them: a table on a terminal, tabs in a pipe."""
    from nemochat.cli import output
    from nemochat.config.load import load_config
    from nemochat.repl.commands.model_settings import (
        PROFILE_COLUMNS,
        describe_profiles,
        profile_cells,
    )

    settings = load_config({}, os.environ)
    known, in_force = settings.profiles, settings.text("profile")
    rows = [profile_cells(each, in_force) for each in known.values()]
    output.print_table(PROFILE_COLUMNS, rows, describe_profiles(known, in_force))
    return 0


@profiles_group.command(epilog="Example: nemochat profiles show chef. More: docs/profiles.md")
def show(*, name: Annotated[str, typer.Argument(metavar="NAME", show_default=False)]) -> int:
    """Show all of one."""
    from nemochat.cli import output
    from nemochat.config.apply_profile import find_profile
    from nemochat.config.load import load_config
    from nemochat.repl.commands.model_settings import describe_profile

    settings = load_config({}, os.environ)
    output.choose_view(settings).show(describe_profile(find_profile(settings.profiles, name)))
    return 0


@profiles_group.command(
    epilog="Example: EDITOR=nano nemochat profiles edit. More: docs/profiles.md"
)
def edit() -> int:
    """Edit the configuration file: what the editor leaves is taken over if all of it is sound."""
    from nemochat.cli.groups.config import edit_config

    return edit_config(EXAMPLE)
