"""`nemochat`: the chat in the terminal, or a script of it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from nemochat import __version__, config
from nemochat.cli import streams, views
from nemochat.cli.opening import Opened, configured, open_chat
from nemochat.cli.options import Given
from nemochat.errors import ExitCode
from nemochat.files import read_text
from nemochat.parts import Screen
from nemochat.repl import loop
from nemochat.repl.session import Session


def talk(given: Given, script: Path | None) -> int:
    """Chat until someone leaves."""
    settings = configured(given)
    screen = views.choose(settings, keys=script is None and streams.input_is_terminal())
    lines = iter(read_text(script).splitlines()) if script else None
    opened = open_chat(given, settings, screen, guide_without_token=lines is None)
    session = Session(opened.chat, opened.connector, opened.saved)
    if lines is not None:
        loop.run(session, _played(lines, screen), screen)
    elif streams.input_is_terminal() and sys.stdout is not None and sys.stdout.isatty():
        _greet(opened, screen)
        loop.run(session, _edited(session, opened, screen), screen)
    else:
        loop.run(session, _read_line, screen)
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


def _edited(session: Session, opened: Opened, screen: Screen) -> Callable[[], str]:
    from nemochat.repl.editor import Editor

    history = config.directories().state / "history" if opened.saved else None
    return Editor(session, history, screen.typed).read


def _played(lines: Iterator[str], screen: Screen) -> Callable[[], str]:
    """A script's lines, shown as they are asked; blank ones are passed over."""

    def read() -> str:
        for line in lines:
            if line.strip():
                screen.asked(line)
                return line
        raise EOFError

    return read


def _read_line() -> str:
    line = sys.stdin.readline() if sys.stdin is not None else ""
    if not line:
        raise EOFError
    return line.rstrip("\n")
