"""Profiles applied to and removed from the settings of a chat."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from nemochat.config.load import Config
from nemochat.core.conversation import Settings
from nemochat.core.profile import NONE, Profile
from nemochat.core.text import format_value, nearest
from nemochat.errors import ConfigurationError, UsageError
from nemochat.files import expand_home, read_text

BEGUN = "A profile's examples apply only to new conversations; `/clear` begins one."
Profiles = Mapping[str, Profile]
Model = Callable[[str], str]  # the model to ask for at the endpoint of a name


def find_profile(profiles: Profiles, name: str) -> Profile:
    """Return the profile of this name; UsageError names the nearest."""
    if name in profiles:
        return profiles[name]
    near = nearest(name, profiles)
    hint = f"Profiles are {', '.join(profiles)}" if profiles else "nemochat profiles edit adds one"
    raise UsageError(
        f"there is no profile {format_value(name)}", f"Did you mean {near[0]}?" if near else hint
    )


def find_configured_profile(config: Config) -> Profile | None:
    """Return the profile that a flag, the environment or the file names, or None.

    Raises:
        UsageError: a flag names an unknown one.
        ConfigurationError: the environment or the file does.
    """
    name, origin = config.text("profile"), config.origin("profile")
    if name in {"", NONE}:
        return None
    try:
        return find_profile(config.profiles, name)
    except UsageError as error:
        if origin.startswith("--"):
            raise
        raise ConfigurationError(f"{origin}: {error.sentence}", error.hint) from None


def apply_profile(
    profile: Profile, settings: Settings, values: Mapping[str, str], model: Model, *, empty: bool
) -> Settings:
    """Return the settings with a profile in force.

    Args:
        profile: The profile.
        settings: The settings before.
        values: The values of its template's placeholders.
        model: Returns the model of an endpoint, for a profile that names only an endpoint.
        empty: Whether the conversation is empty: only then the examples apply.

    Raises:
        UsageError: a placeholder has no value.
        ConfigurationError: the file of the system prompt cannot be read.
    """
    profile.check(values)
    endpoint = profile.endpoint or settings.endpoint
    moved = endpoint != settings.endpoint
    return replace(
        settings,
        endpoint=endpoint,
        model=profile.model or (model(endpoint) if moved else settings.model),
        system=settings.system if profile.system is None else read_system(profile),
        parameters={**settings.parameters, **profile.parameters},
        profile=profile.name,
        filling=dict(values),
        examples=profile.messages if empty else settings.examples,
    )


def remove_profile(config: Config, settings: Settings, model: Model, *, empty: bool) -> Settings:
    """Return the settings without their profile: what it set and is unchanged is configured again.

    Args:
        config: The configuration, with its profiles.
        settings: The settings in force.
        model: Returns the model of an endpoint.
        empty: Whether the conversation is empty: examples that were sent are kept.
    """
    bare = replace(
        settings,
        parameters=dict(settings.parameters),
        profile="",
        filling={},
        examples=() if empty else settings.examples,
    )
    profile = config.profiles.get(settings.profile)
    if profile is None:
        return bare
    for name, value in profile.parameters.items():
        if name in bare.parameters and bare.parameters[name] == value:
            del bare.parameters[name]
            if name in config.parameters:
                bare.parameters[name] = config.parameters[name]
    if profile.system is not None and bare.system == read_system(profile):
        bare.system = read_configured_system(config)
    endpoint, was = config.text("endpoint"), bare.endpoint
    if was == profile.endpoint and was != endpoint:
        bare.endpoint, bare.model = endpoint, model(endpoint)
    elif profile.model and bare.model == profile.model:
        bare.model = model(was)
    return bare


def render_question(profiles: Profiles, settings: Settings, question: str) -> str:
    """Return a question within the template of the profile in force.

    Raises:
        UsageError: the template has a placeholder without a value.
    """
    profile = profiles.get(settings.profile)
    return profile.fill_template(question, settings.filling) if profile else question


def missing_profile_notice(profiles: Profiles, settings: Settings) -> str:
    """Return a notice if a conversation's profile no longer exists, or ""."""
    if not settings.profile or settings.profile in profiles:
        return ""
    return (
        f"The profile {format_value(settings.profile)} no longer exists. Its system prompt and"
        " parameters are kept; its template is not used."
    )


def describe_changes(before: Settings, after: Settings) -> str:
    """Return a notice about what another conversation changes of the settings, or ""."""
    changes = []
    if after.endpoint != before.endpoint:
        changes.append(f"endpoint {format_value(after.endpoint)}")
    if after.model != before.model:
        changes.append(f"model {format_value(after.model)}")
    if after.system != before.system:
        changes.append("its own system prompt" if after.system else "no system prompt")
    return f"This conversation uses {', '.join(changes)}." if changes else ""


def read_system(profile: Profile) -> str:
    """Return a profile's system prompt; ConfigurationError if its file cannot be read."""
    try:
        return resolve_system_prompt(profile.system or "")
    except UsageError as error:
        raise ConfigurationError(f"profile {profile.name}: {error.sentence}", error.hint) from None


def read_configured_system(config: Config) -> str:
    """Return the system prompt that a flag, the environment or the file names.

    Raises:
        UsageError: a flag names a file that cannot be read.
        ConfigurationError: the environment or the file does.
    """
    try:
        return resolve_system_prompt(config.text("system"))
    except UsageError as error:
        origin = config.origin("system")
        if origin.startswith("--"):
            raise
        raise ConfigurationError(f"{origin}: system: {error.sentence}", error.hint) from None


def resolve_system_prompt(text: str) -> str:
    """Return the system prompt of a setting: its text, or that of the file after an @."""
    return read_text(expand_home(text[1:])) if text.startswith("@") else text
