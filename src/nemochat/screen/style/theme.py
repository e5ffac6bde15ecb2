"""Themes: the definitions of all styles. None paints the background."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.theme import Theme

Looks = Mapping[str, str]  # definitions, as rich's `Style.parse` reads them, by the style's name

# `ansi` uses the terminal's own sixteen colours, which suit its background. `dark` and `light` use
# colours 16 to 255 of the 256, which are the same in every terminal, with a contrast of at least
# 4.5 to 1 on black and #1e1e1e, or on white and #fdf6e3. Neither dims, because terminals dim
# differently. An empty cell means the definition of `ansi`.
# `quote` is the bar beside a quotation, not its text.
_TABLE = """
style          | ansi           | dark                | light               | mono
strong         | bold           |                     |                     |
emphasis       | italic         |                     |                     |
strike         | strike         |                     |                     |
code           | cyan           | color(116)          | color(24)           | bold
heading        | bold           | bold color(222)     | bold color(54)      | bold underline
fence          | dim            | color(245)          | color(242)          |
quote          | dim            | color(249)          | color(240)          |
bullet         | cyan           | color(75)           | color(25)           | none
rule           | dim            | color(245)          | color(242)          |
link           | underline blue | underline color(75) | underline color(25) | underline
math           | magenta        | color(183)          | color(90)           | italic
dim            | dim            | color(245)          | color(242)          |
table.rule     | dim            | color(245)          | color(242)          |
code.plain     | none           |                     |                     |
code.keyword   | bold blue      | bold color(111)     | bold color(25)      | bold
code.name      | none           |                     |                     |
code.builtin   | cyan           | color(116)          | color(24)           | none
code.type      | cyan           | color(79)           | color(23)           | none
code.string    | green          | color(114)          | color(22)           | none
code.number    | magenta        | color(216)          | color(90)           | none
code.comment   | dim italic     | italic color(245)   | italic color(242)   |
code.attribute | yellow         | color(221)          | color(94)           | none
code.tag       | blue           | color(111)          | color(25)           | bold
code.heading   | bold           | bold color(222)     | bold color(54)      |
code.inserted  | green          | color(114)          | color(22)           | bold
code.deleted   | red            | color(210)          | color(124)          | dim
notice         | yellow         | color(221)          | color(94)           | italic
question       | bold green     | bold color(114)     | bold color(22)      | bold
thought        | dim italic     | italic color(245)   | italic color(242)   |
success        | green          | color(114)          | color(22)           | none
failure        | bold red       | bold color(210)     | bold color(124)     | bold
"""


def _parse_table() -> dict[str, Looks]:
    lines = [[cell.strip() for cell in line.split("|")] for line in _TABLE.strip().split("\n")]
    (_, *names), *rows = lines
    return {
        name: {style: looks[column] or looks[0] for style, *looks in rows}
        for column, name in enumerate(names)
    }


# A test compares their names with `config.settings.THEME_NAMES`.
THEMES: Mapping[str, Looks] = _parse_table()


@cache
def load_theme(name: str) -> Theme:
    """Return a theme for rich, without rich's own styles, whose colours are not ours."""
    from rich.theme import Theme

    return Theme(THEMES[name], inherit=False)
