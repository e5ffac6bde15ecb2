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

BEGUN = "The examples of a profile are for a beginning: /clear begins a conversation with them"
Profiles = Mapping[str, Profile]
Model = Callable[[str], str]  # the model to ask for at the endpoint of a name


def find_profile(profiles: Profiles, name: str) -> Profile:
    """The profile of this name; UsageError names the nearest."""
    if name in profiles:
        return profiles[name]
    near = nearest(name, profiles)
    hint = f"There are {', '.join(profiles)}" if profiles else "nemochat profiles edit makes one"
    raise UsageError(
        f"there is no profile {format_value(name)}", f"Did you mean {near[0]}?" if near else hint
    )


def find_configured_profile(config: Config) -> Profile | None:
    """The profile that a flag, the environment or the file names; None for none.

    Raises:
        UsageError: a flag names one that there is not.
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
    """Settings with a profile in force.

    Args:
        profile: The profile.
        settings: What was in force.
        values: Those of the placeholders of its template.
        model: Tells the model of an endpoint, for a profile that names an endpoint alone.
        empty: Whether nothing was said yet: the examples are for a beginning.

    Raises:
        UsageError: a placeholder has no value.
        ConfigurationError: the file of its system prompt cannot be read.
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
    """Settings without their profile: what it set, and is still so, is as the configuration says.

    Args:
        config: The configuration, with its profiles.
        settings: What is in force.
        model: Tells the model of an endpoint.
        empty: Whether nothing was said yet: examples that were sent already stay.
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
    """A question as the template of the profile in force puts it.

    Raises:
        UsageError: the template has a placeholder without a value.
    """
    profile = profiles.get(settings.profile)
    return profile.fill_template(question, settings.filling) if profile else question


def missing_profile_notice(profiles: Profiles, settings: Settings) -> str:
    """What to tell of a conversation that comes back without its profile; "" where it is there."""
    if not settings.profile or settings.profile in profiles:
        return ""
    return (
        f"There is no profile {format_value(settings.profile)} any more; its system prompt and"
        " parameters stay, a template is not used"
    )


def read_system(profile: Profile) -> str:
    """The text of a profile's system prompt; ConfigurationError if its file cannot be read."""
    try:
        return resolve_system_prompt(profile.system or "")
    except UsageError as error:
        raise ConfigurationError(f"profile {profile.name}: {error.sentence}", error.hint) from None


def read_configured_system(config: Config) -> str:
    """The system prompt that a flag, the environment or the file names.

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
    """The system prompt that a setting names: itself, or a file's text after an @."""
    return read_text(expand_home(text[1:])) if text.startswith("@") else text
