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
    on_terminal = sys.stdout is not None and sys.stdout.isatty()
    if wanted == "accessible" or (wanted == "auto" and environment.get("ACCESSIBLE") == "1"):
        return Accessible(streams.output(), err, on_terminal=on_terminal)
    if wanted == "auto" and on_terminal and environment.get("TERM", "dumb") != "dumb":
        from nemochat.screen.terminal import Terminal

        class Quiet(Terminal):
            def notice(self, text: str) -> None:
                """Say nothing."""

        shown = Quiet if quiet else Terminal
        return shown(math=config.text("math") == "on", keys=keys)
    return Plain(streams.output(), err, on_terminal=on_terminal)
