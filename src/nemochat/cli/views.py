"""Which view shows a turn here: the terminal's, a plain one, one that is read aloud, or JSON."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping

from nemochat.cli import streams
from nemochat.config import Config
from nemochat.parts import Screen
from nemochat.screen.plain import Accessible, Plain


def choose(
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
    on_terminal = streams.output_is_terminal()
    bell = keys and on_terminal and config.text("bell") == "on"
    smart = not dumb(environment)
    aloud = accessible(config, environment)
    if wanted == "auto" and not aloud and on_terminal and smart:
        from nemochat.screen.background import Background
        from nemochat.screen.colours import Colours
        from nemochat.screen.terminal import Terminal

        colours = Colours(config.text("theme"), Background(environment))
        math, raw = config.text("math") == "on", config.text("render") == "raw"

        class Quiet(Terminal):
            def notice(self, text: str) -> None:
                """Say nothing."""

        shown = Quiet if quiet else Terminal
        return shown(colours, math=math, keys=keys, raw=raw, bell=bell)
    view = Accessible if aloud and on_terminal else Plain  # what is piped is the exact text
    out = streams.output()
    return view(out, err, on_terminal=on_terminal, keys=keys and smart, bell=bell)


def accessible(config: Config, environment: Mapping[str, str] = os.environ) -> bool:
    """Whether the chat is read aloud to its person."""
    wanted = config.text("view")
    return wanted == "accessible" or (wanted == "auto" and environment.get("ACCESSIBLE") == "1")


def dumb(environment: Mapping[str, str] = os.environ) -> bool:
    """Whether the terminal cannot be painted on."""
    return environment.get("TERM", "dumb") == "dumb"
