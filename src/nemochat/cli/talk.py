"""`nemochat`: the chat in the terminal, or a script of it."""

from __future__ import annotations

import sys
from pathlib import Path

from nemochat import __version__
from nemochat.cli import streams, views
from nemochat.cli.opening import Opened, configured, open_chat
from nemochat.cli.options import Given
from nemochat.directories import directories
from nemochat.errors import ExitCode
from nemochat.files import read_text
from nemochat.parts import Screen
from nemochat.repl import loop
from nemochat.repl.lines import Lines, standard_input
from nemochat.repl.session import Session


def talk(given: Given, script: Path | None) -> int:
    """Chat until someone leaves."""
    settings = configured(given)
    screen = views.choose(settings, keys=script is None and streams.input_is_terminal())
    lines = iter(read_text(script).splitlines()) if script else None
    opened = open_chat(given, settings, screen, guide_without_token=lines is None)
    beforehand = Lines(lines or standard_input(), screen, shown=lines is not None)
    session = Session(opened.chat, opened.connector, opened.saved, screen, beforehand)
    if lines is None and streams.input_is_terminal() and sys.stdout and sys.stdout.isatty():
        from nemochat.repl.editor import Editor

        history = directories().state / "history" if opened.saved else None
        session.person = Editor(session, history, screen.typed)
        _greet(opened, screen)
    loop.run(session)
    return ExitCode.OK


def _greet(opened: Opened, screen: Screen) -> None:
    settings = opened.chat.conversation.settings
    if opened.guided:
        screen.notice(
            "There is no token, so the embedded guide answers, about nemochat alone;"
            " with DEEPINFRA_TOKEN set it is the real model (/help tokens)"
        )
    else:
        screen.notice(f"nemochat {__version__}: {settings.model} at {settings.endpoint}; /help")
