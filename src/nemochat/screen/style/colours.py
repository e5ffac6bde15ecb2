"""Colours: rich's console for the environment and the theme, and styled spans."""

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

AUTO = "auto"  # dark or light, depending on the terminal's background
_FEWEST: Final = "standard"  # rich's name for the sixteen colours
_FEW = {_FEWEST, "windows"}


def colour_preference(environment: Mapping[str, str] = os.environ) -> bool | None:
    """Return whether the environment wants colours; None if the terminal decides.

    NO_COLOR (any text) turns them off, CLICOLOR_FORCE (anything but 0) on, CLICOLOR=0 off; the
    first one that is set wins.
    """
    if environment.get("NO_COLOR"):
        return False
    if environment.get("CLICOLOR_FORCE", "0") not in {"", "0"}:
        return True
    return False if environment.get("CLICOLOR") == "0" else None


class Colourizer:
    """Styles of spans in the current theme."""

    def __init__(self, theme: str, background: Background) -> None:
        """Prepare.

        Args:
            theme: Name of a theme, or AUTO: then the background decides at the first styled span.
            background: Background of the terminal.
        """
        self._theme = theme
        self._background = background
        self._render: Callable[[Span], str] | None = None

    def __call__(self, span: Span) -> str:
        """Return the text of a span with its control sequences."""
        if not span.style and not span.link:
            return span.text
        if self._render is None:
            self._render = make_styler(self.set_theme())
        return self._render(span)

    def ask(self, keyboard: Keyboard, write: Callable[[str], None]) -> None:
        """Request the background from the terminal, if the theme depends on it."""
        if self._theme == AUTO and colour_preference() is not False:
            self._background.ask(keyboard, write)

    def read_reply(self) -> None:
        """Read the terminal's reply, if expected, before anything else reads the keyboard."""
        if self._background.is_pending:
            self.set_theme()

    def set_theme(self, theme: str = "") -> str:
        """Use this theme from here on; return the name of the current one."""
        if theme:
            self._theme, self._render = theme, None
        if self._theme == AUTO:
            self._theme = self._background.theme()
        return self._theme


def make_styler(theme: str = "ansi") -> Callable[[Span], str]:
    """Return a function that returns the text of a span with its control sequences."""
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
    """Return a rich console with a theme, on standard output by default.

    rich detects the colours unless `colour_preference` decides. On a terminal with at most sixteen
    colours, `ansi` replaces the themes for dark and light. Without colours, the console still has a
    color system, because rich needs one for bold text; `no_color` is set instead.
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
        markup=False,  # other people's text has brackets
        emoji=False,
        highlight=False,
    )
