"""Colours of spans, as far as the terminal supports them."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from functools import cache
from typing import TYPE_CHECKING

from nemochat.screen.keyboard import Keyboard
from nemochat.screen.style.background import Background
from nemochat.screen.style.theme import THEMES, Theme
from nemochat.screen.text.spans import Span

if TYPE_CHECKING:
    from rich.color import ColorSystem

AUTO = "auto"  # the theme that the terminal's background decides


def colour_preference(environment: Mapping[str, str] = os.environ) -> bool | None:
    """Whether the environment wants colours; None where it leaves that to the terminal.

    NO_COLOR (any text) turns them off, CLICOLOR_FORCE (anything but 0) on, CLICOLOR=0 off: the
    first of the three that says something wins.
    """
    if environment.get("NO_COLOR"):
        return False
    if environment.get("CLICOLOR_FORCE", "0") not in {"", "0"}:
        return True
    return False if environment.get("CLICOLOR") == "0" else None


class Colourizer:
    """Puts a span's sequences round it, by the theme in force."""

    def __init__(self, theme: str, background: Background) -> None:
        """Prepare.

        Args:
            theme: A theme's name, or AUTO, which the background decides when the first styled span
                is to be shown.
            background: Of the terminal.
        """
        self._theme = theme
        self._background = background
        self._styled: Callable[[Span], str] | None = None

    def __call__(self, span: Span) -> str:
        """A span's text with its sequences."""
        if not span.style and not span.link:
            return span.text
        if self._styled is None:
            self.set_theme()
        assert self._styled is not None
        return self._styled(span)

    def ask(self, keyboard: Keyboard, write: Callable[[str], None]) -> None:
        """Ask the terminal for its background, if that decides anything."""
        if self._theme == AUTO and colour_preference() is not False:
            self._background.ask(keyboard, write)

    def read_reply(self) -> None:
        """Take the terminal's reply if it was asked, before anybody else reads its keyboard."""
        if self._background.is_pending:
            self.set_theme()

    def set_theme(self, theme: str = "") -> str:
        """Show spans in this theme from now on; return the name of the one in force."""
        if theme or self._styled is None:
            theme = theme or self._theme
            self._theme = self._background.theme() if theme == AUTO else theme
            self._styled = make_styler(self._theme)
        return self._theme


def make_styler(theme: str = "ansi") -> Callable[[Span], str]:
    """A function that puts a span's sequences round it, as far as this terminal knows them.

    Where there are but sixteen colours, the themes for dark and for light are the plain `ansi`.
    """
    from rich.color import ColorSystem
    from rich.style import Style

    system = _rich_colour_system()
    looks_of = resolve_theme(theme)[0]

    @cache
    def look(names: str, link: str) -> Style:
        found = [Style.parse(looks_of.get(each, "none")) for each in names.split()]
        style = Style.combine([Style(), *found])  # a link may have no style
        if system is None:
            style = style.without_color
        return style + Style(link=link) if link else style

    def styled(span: Span) -> str:
        if not span.style and not span.link:
            return span.text
        rendered = ColorSystem.STANDARD if system is None else system
        return look(span.style, span.link).render(span.text, color_system=rendered)

    return styled


def resolve_theme(theme: str) -> tuple[Theme, int]:
    """The looks of a theme's styles here, and of how many colours they are: 0, 16 or 256."""
    from rich.color import ColorSystem

    system = _rich_colour_system()
    few = system in {ColorSystem.STANDARD, ColorSystem.WINDOWS}
    if few and theme != "mono":
        theme = "ansi"
    return THEMES[theme], 0 if system is None or theme == "mono" else 16 if theme == "ansi" else 256


def _rich_colour_system() -> ColorSystem | None:
    """The colours of this terminal; None if it has none, or none are wanted."""
    from rich.color import ColorSystem

    wish = colour_preference()
    if wish is False:
        return None
    name = colour_system() or ("standard" if wish else "")
    return getattr(ColorSystem, _SYSTEMS[name]) if name else None


_ELSEWHERE = {"FORCE_COLOR", "TTY_COMPATIBLE"}  # variables
_SYSTEMS = {
    "standard": "STANDARD",
    "256": "EIGHT_BIT",
    "truecolor": "TRUECOLOR",
    "windows": "WINDOWS",
}


def colour_system() -> str:
    """The colours that this terminal knows, as rich's Console names them; "" if it has none.

    They are found by the same variables. The Console itself takes 12 ms to load, and is asked where
    something else tells of colours.
    """
    if sys.platform == "win32" or not _ELSEWHERE.isdisjoint(os.environ):
        from rich.console import Console

        return Console(file=sys.stdout).color_system or ""
    term = os.environ.get("TERM", "").strip().lower()
    if sys.stdout is None or not sys.stdout.isatty() or term in {"dumb", "unknown"}:
        return ""
    if os.environ.get("COLORTERM", "").strip().lower() in {"truecolor", "24bit"}:
        return "truecolor"
    return "256" if term.rpartition("-")[2] in {"256color", "kitty"} else "standard"
