"""`nemochat`: the chat in the terminal, or a script of it."""

from __future__ import annotations

import gc
from contextlib import suppress
from pathlib import Path

from nemochat import __version__
from nemochat.cli import streams, views
from nemochat.cli.given import Given
from nemochat.cli.opening import Opened, configured, open_chat, remember_names
from nemochat.config import ENDPOINT, Config
from nemochat.directories import directories
from nemochat.errors import ExitCode, NemochatError
from nemochat.files import read_text
from nemochat.parts import Screen
from nemochat.repl import loop
from nemochat.repl.lines import PROMPT, Lines, Typed, seen, standard_input
from nemochat.repl.session import Session
from nemochat.screen.device import write
from nemochat.wire.endpoints import GUIDE


def talk(given: Given, script: Path | None) -> int:
    """Chat until someone leaves."""
    settings = configured(given)
    screen = views.choose(settings, keys=script is None and streams.input_is_terminal())
    lines = iter(read_text(script).splitlines()) if script else None
    opened = open_chat(given, settings, screen, guide_without_token=lines is None)
    beforehand = Lines(lines or standard_input(), screen, shown=lines is not None)
    session = Session(opened.chat, opened.connector, opened.saved, screen, beforehand)
    if lines is None and streams.input_is_terminal():
        _seat(session, settings)
    if lines is None:
        _greet(opened, screen)
        if given.resume is not None:
            from nemochat.repl.commands.chats import last_turns

            screen.show(last_turns(opened.chat.conversation))
    _chat(session)
    return ExitCode.OK


def stay(opened: Opened, screen: Screen, settings: Config) -> None:
    """Chat on in a conversation in which something was asked already, until someone leaves."""
    nobody = Lines(iter(()), screen, shown=False)
    session = Session(opened.chat, opened.connector, opened.saved, screen, nobody)
    _seat(session, settings)
    _chat(session)


def _chat(session: Session) -> None:
    try:
        loop.run(session)
    finally:
        session.screen.keyboard.rest()
        session.chat.leave()
        remember_names(session.saved)
        session.tell_news()


def _seat(session: Session, settings: Config) -> None:
    """Let the person at the terminal type, with as good an editor as it can show."""
    if not streams.output_is_terminal():  # answers go elsewhere; the prompt does not
        session.person = Typed(session.screen, PROMPT, seen)
        return
    if views.dumb():
        session.person = Typed(session.screen, PROMPT, write)
        return
    from nemochat.repl.editor import Editor

    history = directories().state / "history" if session.saved else None
    aloud = views.accessible(settings)
    endpoint = session.chat.endpoint

    def prepare() -> None:
        with suppress(NemochatError):  # it is told when a question is asked
            endpoint.prepare()
        gc.freeze()  # what was loaded stays: no collection looks through it while an answer streams

    session.person = Editor(session, history, session.screen.typed, accessible=aloud, drawn=prepare)


def _greet(opened: Opened, screen: Screen) -> None:
    settings, connector = opened.chat.conversation.settings, opened.connector
    if name := opened.tokenless:
        whose = "" if name == connector.config.text(ENDPOINT) else f" {name}"
        screen.notice(
            "There is no token, so the embedded guide answers, about nemochat alone. For the real"
            f" model: nemochat keys set{whose}, or {connector.variable(name)} (/help tokens)"
        )
        return
    model = f"{settings.model.rpartition('/')[2]} at {connector.place(settings.endpoint)}"
    who = "the embedded guide" if settings.endpoint == GUIDE else model
    screen.notice(f"nemochat {__version__}: {who}; /help, /exit")
