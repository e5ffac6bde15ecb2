"""Views for turns, and tables, reports and progress for our own data."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from nemochat.chat.ports import Screen
from nemochat.cli import streams
from nemochat.cli.options import CommonOptions
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
    """Return the view for what standard output is connected to and what the settings select.

    Args:
        config: The settings in force.
        environment: The environment variables.
        keys: Whether the view may read the keyboard: a prompt follows, which receives the keys.
        quiet: Whether to omit notices.
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
                """Omit the notice."""

        terminal = QuietTerminal if quiet else Terminal
        return terminal(colours, math=math, keys=keys, raw=raw, bell=bell)
    view = Accessible if aloud and on_terminal else Plain  # a pipe receives the exact text
    out = streams.binary_stdout()
    return view(out, err, on_terminal=on_terminal, keys=keys and smart, bell=bell)


def is_painted(config: Config, environment: Mapping[str, str] = os.environ) -> bool:
    """Return whether a terminal shows layout and colours, not plain or accessible text."""
    plain = config.text("view") != "auto" or is_accessible(config, environment)
    return not plain and not is_dumb_terminal(environment)


def is_accessible(config: Config, environment: Mapping[str, str] = os.environ) -> bool:
    """Return whether a screen reader is to read the chat."""
    view = config.text("view")
    return view == "accessible" or (view == "auto" and environment.get("ACCESSIBLE") == "1")


def is_dumb_terminal(environment: Mapping[str, str] = os.environ) -> bool:
    """Return whether the terminal has no cursor movement and no colours."""
    return environment.get("TERM", "dumb") == "dumb"


def load_appearance(context: typer.Context) -> Config:
    """Return the settings for drawing our own data.

    If the configuration file or a variable is invalid, only the flags count: other commands
    report it.
    """
    flags = context.ensure_object(CommonOptions).settings
    try:
        return load_config(flags, os.environ)
    except ConfigurationError:
        return load_config(flags, {}, Path(os.devnull))


def print_text(text: str) -> None:
    """Write a text to standard output; on a terminal, without control characters."""
    Plain(streams.binary_stdout(), None, on_terminal=streams.is_output_terminal()).show(text)


def print_json(value: object) -> None:
    """Write a value as indented JSON."""
    print_text(json.dumps(value, ensure_ascii=False, indent=2))


def print_table(
    columns: Sequence[Column],
    rows: Sequence[Sequence[Cell]],
    config: Config,
    note: str = "",
) -> None:
    """Draw rows as a table on a terminal with layout; elsewhere write a line for each.

    Args:
        columns: The columns of the table.
        rows: A cell for each column. In a pipe, tabs separate them.
        config: The settings in force.
        note: Markdown below the table, omitted in a pipe.
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
        choose_view(config).show(note)


def print_finding(line: str, config: Config, *, is_ok: bool) -> None:
    """Write one line of a report."""
    if streams.is_output_terminal() and (theme := drawing_theme(config)):
        from nemochat.screen.drawing import draw_finding

        draw_finding(line, theme, is_ok=is_ok)
    else:
        print_text(f"{'ok' if is_ok else 'no'} {line}")


def drawing_theme(config: Config) -> str:
    """Return the theme for drawing our own data, or "" for plain text."""
    from nemochat.screen.style.background import Background
    from nemochat.screen.style.colours import Colourizer

    if not is_painted(config):
        return ""
    return Colourizer(config.text("theme"), Background(os.environ)).set_theme()


@contextmanager
def draw_progress(
    noun: str, config: Config, total: int | None = None
) -> Iterator[Callable[[int], None]]:
    """Yield a function that draws the number of things done, if standard error is a terminal.

    Args:
        noun: The things, in the plural.
        config: The settings in force.
        total: Their number, if it is known.
    """
    if sys.stderr is None or not sys.stderr.isatty() or not (theme := drawing_theme(config)):
        yield lambda _: None
        return
    from nemochat.screen.drawing import show_progress

    with show_progress(noun, theme, total) as update:
        yield update
