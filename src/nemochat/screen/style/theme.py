"""Themes: the looks of all styles. None paints the background."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.theme import Theme

Looks = Mapping[str, str]  # from a style's name to its definition, as rich's Style.parse reads it

# Only the terminal's own sixteen colours: their owner chose them to be read on the background that
# the terminal has, whatever that is.
ANSI: Looks = {
    "strong": "bold",
    "emphasis": "italic",
    "strike": "strike",
    "code": "cyan",
    "heading": "bold",
    "fence": "dim",
    "quote": "dim",
    "bullet": "cyan",
    "rule": "dim",
    "link": "underline blue",
    "math": "magenta",
    "dim": "dim",
    "table.rule": "dim",
    "code.plain": "none",
    "code.keyword": "bold blue",
    "code.name": "none",
    "code.builtin": "cyan",
    "code.type": "cyan",
    "code.string": "green",
    "code.number": "magenta",
    "code.comment": "dim italic",
    "code.attribute": "yellow",
    "code.tag": "blue",
    "code.heading": "bold",
    "code.inserted": "green",
    "code.deleted": "red",
    "notice": "yellow",
    "question": "bold green",
    "thought": "dim italic",
    "success": "green",
    "failure": "bold red",
}

# The next two take colours 16 to 255 of the 256, which are the same in every terminal; so is what
# they contrast with: at least 4.5 to 1 on black and #1e1e1e, or on white and #fdf6e3. No style is
# `dim`, for how much a terminal dims is not known.
_DARK: Looks = {
    "code": "color(116)",
    "heading": "bold color(222)",
    "fence": "color(245)",
    "quote": "color(249)",
    "bullet": "color(75)",
    "rule": "color(245)",
    "link": "underline color(75)",
    "math": "color(183)",
    "dim": "color(245)",
    "table.rule": "color(245)",
    "code.keyword": "bold color(111)",
    "code.builtin": "color(116)",
    "code.type": "color(79)",
    "code.string": "color(114)",
    "code.number": "color(216)",
    "code.comment": "italic color(245)",
    "code.attribute": "color(221)",
    "code.tag": "color(111)",
    "code.heading": "bold color(222)",
    "code.inserted": "color(114)",
    "code.deleted": "color(210)",
    "notice": "color(221)",
    "question": "bold color(114)",
    "thought": "italic color(245)",
    "success": "color(114)",
    "failure": "bold color(210)",
}
_LIGHT: Looks = {
    "code": "color(24)",
    "heading": "bold color(54)",
    "fence": "color(242)",
    "quote": "color(240)",
    "bullet": "color(25)",
    "rule": "color(242)",
    "link": "underline color(25)",
    "math": "color(90)",
    "dim": "color(242)",
    "table.rule": "color(242)",
    "code.keyword": "bold color(25)",
    "code.builtin": "color(24)",
    "code.type": "color(23)",
    "code.string": "color(22)",
    "code.number": "color(90)",
    "code.comment": "italic color(242)",
    "code.attribute": "color(94)",
    "code.tag": "color(25)",
    "code.heading": "bold color(54)",
    "code.inserted": "color(22)",
    "code.deleted": "color(124)",
    "notice": "color(94)",
    "question": "bold color(22)",
    "thought": "italic color(242)",
    "success": "color(22)",
    "failure": "bold color(124)",
}
_MONO: Looks = {
    "code": "bold",
    "heading": "bold underline",
    "bullet": "none",
    "link": "underline",
    "math": "italic",
    "code.keyword": "bold",
    "code.builtin": "none",
    "code.type": "none",
    "code.string": "none",
    "code.number": "none",
    "code.attribute": "none",
    "code.tag": "bold",
    "code.inserted": "bold",
    "code.deleted": "dim",
    "notice": "italic",
    "question": "bold",
    "success": "none",
    "failure": "bold",
}
# By the names that config.THEMES lists: config stands on this floor, so neither knows the other,
# and a test compares them. A style that a theme does not name looks as in ANSI.
THEMES: Mapping[str, Looks] = {
    "ansi": ANSI,
    "dark": {**ANSI, **_DARK},
    "light": {**ANSI, **_LIGHT},
    "mono": {**ANSI, **_MONO},
}


@cache
def load_theme(name: str) -> Theme:
    """Return one of the themes for rich, without rich's own styles: every colour is one of ours."""
    from rich.theme import Theme

    return Theme(THEMES[name], inherit=False)
