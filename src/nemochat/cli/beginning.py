"""With what a chat begins: configuration, profile and flags, or a conversation gone on with."""

from __future__ import annotations

from typing import NamedTuple

from nemochat import profiles
from nemochat.cli.given import Given
from nemochat.config import Config
from nemochat.connect import Connector
from nemochat.core.conversation import Conversation, Settings
from nemochat.errors import UsageError
from nemochat.parts import View
from nemochat.store.conversations import Conversations
from nemochat.wire.endpoints import GUIDE


class Beginning(NamedTuple):
    """What decides over a chat's settings; flags win over the profile, and that over the rest.

    Attributes:
        config: The settings in force.
        connector: Knows the model of an endpoint.
        given: What the flags say.
    """

    config: Config
    connector: Connector
    given: Given

    def new(self) -> Conversation:
        """A new conversation.

        Raises:
            NemochatError: there is no such profile or endpoint, or a file cannot be read.
        """
        endpoint = self.config.text("endpoint")
        made = Settings(
            self.connector.model(endpoint),
            endpoint,
            profiles.configured_system(self.config),
            dict(self.config.parameters),
        )
        return Conversation(self._profiled(made, empty=True))

    def resumed(self, saved: Conversations | None, view: View) -> Conversation:
        """The conversation that the flags name, or the last one, with what they change of it.

        Raises:
            NemochatError: there is none, or the flags cannot be had with it.
        """
        if saved is None:
            flag = "--resume" if self.given.resume else "-c"
            raise UsageError(f"a private chat goes on with no other: take --private or {flag}")
        try:
            conversation = saved.load(self.given.resume) if self.given.resume else saved.last()
        finally:
            for news in saved.news():
                view.notice(news)
        if conversation is None:
            raise UsageError("there is no conversation to go on with")
        self._take_up(conversation, view)
        return conversation

    def _take_up(self, conversation: Conversation, view: View) -> None:
        """Let a conversation that is gone on with have the profile and settings of the flags."""
        settings = conversation.settings
        if lost := profiles.missed(self.config.profiles, settings):
            view.notice(lost)
        if "profile" in self.given.settings:
            bare = profiles.dropped(self.config, settings, self.connector.model, empty=False)
            conversation.settings = self._profiled(bare, empty=False)
            chosen = profiles.chosen(self.config)
            if chosen and chosen.messages:
                view.notice(profiles.BEGUN)
        elif self.given.filling:
            profile = profiles.find(self.config.profiles, settings.profile)
            settings.filling |= self.given.filling
            profile.check(settings.filling)
        self._flagged(conversation.settings)

    def _profiled(self, made: Settings, *, empty: bool) -> Settings:
        """A chat's settings with the profile that was chosen; what flags say wins over it."""
        profile = profiles.chosen(self.config)
        if profile is None:
            if self.given.filling and not made.profile:
                raise UsageError(
                    "--param fills a profile's template, and there is none", "Take -p NAME"
                )
            return made
        if "endpoint" in self.given.settings:  # and its model with it
            profile = profile._replace(endpoint="")
        filling, model = self.given.filling, self.connector.model
        taken = profiles.taken(profile, made, filling, model, empty=empty)
        self._flagged(taken)
        return taken

    def _flagged(self, settings: Settings) -> None:
        """Let the flags win."""
        chosen = self.given.settings
        if chosen.get("base_url") and settings.endpoint == GUIDE:  # which has no other address
            settings.endpoint = self.config.text("endpoint")
            settings.model = self.connector.model(settings.endpoint)
        settings.endpoint = chosen.get("endpoint", settings.endpoint)
        if chosen.get("base_url"):  # it is this one's
            self.config.put("endpoint", settings.endpoint, "--base-url")
        settings.model = chosen.get("model", settings.model)
        if "system" in chosen:
            settings.system = profiles.system_prompt(chosen["system"])
        settings.parameters |= self.given.parameters
