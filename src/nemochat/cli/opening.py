"""A chat put together from flags, configuration, store and endpoint."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import NamedTuple

from nemochat import config
from nemochat.chat import Chat, Options
from nemochat.cli import debug
from nemochat.cli.beginning import Beginning
from nemochat.cli.given import Given
from nemochat.connect import Connector
from nemochat.core.conversation import Settings
from nemochat.core.schema import ResponseFormat
from nemochat.directories import directories
from nemochat.errors import ConfigurationError, NemochatError, UsageError
from nemochat.parts import Endpoint, View
from nemochat.store import names
from nemochat.store.catalogue import refer_to
from nemochat.store.conversations import Conversations
from nemochat.store.memory import Memory
from nemochat.wire.endpoints import GUIDE


class Opened(NamedTuple):
    """A chat ready to be talked in.

    Attributes:
        chat: The chat.
        connector: Makes other endpoints.
        saved: The conversations on disk; None if this one is private.
        tokenless: The endpoint for which there is no token, so that the guide answers; or "".
    """

    chat: Chat
    connector: Connector
    saved: Conversations | None
    tokenless: str


def configured(given: Given) -> config.Config:
    """The settings in force with these flags.

    Raises:
        UsageError: two flags do not go together.
        ConfigurationError: a setting has no such value.
    """
    settings = config.load(given.settings, os.environ)
    settings.parameters |= given.parameters
    if given.settings.get("base_url") and settings.text(config.ENDPOINT) == GUIDE:
        if config.ENDPOINT in given.settings:
            together = f"--base-url and --endpoint {GUIDE} do not go together"
            raise UsageError(f"{together}: the guide has an address of its own")
        # A variable or the file names the guide, and the flag wins: another server is asked.
        settings.put(config.ENDPOINT, config.Config().value(config.ENDPOINT), "--base-url")
    return settings


def open_chat(
    given: Given,
    settings: config.Config,
    view: View,
    *,
    guide_without_token: bool = False,
    rehearse: str = "",
    response_format: ResponseFormat | None = None,
    announce_faults: bool = True,
) -> Opened:
    """Put a chat together.

    Args:
        given: What the flags say.
        settings: The settings in force with them.
        view: What shows its turns.
        guide_without_token: Whether the guide may answer where there is no token.
        rehearse: Shows what would be sent, as "json" or "curl": nothing is sent or kept.
        response_format: The shape that answers are to have.
        announce_faults: Whether to tell when saving fails, not only what is lost in the end.

    Raises:
        NemochatError: the configuration, the conversation or the endpoint cannot be used.
    """
    log = debug.log(directories().state / "debug.log") if given.debug else None
    connector = Connector(settings, os.environ, view, log)
    saved = None if given.private else _kept(view)
    beginning = Beginning(settings, connector, given)
    if given.resume is not None:
        conversation = beginning.resumed(saved, view)
    elif given.fork:
        raise UsageError("--fork needs the conversation to begin with: -c or --resume")
    else:
        conversation = beginning.new()
    settled = conversation.settings
    tokenless = _handed_over(settled, connector, given) if guide_without_token else ""
    reached = _reached(connector, settled.endpoint, rehearse)
    if given.fork:
        conversation = conversation.forked()
        conversation = conversation if saved is None or rehearse else saved.adopt(conversation)
    chat = Chat(
        conversation,
        reached,
        Memory() if saved is None or rehearse else saved,
        view,
        _options(given, settings)._replace(
            response_format=response_format, announce_faults=announce_faults
        ),
    )
    return Opened(chat, connector, saved, tokenless)


def _options(given: Given, settings: config.Config) -> Options:
    return Options(given.stream, given.resume_dropped, int(settings.number("loop_guard")))


def remember_names(saved: Conversations | None) -> None:
    """Let the shells complete the names that conversations have now."""
    if saved is not None and saved.database.path.exists():
        with suppress(NemochatError):  # Tab then offers what it did
            references = map(refer_to, saved.catalogue.names())
            names.remember(directories().state, names.CHATS, references)


def _kept(view: View) -> Conversations | None:
    """The conversations on disk; None where there is no home to put them in."""
    try:
        return Conversations(directories().database)
    except ConfigurationError as error:
        view.notice(f"{error.sentence}: nothing is saved")
        return None


def _handed_over(settled: Settings, connector: Connector, given: Given) -> str:
    """Let the guide answer where there is no token; the endpoint that lacks one, or "".

    One that is gone on with is not handed over: the guide would answer amid it, and stay.
    """
    name = settled.endpoint
    if given.resume is not None or config.ENDPOINT in given.settings or connector.ready(name):
        return ""
    settled.endpoint, settled.model = GUIDE, connector.model(GUIDE)
    return name


def _reached(connector: Connector, name: str, rehearse: str) -> Endpoint:
    if rehearse:
        return connector.rehearsal(name, curl=rehearse == "curl")
    return connector.client(name)
