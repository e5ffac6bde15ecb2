"""Commands about the interface: rendering, theme, multi-line input, paste."""

from __future__ import annotations

from nemochat.config.settings import THEME_NAMES
from nemochat.core.parameters import OneOf
from nemochat.core.text import format_value
from nemochat.errors import UsageError
from nemochat.files import to_code_block
from nemochat.repl.registry import command
from nemochat.repl.session import Session

_RENDER_MODES = {"markdown": "laid out", "raw": "as the model writes them"}
_THEME_CHOICES = {
    "auto": "dark or light, as the terminal's background is",
    "ansi": "the terminal's own sixteen colours",
    "dark": "for a dark background",
    "light": "for a light background",
    "mono": "bold, dim, italic and underline, and no colours",
}
_MULTILINE_CHOICES = {"on": "Enter makes a new line", "off": "Enter sends"}
_MAX_PASTES = 3


@command("[raw or markdown]", choices=lambda _: _RENDER_MODES.items())
def render(session: Session, argument: str) -> str:
    """Show the Markdown of answers as it comes, or laid out, from the next answer on.

    `/render` alone tells which. The setting `render` and the flag `--raw` choose it for every chat.
    """
    if argument and argument not in _RENDER_MODES:
        raise UsageError(f"/render takes raw or markdown, not {format_value(argument)}")
    if argument:
        session.screen.set_raw(raw=argument == "raw")
    way = "raw" if session.screen.raw else "markdown"
    return f"Answers are shown {_RENDER_MODES[way]} (`{way}`)."


@command("[NAME]", choices=lambda _: _THEME_CHOICES.items())
def theme(session: Session, argument: str) -> str:
    """Show the colours' theme, or take another one from the next answer on.

    There are `ansi`, `dark`, `light` and `mono`; `auto` chooses by the terminal's background. The
    setting `theme` keeps the choice for every chat.
    """
    names = OneOf(("auto", *THEME_NAMES))
    try:
        name = str(names.parse(argument)) if argument else ""
    except ValueError:
        raise UsageError(f"/theme takes {names}, not {format_value(argument)}") from None
    now = session.screen.theme(name)
    return f"The theme is `{now}`: {_THEME_CHOICES[now]}."


@command("[on or off]", choices=lambda _: list(_MULTILINE_CHOICES.items()))
def multiline(session: Session, argument: str) -> str:
    """Let Enter make a new line, and Alt-Enter or Ctrl-J send; the same again swaps them back.

    A command in one line is still run by Enter.
    """
    if argument not in {"", *_MULTILINE_CHOICES}:
        raise UsageError(
            f"/multiline stands alone, or with on or off, not {format_value(argument)}"
        )
    session.multiline = argument == "on" if argument else not session.multiline
    if session.multiline:
        return "Enter makes a new line; Alt-Enter or Ctrl-J sends."
    return "Enter sends; Alt-Enter or Ctrl-J makes a new line."


@command("[show]", choices=lambda _: [("show", "the last pastes, whole")])
def paste(session: Session, argument: str) -> str:
    """Show what is folded: the last pastes of more than 20 lines, each sent whole with its mark."""
    if argument not in {"", "show"}:
        raise UsageError(f"/paste stands alone, or with show, not {format_value(argument)}")
    pastes = session.pastes.list_pastes()
    if not pastes:
        return "Nothing is folded."
    parts = [f"`{mark}`\n\n{to_code_block(text)}" for mark, text in pastes[:_MAX_PASTES]]
    left = len(pastes) - len(parts)
    more = [f"{left} more before {'it' if len(parts) == 1 else 'them'}."] if left else []
    return "\n\n".join([*reversed(parts), *more])


@command("[TEXT]")
def editor(session: Session, argument: str) -> str:
    """Write the next message in your own editor; it then stands on the prompt, to be sent.

    The editor is the one that the variable VISUAL or EDITOR names. Ctrl-X Ctrl-E and Ctrl-G open
    it with what is typed already.
    """
    session.draft = session.edit_text(argument)
    return "" if session.draft else "Nothing was written."
