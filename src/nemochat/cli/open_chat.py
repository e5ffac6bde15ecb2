"""Construction of a chat from the flags and settings, and the log of `--debug`."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from nemochat.chat.chat import Chat, Options
from nemochat.chat.factory import ClientFactory
from nemochat.chat.ports import Endpoint, View
from nemochat.cli.options import CommonOptions
from nemochat.config import apply_profile, load
from nemochat.config.endpoints import GUIDE
from nemochat.config.load import Config, load_config
from nemochat.config.paths import CHATS, directories, write_names
from nemochat.core.conversation import Conversation, Settings
from nemochat.core.json_schema import ResponseFormat
from nemochat.errors import ConfigurationError, NemochatError, UsageError
from nemochat.screen.plain import say
from nemochat.store.catalogue import refer_to
from nemochat.store.conversations import ConversationStore
from nemochat.store.memory import MemoryStore


def open_debug_log(path: Path) -> Callable[[str], None]:
    """A function that logs a line; the file is its owner's alone, and may be missing."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = os.open(path, os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600)
    except OSError as error:
        say(sys.stderr, f"{path} cannot be written ({error.strerror})")
        file = None

    def write(line: str) -> None:
        say(sys.stderr, line)
        if file is not None:
            os.write(file, f"{time.strftime('%Y-%m-%dT%H:%M:%S')} {line}\n".encode())

    return write


class ConversationBuilder(NamedTuple):
    """What decides over a chat's settings; flags win over the profile, and that over the rest.

    Attributes:
        config: The settings in force.
        connector: Knows the model of an endpoint.
        common: What the flags say.
    """

    config: Config
    connector: ClientFactory
    common: CommonOptions

    def build(self, store: ConversationStore | None, view: View) -> Conversation:
        """Return the conversation that the flags name, or a new one.

        Raises:
            NemochatError: there is no such conversation, profile or endpoint.
        """
        if self.common.resume is not None:
            return self.resume(store, view)
        if self.common.fork:
            raise UsageError("--fork needs the conversation to begin with: -c or --resume")
        return self.create()

    def create(self) -> Conversation:
        """A new conversation.

        Raises:
            NemochatError: there is no such profile or endpoint, or a file cannot be read.
        """
        return Conversation(self._apply_profile(self._read_configured_settings(), empty=True))

    def _read_configured_settings(self) -> Settings:
        """Return the settings of flags, environment and file, without a profile."""
        endpoint = self.config.text("endpoint")
        return Settings(
            self.connector.model(endpoint),
            endpoint,
            apply_profile.read_configured_system(self.config),
            dict(self.config.parameters),
        )

    def resume(self, store: ConversationStore | None, view: View) -> Conversation:
        """The conversation that the flags name, or the last one, with what they change of it.

        Raises:
            NemochatError: there is none, or the flags cannot be had with it.
        """
        if store is None:
            flag = "--resume" if self.common.resume else "-c"
            raise UsageError(f"a private chat goes on with no other: take --private or {flag}")
        try:
            conversation = store.load(self.common.resume) if self.common.resume else store.last()
        finally:
            for news in store.take_notices():
                view.notice(news)
        if conversation is None:
            raise UsageError("there is no conversation to go on with")
        self._apply_options(conversation, view)
        if changes := apply_profile.describe_changes(
            self._read_configured_settings(), conversation.settings
        ):
            view.notice(changes)
        return conversation

    def _apply_options(self, conversation: Conversation, view: View) -> None:
        """Let a conversation that is gone on with have the profile and settings of the flags."""
        settings = conversation.settings
        if lost := apply_profile.missing_profile_notice(self.config.profiles, settings):
            view.notice(lost)
        if "profile" in self.common.settings:
            bare = apply_profile.remove_profile(
                self.config, settings, self.connector.model, empty=False
            )
            conversation.settings = self._apply_profile(bare, empty=False)
            chosen = apply_profile.find_configured_profile(self.config)
            if chosen and chosen.messages:
                view.notice(apply_profile.BEGUN)
        elif self.common.template_values:
            profile = apply_profile.find_profile(self.config.profiles, settings.profile)
            settings.filling |= self.common.template_values
            profile.check(settings.filling)
        self._apply_flags(conversation.settings)

    def _apply_profile(self, made: Settings, *, empty: bool) -> Settings:
        """A chat's settings with the profile that was chosen; what flags say wins over it."""
        profile = apply_profile.find_configured_profile(self.config)
        if profile is None:
            if self.common.template_values and not made.profile:
                raise UsageError(
                    "--param fills a profile's template, and there is none", "Take -p NAME"
                )
            return made
        if "endpoint" in self.common.settings:  # and its model with it
            profile = profile._replace(endpoint="")
        filling, model = self.common.template_values, self.connector.model
        taken = apply_profile.apply_profile(profile, made, filling, model, empty=empty)
        self._apply_flags(taken)
        return taken

    def _apply_flags(self, settings: Settings) -> None:
        """Let the flags win."""
        chosen = self.common.settings
        if chosen.get("base_url") and settings.endpoint == GUIDE:  # which has no other address
            settings.endpoint = self.config.text("endpoint")
            settings.model = self.connector.model(settings.endpoint)
        settings.endpoint = chosen.get("endpoint", settings.endpoint)
        if chosen.get("base_url"):  # it is this one's
            self.config.put("endpoint", settings.endpoint, "--base-url")
        settings.model = chosen.get("model", settings.model)
        if "system" in chosen:
            settings.system = apply_profile.resolve_system_prompt(chosen["system"])
        settings.parameters |= self.common.parameters


