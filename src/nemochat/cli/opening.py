"""A chat put together from flags, configuration, store and endpoint."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace

from nemochat import config, profiles
from nemochat.chat import Chat, Options
from nemochat.cli import debug
from nemochat.cli.options import Given
from nemochat.connect import Connector
from nemochat.core.conversation import Conversation, Settings
from nemochat.errors import ConfigurationError, UsageError
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
    settings = config.load(given.settings, os.environ)
    settings.parameters |= given.parameters
    return settings


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
    log = debug.log(config.directories().state / "debug.log") if given.debug else None
    connector = Connector(settings, os.environ, view, log)
    saved = None if given.private else _kept(view)
    if given.resume:
        conversation = _last(saved, given, settings, connector, view)
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
        return Conversations(config.directories().data / DATABASE)
    except ConfigurationError as error:
        view.notice(f"{error.sentence}: nothing is saved")
        return None


def _reached(connector: Connector, name: str, rehearse: str) -> Endpoint:
    if rehearse:
        return connector.rehearsal(name, curl=rehearse == "curl")
    return connector.client(name)


def _chosen(settings: config.Config, connector: Connector, given: Given) -> Settings:
    endpoint = settings.text("endpoint")
    made = Settings(
        connector.model(endpoint),
        endpoint,
        profiles.system_prompt(settings.text("system")),
        dict(settings.parameters),
    )
    return _profiled(settings, connector, given, made, empty=True)


def _profiled(
    settings: config.Config, connector: Connector, given: Given, made: Settings, *, empty: bool
) -> Settings:
    """A chat's settings with the profile that was chosen; what flags say wins over it."""
    profile = profiles.chosen(settings)
    if profile is None:
        if given.filling and not made.profile:
            raise UsageError(
                "--param fills a profile's template, and there is none", "Take -p NAME"
            )
        return made
    if "endpoint" in given.settings:  # and its model with it
        profile = replace(profile, endpoint="")
    taken = profiles.taken(profile, made, given.filling, connector.model, empty=empty)
    _flagged(taken, given)
    return taken


def _flagged(settings: Settings, given: Given) -> None:
    """Let the flags win."""
    settings.endpoint = given.settings.get("endpoint", settings.endpoint)
    settings.model = given.settings.get("model", settings.model)
    if "system" in given.settings:
        settings.system = profiles.system_prompt(given.settings["system"])
    settings.parameters |= given.parameters


def _last(
    saved: Conversations | None,
    given: Given,
    configured: config.Config,
    connector: Connector,
    view: View,
) -> Conversation:
    """The last conversation, with what the flags change of it."""
    if saved is None:
        raise UsageError("a private chat cannot go on with the last one: take --private or -c")
    conversation = saved.last()
    if conversation is None:
        raise UsageError("there is no conversation to go on with")
    _resumed(conversation, given, configured, connector, view)
    return conversation


def _resumed(
    conversation: Conversation,
    given: Given,
    settings: config.Config,
    connector: Connector,
    view: View,
) -> None:
    """Let a conversation that is gone on with have the profile and the settings of the flags."""
    if lost := profiles.missed(settings.profiles, conversation.settings):
        view.notice(lost)
    if "profile" in given.settings:
        bare = profiles.dropped(settings, conversation.settings, connector.model, empty=False)
        conversation.settings = _profiled(settings, connector, given, bare, empty=False)
        chosen = profiles.chosen(settings)
        if chosen and chosen.messages:
            view.notice(profiles.BEGUN)
    elif given.filling:
        profile = profiles.find(settings.profiles, conversation.settings.profile)
        conversation.settings.filling |= given.filling
        profile.check(conversation.settings.filling)
    _flagged(conversation.settings, given)
