"""Commands about how messages are typed: several lines, pastes, one's own editor."""

from __future__ import annotations

from nemochat.core.values import shown
from nemochat.errors import UsageError
from nemochat.files import fenced
from nemochat.repl.registry import command
from nemochat.repl.session import Session

_SWITCH = {"on": "Enter makes a new line", "off": "Enter sends"}
_PASTES_SHOWN = 3


@command("[on or off]", choices=lambda _: list(_SWITCH.items()))
def multiline(session: Session, argument: str) -> str:
    """Let Enter make a new line, and Alt-Enter or Ctrl-J send; the same again swaps them back.

    A command in one line is still run by Enter.
    """
    if argument not in {"", *_SWITCH}:
        raise UsageError(f"/multiline stands alone, or with on or off, not {shown(argument)}")
    session.multiline = argument == "on" if argument else not session.multiline
    if session.multiline:
        return "Enter makes a new line; Alt-Enter or Ctrl-J sends."
    return "Enter sends; Alt-Enter or Ctrl-J makes a new line."


@command("[show]", choices=lambda _: [("show", "the last pastes, whole")])
def paste(session: Session, argument: str) -> str:
    """Show what is folded: the last pastes of more than 20 lines, each sent whole with its mark."""
    if argument not in {"", "show"}:
        raise UsageError(f"/paste stands alone, or with show, not {shown(argument)}")
    pastes = session.folds.shown()
    if not pastes:
        return "Nothing is folded."
    parts = [f"`{mark}`\n\n{fenced(text)}" for mark, text in pastes[:_PASTES_SHOWN]]
    left = len(pastes) - len(parts)
    more = [f"{left} more before {'it' if len(parts) == 1 else 'them'}."] if left else []
    return "\n\n".join([*reversed(parts), *more])


@command("[TEXT]")
def editor(session: Session, argument: str) -> str:
    """Write the next message in your own editor; it then stands on the prompt, to be sent.

    The editor is the one that the variable VISUAL or EDITOR names. Ctrl-X Ctrl-E and Ctrl-G open
    it with what is typed already.
    """
    session.draft = session.edited(argument)
    return "" if session.draft else "Nothing was written."
