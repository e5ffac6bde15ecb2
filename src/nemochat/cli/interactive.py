"""`nemochat`: the interactive chat, or a script for it."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from nemochat import __version__
from nemochat.chat.ports import Screen
from nemochat.cli import output, streams
from nemochat.cli.open_chat import ChatSetup, load_settings, open_chat, write_completion_names
from nemochat.cli.options import CommonOptions
from nemochat.config.endpoints import GUIDE
from nemochat.config.load import ENDPOINT, Config
from nemochat.config.paths import directories
from nemochat.core.text import is_yes
from nemochat.errors import ExitCode, NemochatError
from nemochat.files import read_text
from nemochat.repl import loop
from nemochat.repl.prompt.lines import (
    PROMPT,
    LineSource,
    PlainPrompt,
    read_stdin_lines,
    write_stderr,
)
from nemochat.repl.session import Session
from nemochat.screen import answer
from nemochat.screen.device import write


def run_chat(common: CommonOptions, script: Path | None) -> int:
    """Run a chat, or a script, until its end and return the exit code."""
    config = load_settings(common)
    screen = output.choose_view(config, keys=script is None and streams.is_input_terminal())
    lines = iter(read_text(script).splitlines()) if script else None
    opened = open_chat(common, config, screen, guide_without_token=lines is None)
    scripted = LineSource(lines or read_stdin_lines(), screen, echo=lines is not None)
    session = Session(opened.chat, opened.factory, opened.store, screen, scripted)
    if lines is None and streams.is_input_terminal():
        _set_message_source(session, config)
    if lines is None:
        _greet(opened, screen)
        if common.resume is not None:
            from nemochat.repl.commands.saved_chats import last_turns

            screen.show(last_turns(opened.chat.conversation))
    _run_loop(session)
    return ExitCode.OK


def continue_chat(setup: ChatSetup, screen: Screen, config: Config) -> None:
    """Run a chat that continues the conversation of `ask -i`."""
    no_lines = LineSource(iter(()), screen, echo=False)
    session = Session(setup.chat, setup.factory, setup.store, screen, no_lines)
    _set_message_source(session, config)
    _run_loop(session)


def _run_loop(session: Session) -> None:
    try:
        loop.run(session)
    finally:
        session.screen.keyboard.rest()
        session.chat.leave()
        write_completion_names(session.disk_store)
        session.show_store_notices()
        if session.disk_store:
            session.disk_store.shorten_log()


def _set_message_source(session: Session, config: Config) -> None:
    """Read messages from the terminal, with the best editor that it supports."""

    def confirm(question: str) -> bool:
        streams.discard_typeahead()
        return is_yes(session.message_source.read_reply(f"{question} [y/N]"))

    session.chat.secret_check.confirm = confirm  # never a line of a script
    if not streams.is_output_terminal():  # only the prompt goes to the terminal
        session.message_source = PlainPrompt(session.screen, PROMPT, write_stderr)
        return
    if output.is_dumb_terminal():
        session.message_source = PlainPrompt(session.screen, PROMPT, write)
        return
    from nemochat.repl.prompt.editor import Editor

    history = directories().state / "history" if session.disk_store else None
    aloud = output.is_accessible(config)
    endpoint = session.chat.endpoint

    def prepare() -> None:
        with suppress(NemochatError):  # the next question reports it
            endpoint.prepare()
        if not aloud:
            answer.prepare()

    session.message_source = Editor(session, history, accessible=aloud, after_draw=prepare)


def _greet(setup: ChatSetup, screen: Screen) -> None:
    settings, factory = setup.chat.conversation.settings, setup.factory
    if name := setup.tokenless_endpoint:
        whose = "" if name == factory.config.text(ENDPOINT) else f" {name}"
        screen.notice(
            "There is no token, so the embedded guide answers questions about nemochat. For the"
            f" real model, run nemochat keys set{whose} or set {factory.token_variable(name)};"
            " see /help tokens."
        )
        return
    model = f"{settings.model.rpartition('/')[2]} at {factory.display_address(settings.endpoint)}"
    who = "the embedded guide" if settings.endpoint == GUIDE else model
    screen.greet(f"nemochat {__version__}: {who}; /help, /exit")
