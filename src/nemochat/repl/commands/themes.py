"""The command about colours."""

from __future__ import annotations

from nemochat.config import THEMES
from nemochat.core.values import OneOf, shown
from nemochat.errors import UsageError
from nemochat.repl.registry import command
from nemochat.repl.session import Session

_ABOUT = {
    "auto": "dark or light, as the terminal's background is",
    "ansi": "the terminal's own sixteen colours",
    "dark": "for a dark background",
    "light": "for a light background",
    "mono": "bold, dim, italic and underline, and no colours",
}


@command("[NAME]", choices=lambda _: _ABOUT.items())
def theme(session: Session, argument: str) -> str:
    """Show the colours' theme, or take another one from the next answer on.

    There are `ansi`, `dark`, `light` and `mono`; `auto` chooses by the terminal's background. The
    setting `theme` keeps the choice for every chat.
    """
    names = OneOf(("auto", *THEMES))
    try:
        name = str(names.parse(argument)) if argument else ""
    except ValueError:
        raise UsageError(f"/theme takes {names}, not {shown(argument)}") from None
    now = session.screen.theme(name)
    return f"The theme is `{now}`: {_ABOUT[now]}."