class ChatSetup(NamedTuple):
    """A chat ready to be talked in.

    Attributes:
        chat: The chat.
        connector: Makes other endpoints.
        store: The conversations on disk; None if this one is private.
        tokenless_endpoint: The endpoint without a token for which the guide answers; or "".
    """

    chat: Chat
    connector: ClientFactory
    store: ConversationStore | None
    tokenless_endpoint: str


def load_settings(common: CommonOptions) -> Config:
    """Return the settings in force: flags win over the environment, and that over the file.

    This is where flags and settings meet. Profiles and resumed conversations come later, and
    `ConversationBuilder` lets the flags win over them too.

    Raises:
        UsageError: two flags do not go together.
        ConfigurationError: a setting has no such value.
    """
    settings = load_config(common.settings, os.environ)
    settings.parameters |= common.parameters
    if common.settings.get("base_url") and settings.text(load.ENDPOINT) == GUIDE:
        if load.ENDPOINT in common.settings:
            together = f"--base-url and --endpoint {GUIDE} do not go together"
            raise UsageError(f"{together}: the guide has an address of its own")
        # A variable or the file names the guide, and the flag wins: another server is asked.
        settings.put(load.ENDPOINT, Config().value(load.ENDPOINT), "--base-url")
    return settings


def open_chat(
    common: CommonOptions,
    settings: Config,
    view: View,
    *,
    guide_without_token: bool = False,
    dry_run: str = "",
    response_format: ResponseFormat | None = None,
    announce_faults: bool = True,
) -> ChatSetup:
    """Put a chat together.

    Args:
        common: What the flags say.
        settings: The settings in force with them.
        view: What shows its turns.
        guide_without_token: Whether the guide may answer where there is no token.
        dry_run: Shows what would be sent, as "json" or "curl": nothing is sent or kept.
        response_format: The shape that answers are to have.
        announce_faults: Whether to tell when saving fails, not only what is lost in the end.

    Raises:
        NemochatError: the configuration, the conversation or the endpoint cannot be used.
    """
    log = open_debug_log(directories().state / "debug.log") if common.debug else None
    connector = ClientFactory(settings, os.environ, view, log)
    saved = None if common.private else _open_store(view)
    conversation = ConversationBuilder(settings, connector, common).build(saved, view)
    settled = conversation.settings
    tokenless = _fall_back_to_guide(settled, connector, common) if guide_without_token else ""
    reached = _create_endpoint(connector, settled.endpoint, dry_run)
    if common.fork:
        conversation = conversation.fork()
        conversation = (
            conversation if saved is None or dry_run else saved.add_imported(conversation)
        )
    loop_tokens = int(settings.number("loop_guard"))
    options = Options(
        common.stream, common.resume_dropped, loop_tokens, response_format, announce_faults
    )
    chat = Chat(
        conversation,
        reached,
        MemoryStore() if saved is None or dry_run else saved,
        view,
        options,
    )
    return ChatSetup(chat, connector, saved, tokenless)


def write_completion_names(store: ConversationStore | None) -> None:
    """Let the shells complete the names that conversations have now."""
    if store is not None and store.database.path.exists():
        with suppress(NemochatError):  # Tab then offers what it did
            references = map(refer_to, store.catalogue.names())
            write_names(directories().state, CHATS, references)


def _open_store(view: View) -> ConversationStore | None:
    """The conversations on disk; None where there is no home to put them in."""
    try:
        return ConversationStore(directories().database)
    except ConfigurationError as error:
        view.notice(f"{error.sentence}: nothing is saved")
        return None


def _fall_back_to_guide(settings: Settings, connector: ClientFactory, common: CommonOptions) -> str:
    """Let the guide answer where there is no token; the endpoint that lacks one, or "".

    One that is gone on with is not handed over: the guide would answer amid it, and stay.
    """
    name = settings.endpoint
    if common.resume is not None or load.ENDPOINT in common.settings or connector.is_ready(name):
        return ""
    settings.endpoint, settings.model = GUIDE, connector.model(GUIDE)
    return name


def _create_endpoint(connector: ClientFactory, name: str, dry_run: str) -> Endpoint:
    if dry_run:
        return connector.dry_run(name, curl=dry_run == "curl")
    return connector.client(name)
