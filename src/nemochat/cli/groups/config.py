"""`nemochat config` and `nemochat profiles`: the configuration file."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer

from nemochat.atomic import PRIVATE, make_private_folder, write_atomically
from nemochat.chat import factory
from nemochat.cli import streams
from nemochat.cli.app import create_app
from nemochat.cli.open_chat import load_settings
from nemochat.cli.options import CommonOptions
from nemochat.cli.output import choose_view, print_json, print_table, print_text
from nemochat.config import apply_profile, config_file, endpoints, load
from nemochat.config.load import Config
from nemochat.config.settings import SETTINGS, find_setting
from nemochat.core import parameters
from nemochat.core.masking import mask_address
from nemochat.core.parameters import Value
from nemochat.core.profile import TEXTS, Profile
from nemochat.editor import edit_file
from nemochat.errors import ConfigurationError, ExitCode
from nemochat.screen.drawing import Column
from nemochat.screen.plain import say

config_group = create_app(
    "configuration",
    help_="Show, set and check the settings of the configuration file.\n\n"
    "NAME is a setting, such as model or parameters.temperature.",
    examples="nemochat config show\nnemochat config set model maker/model",
)
profiles_group = create_app(
    "profiles",
    help_="List, show and edit the profiles of the configuration file.\n\n"
    "A profile holds a system prompt, parameters, a model, a template and example messages.",
    examples="nemochat profiles list",
)
SettingArgument = Annotated[str, typer.Argument(metavar="NAME", show_default=False)]
SettingRow = tuple[str, Value, str]  # a setting's name, its value and its origin
_TEMPLATE = """\
# Settings and profiles of nemochat. `nemochat config show` lists the settings;
# `nemochat help topic configuration` and `nemochat help topic profiles` describe them.
#
# model = "mistralai/Mistral-Nemo-Instruct-2407"
#
# [parameters]
# temperature = 0.3
#
# [profile.chef]
# about = "recipes, briefly"
# system = "Respond like a chef with a Michelin star."
# temperature = 0.3
#
# [profile.translate]
# about = "translates a text"
# template = "Translate into {language}, and answer with the translation alone:\\n\\n{input}"
# messages = [
#   { role = "user", content = "Translate into German: Good morning" },
#   { role = "assistant", content = "Guten Morgen" },
# ]
"""


@config_group.command(example="nemochat config show | grep timeout")
def show(
    *,
    context: typer.Context,
    json: Annotated[bool, typer.Option("--json", help="print JSON")] = False,
) -> int:
    """Show every setting with its value and origin."""
    settings = load_settings(context.ensure_object(CommonOptions))
    check_settings(settings)
    rows = [(n, _mask_password(n, value), origin) for n, value, origin in _list_rows(settings)]
    if json:
        print_json({name: {"value": value, "origin": origin} for name, value, origin in rows})
        return ExitCode.OK
    file = _config_path()
    print_table(
        (Column("setting"), Column("value"), Column("from", is_labelled=True)),
        [
            (name, _format_value(value), _format_origin(origin, file))
            for name, value, origin in rows
        ],
        settings,
    )
    return ExitCode.OK


@config_group.command(example="nemochat config get model")
def get(*, context: typer.Context, name: SettingArgument) -> int:
    """Print the value of a setting."""
    settings = load_settings(context.ensure_object(CommonOptions))
    values = {row: value for row, value, _ in _list_rows(settings)}
    key = ".".join(config_file.parse_name(name))
    print_text(_format_value(values.get(key, "")))
    return ExitCode.OK


@config_group.command("set", example="nemochat config set parameters.temperature 0.3")
def set_(
    name: SettingArgument,
    value: Annotated[str, typer.Argument(metavar="VALUE", show_default=False)],
) -> int:
    """Set a setting in the configuration file; comments stay."""
    file = load.default_path()
    result = config_file.set_value(file, name, value, check_settings)
    shown = _format_value(_mask_password(name, result)) or '""'
    say(sys.stderr, f"set {name} to {shown} in {file}")
    if (setting := find_setting(name)) and os.environ.get(setting.variable):
        say(sys.stderr, f"the variable {setting.variable} is set and overrides the file")
    return ExitCode.OK


@config_group.command(example="nemochat config unset parameters.temperature")
def unset(name: SettingArgument) -> int:
    """Remove a setting from the configuration file."""
    file = load.default_path()
    was_set = config_file.remove_value(file, name, check_settings)
    say(sys.stderr, f"removed {name} from {file}" if was_set else f"{name} was not set in {file}")
    return ExitCode.OK


@config_group.command(example="EDITOR=nano nemochat config edit")
@profiles_group.command(example="EDITOR=nano nemochat profiles edit")
def edit() -> int:
    """Edit the configuration file; invalid changes are not saved."""
    file = load.default_path()
    make_private_folder(file.parent)
    with TemporaryDirectory(prefix=".edit-", dir=file.parent) as folder:
        draft = Path(folder) / "config.toml"
        draft.touch(0o600)
        before = load.read_file(file)
        draft.write_text(before or _TEMPLATE, "utf-8")
        edit_file(draft)
        text = load.read_file(draft)
        if text in {before, _TEMPLATE}:
            say(sys.stderr, f"{file} is unchanged")
            return ExitCode.OK
        try:
            config_file.check_text(text, file, check_settings)
        except ConfigurationError:
            rejected = file.with_name("config.toml.rejected")
            _write_private(rejected, text)
            say(sys.stderr, f"{file} is unchanged; your text is in {rejected}")
            raise
    _write_private(file, text)
    say(sys.stderr, f"saved {file}")
    return ExitCode.OK


@config_group.command(example="cat $(nemochat config path)")
def path() -> int:
    """Print the path of the configuration file."""
    print_text(str(load.default_path()))
    return ExitCode.OK


@config_group.command(example="nemochat config check")
def check(*, context: typer.Context) -> int:
    """Check the configuration file and the environment for errors."""
    check_settings(load_settings(context.ensure_object(CommonOptions)))
    say(sys.stderr, describe_file(load.default_path()))
    return ExitCode.OK


@profiles_group.command("list", example="nemochat profiles list")
def list_profiles(*, context: typer.Context) -> int:
    """List the profiles."""
    from nemochat.repl.commands.model_settings import (
        PROFILE_COLUMNS,
        describe_profiles,
        profile_cells,
    )

    settings = load_settings(context.ensure_object(CommonOptions))
    profiles, in_force = settings.profiles, settings.text("profile")
    rows = [profile_cells(each, in_force) for each in profiles.values()]
    print_table(PROFILE_COLUMNS, rows, settings, describe_profiles(profiles, in_force))
    return ExitCode.OK


@profiles_group.command("show", example="nemochat profiles show chef")
def show_profile(
    *,
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", show_default=False)],
) -> int:
    """Show a profile."""
    from nemochat.repl.commands.model_settings import describe_profile

    settings = load_settings(context.ensure_object(CommonOptions))
    profile = apply_profile.find_profile(settings.profiles, name)
    choose_view(settings).show(describe_profile(profile))
    return ExitCode.OK


def describe_file(file: Path) -> str:
    """Return a sentence about a configuration file whose settings were checked."""
    return f"{file} is valid" if file.exists() else f"there is no {file}, and none is needed"


def check_settings(settings: Config) -> None:
    """Check that the endpoint, profile and files that settings name exist and are valid.

    Raises:
        ConfigurationError: one is missing or invalid.
    """
    endpoints.find(settings.text(load.ENDPOINT), factory.load_rows(settings))
    if settings.text("base_url"):
        endpoints.normalize_address(settings.text("base_url"))
    apply_profile.find_configured_profile(settings)
    apply_profile.read_configured_system(settings)


def _list_rows(settings: Config) -> list[SettingRow]:
    """Return the settings in force, the sampling parameters and the sections of the file."""
    file = _config_path()
    rows: list[SettingRow] = [
        (setting.name, settings.value(setting.name), settings.origin(setting.name))
        for setting in SETTINGS
    ]
    for name in parameters.names():
        origin = file if name in settings.parameters else "not sent"
        rows.append((f"{load.SECTION}.{name}", settings.parameters.get(name, ""), origin))
    if profile := apply_profile.find_configured_profile(settings):  # overrides all but flags
        keys = {f"{load.SECTION}.{name}": name for name in profile.parameters}
        values, origin = _profile_values(profile), f"profile {profile.name}"
        rows = [
            (name, values[key], origin) if (key := keys.get(name, name)) in values else (name, v, o)
            for name, v, o in rows
        ]
    for name, section in settings.endpoints.items():
        for key, value in section.items() if isinstance(section, dict) else ():
            shown: Value = value if isinstance(value, str) else f"{len(value)} set"
            rows.append((f"{load.ENDPOINT}.{name}.{key}", shown, file))
    for name, each in settings.profiles.items():
        rows += [
            (f"{load.PROFILE}.{name}.{k}", value, file)
            for k, value in _profile_values(each).items()
        ]
    return rows


def _profile_values(profile: Profile) -> dict[str, Value]:
    """Return the values of a profile by their keys."""
    values: dict[str, Value] = {key: text for key in TEXTS if (text := getattr(profile, key))}
    if profile.system is not None:
        values["system"] = profile.system
    if profile.messages:
        values["messages"] = f"{len(profile.messages)} set"
    return {**values, **profile.parameters}


def _config_path() -> str:
    try:
        return str(load.default_path())
    except ConfigurationError:
        return ""


def _format_value(value: Value) -> str:
    if isinstance(value, tuple):
        return " ".join(map(repr, value))
    return "none" if value is None else str(value)


def _mask_password(name: str, value: Value) -> Value:
    """Return a value without the password that an address may hold."""
    is_address = name == "proxy" or name.rpartition(".")[2] == "base_url"
    return mask_address(value) if is_address and isinstance(value, str) else value


def _format_origin(origin: str, file: str) -> str:
    """Return the origin of a setting; a terminal has no room for the path of the file."""
    return "the file" if origin == file and streams.is_output_terminal() else origin


def _write_private(file: Path, text: str) -> None:
    try:
        write_atomically(file, text.encode(), mode=PRIVATE)
    except OSError as error:
        raise ConfigurationError(f"{file} cannot be written ({error.strerror})") from error
