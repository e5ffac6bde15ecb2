"""What lays out a text: as Markdown, or as it came. Markdown is loaded once an answer is awaited.

It takes 15 ms, which no prompt has to wait for.
"""

from __future__ import annotations

from functools import cache
from threading import Thread

from nemochat.screen.answer import Layout
from nemochat.screen.markdown.spans import Row
from nemochat.screen.verbatim import Verbatim

LIKELY = ("python", "bash", "javascript", "json")  # languages of code in answers


def layout(width: int, *, raw: bool, math: bool, numbered: bool) -> Layout:
    """What lays out an answer.

    Args:
        width: Columns of its rows.
        raw: Whether its Markdown is shown as it comes.
        math: Whether formulas are shown in Unicode.
        numbered: Whether code blocks have numbers.
    """
    if raw:
        return Verbatim(width)
    from nemochat.screen.markdown.renderer import Renderer

    return Renderer(width, math=math, numbered=numbered)


def rows(markdown: str, width: int, *, math: bool) -> list[Row]:
    """The rows of a whole text."""
    from nemochat.screen.markdown.renderer import render

    return render(markdown, width, math=math)


@cache
def prepare() -> None:
    """Begin to load what an answer is likely to need, in a thread; once is enough."""
    Thread(target=_load, daemon=True).start()


def _load() -> None:
    from nemochat.screen.markdown import highlight, renderer  # noqa: F401 - loaded for later

    highlight.prepare(*LIKELY)
