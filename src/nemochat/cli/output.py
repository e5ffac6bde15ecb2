"""Choice of the view that shows a turn: terminal, plain, accessible or JSON."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from nemochat.chat.ports import Screen
from nemochat.cli import streams
from nemochat.config.load import Config, load_config
from nemochat.errors import ConfigurationError
from nemochat.screen.plain import Accessible, Plain

if TYPE_CHECKING:
    from nemochat.screen.drawing import Cell, Column


def choose_view(
    config: Config,
    environment: Mapping[str, str] = os.environ,
    *,
    keys: bool = False,
    quiet: bool = False,
) -> Screen:
    """The view for standard output as it is connected, and as its person wants it.

    Args:
        config: The settings in force.
        environment: The environment's variables.
        keys: Whether the view may read the keyboard: a prompt follows that takes what was typed.
        quiet: Whether notices are left out.
    """
    err = None if quiet else sys.stderr
    on_terminal = streams.is_output_terminal()
    bell = keys and on_terminal and config.text("bell") == "on"
    smart = not is_dumb_terminal(environment)
    aloud = is_accessible(config, environment)
    if on_terminal and is_painted(config, environment):
        from nemochat.screen.style.background import Background
        from nemochat.screen.style.colours import Colourizer
        from nemochat.screen.terminal import Terminal

        colours = Colourizer(config.text("theme"), Background(environment))
        math, raw = config.text("math") == "on", config.text("render") == "raw"

        class QuietTerminal(Terminal):
            def notice(self, text: str) -> None:
                """Say nothing."""

        shown = QuietTerminal if quiet else Terminal
        return shown(colours, math=math, keys=keys, raw=raw, bell=bell)
    view = Accessible if aloud and on_terminal else Plain  # what is piped is the exact text
    out = streams.binary_stdout()
    return view(out, err, on_terminal=on_terminal, keys=keys and smart, bell=bell)


def is_painted(config: Config, environment: Mapping[str, str] = os.environ) -> bool:
    """Return whether a terminal shows layout and colours, not plain or accessible text."""
    plain = config.text("view") != "auto" or is_accessible(config, environment)
    return not plain and not is_dumb_terminal(environment)


def is_accessible(config: Config, environment: Mapping[str, str] = os.environ) -> bool:
    """Whether the chat is read aloud to its person."""
    wanted = config.text("view")
    return wanted == "accessible" or (wanted == "auto" and environment.get("ACCESSIBLE") == "1")


def is_dumb_terminal(environment: Mapping[str, str] = os.environ) -> bool:
    """Whether the terminal cannot be painted on."""
    return environment.get("TERM", "dumb") == "dumb"


def load_view(config: Config | None = None) -> Screen:
    """Return the view for our own texts, as the settings say; None loads them without flags."""
    return choose_view(load_config({}, os.environ) if config is None else config)


def print_text(text: str) -> None:
    """Write a text to standard output as it is, made harmless on a terminal."""
    Plain(streams.binary_stdout(), None, on_terminal=streams.is_output_terminal()).show(text)


def print_json(value: object) -> None:
    """Write a value as JSON."""
    print_text(json.dumps(value, ensure_ascii=False, indent=2))


def print_table(
    columns: Sequence[Column],
    rows: Sequence[Sequence[Cell]],
    note: str = "",
    *,
    config: Config | None = None,
) -> None:
    """Draw rows as a table on a terminal that is painted; elsewhere write a line for each.

    Args:
        columns: Of the table.
        rows: Cells for each column. In a pipe, tabs stand between them.
        note: Markdown below the table, left out in a pipe.
        config: The settings in force; None loads them without flags.
    """
    from nemochat.screen import drawing

    if not streams.is_output_terminal():
        if rows:
            print_text("\n".join("\t".join(map(drawing.format_cell, row)) for row in rows))
        return
    if rows and (theme := drawing_theme(config)):
        drawing.draw_rows(columns, rows, theme)
    elif rows:
        print_text("\n".join(drawing.format_row(columns, row) for row in rows))
    if note:
        if rows:
            print_text("")
        load_view(config).show(note)


def print_finding(line: str, *, is_ok: bool) -> None:
    """Write one line of a report."""
    if streams.is_output_terminal() and (theme := drawing_theme()):
        from nemochat.screen.drawing import draw_finding

        draw_finding(line, theme, is_ok=is_ok)
    else:
        print_text(f"{'ok' if is_ok else 'no'} {line}")


def drawing_theme(config: Config | None = None) -> str:
    """Return the theme for drawings of our own data; "" if they are to be plain text.

    Without a configuration, the one of the environment and the file is loaded. One that cannot be
    read is no reason to draw nothing: others report it.
    """
    from nemochat.screen.style.background import Background
    from nemochat.screen.style.colours import Colourizer

    if config is None:
        try:
            config = load_config({}, os.environ)
        except ConfigurationError:
            config = Config()
    if not is_painted(config):
        return ""
    return Colourizer(config.text("theme"), Background(os.environ)).set_theme()


@contextmanager
def draw_progress(noun: str, total: int | None = None) -> Iterator[Callable[[int], None]]:
    """Give a function that draws how many things are done, on standard error if it is painted.

    Args:
        noun: The things, in the plural.
        total: How many there are, if that is known.
    """
    if sys.stderr is None or not sys.stderr.isatty() or not (theme := drawing_theme()):
        yield lambda _: None
        return
    from nemochat.screen.drawing import show_progress

    with show_progress(noun, theme, total) as update:
        yield update
