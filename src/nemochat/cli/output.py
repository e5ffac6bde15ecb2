"""Choice of the view that shows a turn: terminal, plain, accessible or JSON."""

from __future__ import annotations

import json
import os
import shutil
import sys
import textwrap
from collections.abc import Iterable, Mapping

from nemochat.chat.ports import Screen
from nemochat.cli import streams
from nemochat.config.load import Config, load_config
from nemochat.repl.tables import NARROW_COLUMNS, escape_markdown
from nemochat.screen.plain import Accessible, Plain

MAX_CELL_COLUMNS = 200  # columns


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
    wanted = config.text("view")
    err = None if quiet else sys.stderr
    on_terminal = streams.is_output_terminal()
    bell = keys and on_terminal and config.text("bell") == "on"
    smart = not is_dumb_terminal(environment)
    aloud = is_accessible(config, environment)
    if wanted == "auto" and not aloud and on_terminal and smart:
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


def is_accessible(config: Config, environment: Mapping[str, str] = os.environ) -> bool:
    """Whether the chat is read aloud to its person."""
    wanted = config.text("view")
    return wanted == "accessible" or (wanted == "auto" and environment.get("ACCESSIBLE") == "1")


def is_dumb_terminal(environment: Mapping[str, str] = os.environ) -> bool:
    """Whether the terminal cannot be painted on."""
    return environment.get("TERM", "dumb") == "dumb"


def load_view() -> Screen:
    """The view for texts of ours, as the settings say."""
    return choose_view(load_config({}, os.environ))


def print_text(text: str) -> None:
    """Write a text to standard output as it is, made harmless on a terminal."""
    Plain(streams.binary_stdout(), None, on_terminal=streams.is_output_terminal()).show(text)


def print_json(value: object) -> None:
    """Write a value as JSON."""
    print_text(json.dumps(value, ensure_ascii=False, indent=2))


def print_table(config: Config, head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> None:
    """Show rows: a table on a terminal, a list where that is narrow; in a pipe tabs between cells.

    The first cell of a row names it. Empty cells at its end are left out of a list.
    """
    if not streams.is_output_terminal():
        print_text("\n".join("\t".join(" ".join(cell.split()) for cell in row) for row in rows))
        return
    escaped = [[escape_markdown(cell, MAX_CELL_COLUMNS) for cell in row] for row in rows]
    if shutil.get_terminal_size().columns < NARROW_COLUMNS:
        choose_view(config).show("\n".join(f"- {' '.join(filter(None, row))}" for row in escaped))
    else:
        lines = [head, ["---" for _ in head], *escaped]
        choose_view(config).show("\n".join(f"| {' | '.join(line)} |" for line in lines))


def wrap_with_label(label: str, text: str) -> str:
    """A line after a label, wrapped to a terminal's width under its own beginning."""
    line = f"{label} {text}"
    if not streams.is_output_terminal():
        return line
    columns = max(shutil.get_terminal_size().columns - 1, 20)
    indent = " " * (len(label) + 1)
    return textwrap.fill(line, columns, subsequent_indent=indent, break_on_hyphens=False)
