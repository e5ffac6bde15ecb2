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
    config: Config, environment: Mapping[str, str] = os.environ, *, keys: bool = False
) -> Screen:
    """The view for standard output as it is connected, and as its person wants it.

    Args:
        config: The settings in force.
        environment: The environment's variables.
        keys: Whether the view may read the keyboard: a prompt follows that takes what was typed.
    """
    wanted = config.text("view")
    on_terminal = sys.stdout is not None and sys.stdout.isatty()
    if accessible(config, environment):
        return Accessible(streams.output(), sys.stderr, on_terminal=on_terminal)
    if wanted == "auto" and on_terminal and not dumb(environment):
        from nemochat.screen.terminal import Terminal

        return Terminal(math=config.text("math") == "on", keys=keys)
    return Plain(streams.output(), sys.stderr, on_terminal=on_terminal)


def accessible(config: Config, environment: Mapping[str, str] = os.environ) -> bool:
    """Whether the chat is read aloud to its person."""
    wanted = config.text("view")
    return wanted == "accessible" or (wanted == "auto" and environment.get("ACCESSIBLE") == "1")


def dumb(environment: Mapping[str, str] = os.environ) -> bool:
    """Whether the terminal cannot be painted on."""
    return environment.get("TERM", "dumb") == "dumb"
