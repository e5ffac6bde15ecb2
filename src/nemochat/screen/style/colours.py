"""Colours: rich's console, as the environment and the theme configure it, and styled spans."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from functools import cache
from typing import TYPE_CHECKING, Final, TextIO

from nemochat.screen.keyboard import Keyboard
from nemochat.screen.style.background import Background
from nemochat.screen.style.theme import load_theme
from nemochat.screen.text.spans import Span

if TYPE_CHECKING:
    from rich.console import Console

AUTO = "auto"  # the theme that the terminal's background decides
_FEWEST: Final = "standard"  # the sixteen colours, in rich's words
_FEW = {_FEWEST, "windows"}


def colour_preference(environment: Mapping[str, str] = os.environ) -> bool | None:
    """Return whether the environment wants colours; None if it leaves that to the terminal.

    NO_COLOR (any text) turns them off, CLICOLOR_FORCE (anything but 0) on, CLICOLOR=0 off: the
    first of the three that is set wins.
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
        self._render: Callable[[Span], str] | None = None

    def __call__(self, span: Span) -> str:
        """A span's text with its sequences."""
        if not span.style and not span.link:
            return span.text
        if self._render is None:
            self._render = make_styler(self.set_theme())
        return self._render(span)

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
        if theme:
            self._theme, self._render = theme, None
        if self._theme == AUTO:
            self._theme = self._background.theme()
        return self._theme


def make_styler(theme: str = "ansi") -> Callable[[Span], str]:
    """Return a function that puts a span's sequences round it, in a theme on this terminal."""
    from rich.console import COLOR_SYSTEMS
    from rich.style import Style

    console = open_console(theme)
    system = COLOR_SYSTEMS[console.color_system or _FEWEST]

    @cache
    def resolve(names: str, link: str) -> Style:
        styles = [console.get_style(name, default="none") for name in names.split()]
        style = Style.combine([Style(), *styles])  # a link may have no style
        if console.no_color:
            style = style.without_color
        return style + Style(link=link) if link else style

    def render(span: Span) -> str:
        if not span.style and not span.link:
            return span.text
        return resolve(span.style, span.link).render(span.text, color_system=system)

    return render


def open_console(theme: str = "ansi", file: TextIO | None = None) -> Console:
    """Return a rich console that draws in a theme on a terminal, standard output by default.

    rich detects the colours, except where `colour_preference` decides. On a terminal with no more
    than sixteen colours the themes for dark and for light are `ansi`. Without colours, the console
    still has a color system, or rich would draw no bold text either; `no_color` is set instead.
    """
    from rich.console import Console

    file = file or sys.stdout
    preference = colour_preference()
    system = None if preference is False else Console(file=file).color_system
    if system is None and preference:
        system = _FEWEST
    if system in _FEW and theme != "mono":
        theme = "ansi"
    return Console(
        file=file,
        force_terminal=True,
        color_system=_FEWEST if theme == "ansi" or system is None else "auto",
        no_color=system is None or theme == "mono",
        theme=load_theme(theme),
        markup=False,  # foreign text has brackets
        emoji=False,
        highlight=False,
    )
