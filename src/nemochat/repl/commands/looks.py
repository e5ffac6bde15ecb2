"""Commands about how answers look."""

from __future__ import annotations

from nemochat.core.values import shown
from nemochat.errors import UsageError
from nemochat.repl.registry import command
from nemochat.repl.session import Session

_WAYS = {"markdown": "laid out", "raw": "as the model writes them"}


@command("[raw or markdown]", choices=lambda _: _WAYS.items())
def render(session: Session, argument: str) -> str:
    """Show the Markdown of answers as it comes, or laid out, from the next answer on.

    `/render` alone tells which. The setting `render` and the flag `--raw` choose it for every chat.
    """
    if argument and argument not in _WAYS:
        raise UsageError(f"/render takes raw or markdown, not {shown(argument)}")
    if argument:
        session.screen.lay_out(raw=argument == "raw")
    way = "raw" if session.screen.raw else "markdown"
    return f"Answers are shown {_WAYS[way]} (`{way}`)."
