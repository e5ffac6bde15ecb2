"""Construction of a chat from flags and settings, and the log of `--debug`."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from nemochat.atomic import PRIVATE, make_private_folder
from nemochat.chat.chat import Chat, Options
from nemochat.chat.factory import ClientFactory
from nemochat.chat.ports import Endpoint, View
from nemochat.cli.options import CommonOptions
from nemochat.config import apply_profile, load, tokens
from nemochat.config.endpoints import GUIDE
from nemochat.config.load import Config, load_config
from nemochat.config.paths import CHATS, directories, write_names
from nemochat.config.settings import PREFIX, SETTINGS
from nemochat.core.conversation import Conversation, Settings
from nemochat.core.json_schema import ResponseFormat
from nemochat.core.text import nearest
from nemochat.errors import ConfigurationError, NemochatError, UsageError
from nemochat.screen.plain import say
from nemochat.store.catalogue import refer_to
from nemochat.store.conversations import ConversationStore
from nemochat.store.memory import MemoryStore


def open_debug_log(path: Path) -> Callable[[str], None]:
    """Return a function that logs a line to standard error and, if possible, to a private file."""
    try:
        make_private_folder(path.parent)
        file = os.open(path, os.O_CREAT | os.O_WRONLY | os.O_APPEND | os.O_NOFOLLOW, PRIVATE)
        os.fchmod(file, PRIVATE)  # one that is there already, too
    except OSError as error:
        say(sys.stderr, f"{path} cannot be written ({error.strerror})")
        file = None

    def write(line: str) -> None:
        say(sys.stderr, line)
        if file is not None:
            os.write(file, f"{time.strftime('%Y-%m-%dT%H:%M:%S')} {line}\n".encode())

    return write


class ConversationBuilder(NamedTuple):
    """Builder of a conversation, whose settings come from flags, then the profile, then the rest.

    Attributes:
        config: The settings in force.
        factory: Knows the model of each endpoint.
        common: The shared flags.
    """

    config: Config
    factory: ClientFactory
    common: CommonOptions

    def build(self, store: ConversationStore | None, view: View) -> Conversation:
        """Return the conversation that the flags name, or a new one.

        Raises:
            NemochatError: there is no such conversation, profile or endpoint.
        """
        if self.common.resume is not None:
            return self.resume(store, view)
        if self.common.fork:
            raise UsageError("--fork needs a conversation to copy: add -c or --resume")
        return self.create()

    def create(self) -> Conversation:
        """Return a new conversation.

        Raises:
            NemochatError: there is no such profile or endpoint, or a file cannot be read.
        """
        return Conversation(self._apply_profile(self._read_configured_settings(), empty=True))

    def _read_configured_settings(self) -> Settings:
        """Return the settings of flags, environment and file, without a profile."""
        endpoint = self.config.text("endpoint")
        return Settings(
            self.factory.model(endpoint),
            endpoint,
            apply_profile.read_configured_system(self.config),
            dict(self.config.parameters),
        )

    def resume(self, store: ConversationStore | None, view: View) -> Conversation:
        """Return the conversation that the flags name, or the last one, changed as they say.

        Raises:
            NemochatError: there is none, or the flags exclude each other.
        """
        name = self.common.resume
        if self.common.private:
            flag = "--resume" if name else "-c"
            raise UsageError(f"--private and {flag} cannot be combined: a private chat is new")
        conversation = None
        if store is not None:
            try:
                conversation = store.load(name) if name else store.last()
            finally:
                for notice in store.take_notices():
                    view.notice(notice)
        if conversation is None:
            raise UsageError("there is no conversation to continue")
        self._apply_options(conversation, view)
        if changes := apply_profile.describe_changes(
            self._read_configured_settings(), conversation.settings
        ):
            view.notice(changes)
        return conversation

    def _apply_options(self, conversation: Conversation, view: View) -> None:
        """Apply the profile and settings of the flags to a resumed conversation."""
        settings = conversation.settings
        if notice := apply_profile.missing_profile_notice(self.config.profiles, settings):
            view.notice(notice)
        if "profile" in self.common.settings:
            bare = apply_profile.remove_profile(
                self.config, settings, self.factory.model, empty=False
            )
            conversation.settings = self._apply_profile(bare, empty=False)
            profile = apply_profile.find_configured_profile(self.config)
            if profile and profile.messages:
                view.notice(apply_profile.BEGUN)
        elif self.common.template_values:
            profile = apply_profile.find_profile(self.config.profiles, settings.profile)
            settings.filling |= self.common.template_values
            profile.check(settings.filling)
        self._apply_flags(conversation.settings)

    def _apply_profile(self, settings: Settings, *, empty: bool) -> Settings:
        """Return settings with the selected profile applied; flags override it."""
        profile = apply_profile.find_configured_profile(self.config)
        if profile is None:
            if self.common.template_values and not settings.profile:
                raise UsageError("--param needs a profile with a template", "Add -p NAME")
            return settings
        if "endpoint" in self.common.settings:  # without the profile's, and its model
            profile = profile._replace(endpoint="")
        filling, model = self.common.template_values, self.factory.model
        settings = apply_profile.apply_profile(profile, settings, filling, model, empty=empty)
        self._apply_flags(settings)
        return settings

    def _apply_flags(self, settings: Settings) -> None:
        """Override settings with the flags."""
        flags = self.common.settings
        if flags.get("base_url") and settings.endpoint == GUIDE:  # it has only its own address
            settings.endpoint = self.config.text("endpoint")
            settings.model = self.factory.model(settings.endpoint)
        settings.endpoint = flags.get("endpoint", settings.endpoint)
        if flags.get("base_url"):  # the address belongs to this endpoint
            self.config.put("endpoint", settings.endpoint, "--base-url")
        settings.model = flags.get("model", settings.model)
        if "system" in flags:
            settings.system = apply_profile.resolve_system_prompt(flags["system"])
        settings.parameters |= self.common.parameters


class ChatSetup(NamedTuple):
    """Chat that is ready for its first message, and what it was made of.

    Attributes:
        chat: The chat.
        factory: Creates clients of other endpoints.
        store: The conversations on disk; None if the chat is private.
        tokenless_endpoint: The endpoint that the guide replaces for lack of a token, or "".
    """

    chat: Chat
    factory: ClientFactory
    store: ConversationStore | None
    tokenless_endpoint: str


def _notify(sentence: str) -> None:
    say(sys.stderr, sentence)


def load_settings(common: CommonOptions, notify: Callable[[str], None] = _notify) -> Config:
    """Return the settings in force: flags override the environment, which overrides the file.

    Profiles and resumed conversations come later; `ConversationBuilder` overrides them with the
    flags, too.

    Args:
        common: The shared flags.
        notify: Called with a sentence for each variable whose name seems to be misspelt.

    Raises:
        UsageError: two flags exclude each other.
        ConfigurationError: a setting has an invalid value.
    """
    for sentence in _list_misspelt_variables(os.environ):
        notify(sentence)
    config = load_config(common.settings, os.environ)
    config.parameters |= common.parameters
    if common.settings.get("base_url") and config.text(load.ENDPOINT) == GUIDE:
        if load.ENDPOINT in common.settings:
            together = f"--base-url and --endpoint {GUIDE} cannot be combined"
            raise UsageError(f"{together}: the guide has its own address")
        # A variable or the file names the guide, and the flag overrides it with another server.
        config.put(load.ENDPOINT, Config().value(load.ENDPOINT), "--base-url")
    return config


def _list_misspelt_variables(environment: Mapping[str, str]) -> Iterator[str]:
    """Yield a sentence for each variable that is not ours, but is close to one that is."""
    known = [*(setting.variable for setting in SETTINGS), tokens.ANY]
    for name in environment:
        if name.startswith(PREFIX) and name not in known:
            ours = {each.removeprefix(PREFIX): each for each in known}
            for near in nearest(name.removeprefix(PREFIX), ours, cutoff=0.75):
                yield f"the variable {name} is ignored. Did you mean {ours[near]}?"


def open_chat(
    common: CommonOptions,
    config: Config,
    view: View,
    *,
    guide_without_token: bool = False,
    dry_run: str = "",
    response_format: ResponseFormat | None = None,
    announce_faults: bool = True,
) -> ChatSetup:
    """Return a chat for the flags and the settings in force.

    Args:
        common: The shared flags.
        config: The settings in force, from `load_settings`.
        view: Shows the turns.
        guide_without_token: Whether the guide answers if there is no token.
        dry_run: Prints requests as "json" or "curl", and neither sends nor saves anything.
        response_format: The required shape of answers.
        announce_faults: Whether to report at once that saving fails, not only at the end.

    Raises:
        NemochatError: the configuration, the conversation or the endpoint cannot be used.
    """
    log = open_debug_log(directories().state / "debug.log") if common.debug else None
    factory = ClientFactory(config, os.environ, view, log)
    store = None if common.private else _open_store(view)
    conversation = ConversationBuilder(config, factory, common).build(store, view)
    settings = conversation.settings
    tokenless = _fall_back_to_guide(settings, factory, common) if guide_without_token else ""
    name = settings.endpoint
    if dry_run:
        endpoint: Endpoint = factory.dry_run(name, curl=dry_run == "curl")
    else:
        endpoint = factory.client(name)
    target = None if dry_run else store
    if common.fork:
        conversation = conversation.fork()
        if target:
            conversation = target.add_imported(conversation)
    options = Options(
        common.stream,
        common.resume_dropped,
        int(config.number("loop_guard")),
        response_format,
        announce_faults,
        bool(dry_run) or config.text("allow_secrets") == "on",
    )
    chat = Chat(conversation, endpoint, target or MemoryStore(), view, options)
    return ChatSetup(chat, factory, store, tokenless)


def write_completion_names(store: ConversationStore | None) -> None:
    """Write the names of conversations for the shells to complete."""
    if store is not None and store.database.path.exists():
        with suppress(NemochatError):  # the old names stay
            references = map(refer_to, store.catalogue.names())
            write_names(directories().state, CHATS, references)


def _open_store(view: View) -> ConversationStore | None:
    """Return the conversations on disk; None if there is no home directory for them."""
    try:
        return ConversationStore(directories().database)
    except ConfigurationError as error:
        view.notice(f"{error.sentence}; nothing is saved")
        return None


def _fall_back_to_guide(settings: Settings, factory: ClientFactory, common: CommonOptions) -> str:
    """Switch a new conversation to the guide if there is no token.

    Returns:
        The endpoint that lacks a token; "" if none does, or if the flags select it.
    """
    name = settings.endpoint
    if common.resume is not None or load.ENDPOINT in common.settings or factory.is_ready(name):
        return ""
    settings.endpoint, settings.model = GUIDE, factory.model(GUIDE)
    return name
