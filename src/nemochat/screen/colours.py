"""A span with its colours, as far as the terminal knows them. The only door to rich."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from functools import cache

from nemochat.screen.markdown import Span
from nemochat.screen.theme import STYLES


def styling() -> Callable[[Span], str]:
    """A function that puts a span's sequences round it, as far as this terminal knows them."""
    from rich.color import ColorSystem
    from rich.console import Console
    from rich.style import Style

    name = Console(file=sys.stdout).color_system
    systems = {
        "standard": ColorSystem.STANDARD,
        "256": ColorSystem.EIGHT_BIT,
        "truecolor": ColorSystem.TRUECOLOR,
        "windows": ColorSystem.WINDOWS,
    }
    plain = os.environ.get("NO_COLOR")
    system = ColorSystem.STANDARD if plain or name is None else systems[name]

    @cache
    def looks(names: str, link: str) -> Style:
        style = Style.combine([Style.parse(STYLES.get(each, "none")) for each in names.split()])
        if plain:
            style = style.without_color
        return style + Style(link=link) if link else style

    def styled(span: Span) -> str:
        if not span.style and not span.link:
            return span.text
        return looks(span.style, span.link).render(span.text, color_system=system)

    return styled
