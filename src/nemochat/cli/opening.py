"""A chat put together from flags, configuration, store and endpoint."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from nemochat import config
from nemochat.chat import Chat, Options
from nemochat.cli import debug
from nemochat.cli.options import Given
from nemochat.connect import Connector
from nemochat.core.conversation import Conversation, Settings
from nemochat.directories import directories
from nemochat.errors import ConfigurationError, UsageError
from nemochat.files import read_text
from nemochat.parts import Endpoint, View
from nemochat.store.conversations import Conversations
from nemochat.store.memory import Memory
from nemochat.wire.endpoints import GUIDE

DATABASE = "nemochat.db"


@dataclass(frozen=True, slots=True)
class Opened:
    """A chat ready to be talked in.

    Attributes:
        chat: The chat.
        connector: Makes other endpoints.
        saved: The conversations on disk; None if this one is private.
        guided: Whether the guide answers because there is no token.
    """

    chat: Chat
    connector: Connector
    saved: Conversations | None
    guided: bool


def configured(given: Given) -> config.Config:
    """The settings in force with these flags; ConfigurationError if one has no such value."""
    return config.load(given.settings, os.environ)


def open_chat(
    given: Given,
    settings: config.Config,
    view: View,
    *,
    guide_without_token: bool = False,
    rehearse: str = "",
) -> Opened:
    """Put a chat together.

    Args:
        given: What the flags say.
        settings: The settings in force with them.
        view: What shows its turns.
        guide_without_token: Whether the guide may answer where there is no token.
        rehearse: Shows what would be sent, as "json" or "curl": nothing is sent or kept.

    Raises:
        NemochatError: the configuration, the conversation or the endpoint cannot be used.
    """
    log = debug.log(directories().state / "debug.log") if given.debug else None
    connector = Connector(settings, os.environ, view, log)
    saved = None if given.private else _kept(view)
    if given.resume:
        conversation = _last(saved, given)
    else:
        conversation = Conversation(_chosen(settings, connector, given))
    endpoint = conversation.settings.endpoint
    asked_for = "endpoint" in given.settings
    guided = guide_without_token and not asked_for and not connector.ready(endpoint)
    if guided:
        conversation.settings.endpoint = endpoint = GUIDE
        conversation.settings.model = connector.model(GUIDE)
    chat = Chat(
        conversation,
        _reached(connector, endpoint, rehearse),
        Memory() if saved is None or rehearse else saved,
        view,
        Options(given.stream, given.resume_dropped, int(settings.number("loop_guard"))),
    )
    return Opened(chat, connector, saved, guided)


def _kept(view: View) -> Conversations | None:
    """The conversations on disk; None where there is no home to put them in."""
    try:
        return Conversations(directories().data / DATABASE)
    except ConfigurationError as error:
        view.notice(f"{error.sentence}: nothing is saved")
        return None


def _reached(connector: Connector, name: str, rehearse: str) -> Endpoint:
    if rehearse:
        return connector.rehearsal(name, curl=rehearse == "curl")
    return connector.client(name)


def _chosen(settings: config.Config, connector: Connector, given: Given) -> Settings:
    endpoint = settings.text("endpoint")
    return Settings(
        connector.model(endpoint),
        endpoint,
        system_prompt(settings.text("system")),
        {**settings.parameters, **given.parameters},
    )


def _last(saved: Conversations | None, given: Given) -> Conversation:
    """The last conversation, with what the flags change of it."""
    if saved is None:
        raise UsageError("a private chat cannot go on with the last one: take --private or -c")
    conversation = saved.last()
    if conversation is None:
        raise UsageError("there is no conversation to go on with")
    settings = conversation.settings
    settings.endpoint = given.settings.get("endpoint", settings.endpoint)
    settings.model = given.settings.get("model", settings.model)
    if "system" in given.settings:
        settings.system = system_prompt(given.settings["system"])
    settings.parameters |= given.parameters
    return conversation


def system_prompt(text: str) -> str:
    """The system prompt that a setting names: itself, or a file's text after an @."""
    return read_text(Path(text[1:]).expanduser()) if text.startswith("@") else text
