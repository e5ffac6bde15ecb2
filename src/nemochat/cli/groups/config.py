"""`nemochat config`: show, set and edit the settings."""

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
from nemochat.cli.output import print_json, print_table, print_text
from nemochat.config import apply_profile, config_file, endpoints, load
from nemochat.config.load import Config, load_config
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
    help_="Show, set and check the settings of the configuration file.",
    epilog="Example: nemochat config set model maker/model. NAME is a setting, such as model or"
    " parameters.temperature. More: docs/configuration.md",
)
SettingArgument = Annotated[str, typer.Argument(metavar="NAME", show_default=False)]
_TEMPLATE = """# Settings of nemochat; nemochat config show lists them all.
# model = "mistralai/Mistral-Nemo-Instruct-2407"

# [parameters]
# temperature = 0.3
"""
SettingRow = tuple[str, Value, str]  # a setting's name, its value, and where it comes from


@config_group.command(
    epilog="Example: nemochat config show | grep timeout. More: docs/configuration.md"
)
def show(
    *,
    json: Annotated[bool, typer.Option("--json", help="as JSON")] = False,
) -> int:
    """Show every setting with its value and where it comes from."""
    return show_settings(json=json)


@config_group.command(epilog="Example: nemochat config get model. More: docs/configuration.md")
def get(name: SettingArgument) -> int:
    """Print the value of one setting."""
    return print_setting(name)


@config_group.command(
    "set",
    epilog="Example: nemochat config set parameters.temperature 0.3. More: docs/configuration.md",
)
def set_(
    name: SettingArgument,
    value: Annotated[str, typer.Argument(metavar="VALUE", show_default=False)],
) -> int:
    """Set a setting in the configuration file, whose comments stay."""
    return set_setting(name, value)


@config_group.command(
    epilog="Example: nemochat config unset parameters.temperature. More: docs/configuration.md"
)
def unset(name: SettingArgument) -> int:
    """Take a setting out of the configuration file."""
    return unset_setting(name)


@config_group.command(
    epilog="Example: EDITOR=nano nemochat config edit. More: docs/configuration.md"
)
def edit() -> int:
    """Open the configuration file in your editor; what cannot be is not taken over."""
    return edit_config()


@config_group.command(epilog="Example: cat $(nemochat config path). More: docs/configuration.md")
def path() -> int:
    """Tell where the configuration file is."""
    return print_config_path()


@config_group.command(epilog="Example: nemochat config check. More: docs/configuration.md")
def check() -> int:
    """Look whether all that is set can be."""
    return check_all()


def show_settings(*, json: bool) -> int:
    """Show every setting, each sampling parameter, and the endpoints and profiles of the file."""
    now = load_config({}, os.environ)
    check_settings(now)
    rows = _list_rows(now)
    if json:
        print_json(
            {
                name: {"value": _mask_password(name, value), "origin": origin}
                for name, value, origin in rows
            }
        )
        return ExitCode.OK
    file = _config_path()
    print_table(
        (Column("setting"), Column("value"), Column("from", is_labelled=True)),
        [
            (name, _format_value(_mask_password(name, value)), _format_origin(origin, file))
            for name, value, origin in rows
        ],
        config=now,
    )
    return ExitCode.OK


def print_setting(name: str) -> int:
    """Print the value in force of one setting."""
    now = load_config({}, os.environ)
    values = {row: value for row, value, _ in _list_rows(now)}
    keys = ".".join(config_file.parse_name(name))
    print_text(_format_value(values.get(keys, "")))
    return ExitCode.OK


def set_setting(name: str, text: str) -> int:
    """Set a setting in the file, and say so where another value wins over it."""
    file = load.default_path()
    value = config_file.set_value(file, name, text, check_settings)
    shown = _format_value(_mask_password(name, value))
    say(sys.stderr, f"{name} is {shown or 'empty'} in {file}")
    if (setting := find_setting(name)) and setting.variable in os.environ:
        say(sys.stderr, f"{setting.variable} is set, and wins over the file")
    return ExitCode.OK


def unset_setting(name: str) -> int:
    """Take a setting out of the file."""
    file = load.default_path()
    there = config_file.remove_value(file, name, check_settings)
    say(sys.stderr, f"{name} {'is no longer' if there else 'was not'} set in {file}")
    return ExitCode.OK


def edit_config(template: str = _TEMPLATE) -> int:
    """Have the file edited; what an editor leaves is taken over if all of it can be.

    Args:
        template: What the editor shows where there is no file yet.
    """
    file = load.default_path()
    make_private_folder(file.parent)
    with TemporaryDirectory(prefix=".edit-", dir=file.parent) as folder:
        draft = Path(folder) / "config.toml"
        draft.touch(0o600)
        before = load.read_file(file)
        draft.write_text(before or template, "utf-8")
        edit_file(draft)
        text = load.read_file(draft)
        if text in {before, template}:
            say(sys.stderr, f"{file} stays as it was")
            return ExitCode.OK
        try:
            config_file.check_text(text, file, check_settings)
        except ConfigurationError:
            kept = file.with_name("config.toml.rejected")
            _write_private(kept, text)
            say(sys.stderr, f"{file} stays as it was; your text is in {kept}")
            raise
    _write_private(file, text)
    say(sys.stderr, f"{file} is written")
    return ExitCode.OK


def print_config_path() -> int:
    """Tell where the file is, or would be."""
    print_text(str(load.default_path()))
    return ExitCode.OK


def check_all() -> int:
    """Look whether all that is set can be, in the file and in the environment."""
    check_settings(load_config({}, os.environ))
    file = load.default_path()
    say(sys.stderr, f"{file} is sound" if file.exists() else f"there is no {file}; none is needed")
    return ExitCode.OK


def check_settings(settings: Config) -> None:
    """See that settings fit together: what they name is there, and every section makes sense.

    Raises:
        ConfigurationError: they do not.
    """
    endpoints.find(settings.text(load.ENDPOINT), factory.load_rows(settings))
    if settings.text("base_url"):
        endpoints.normalize_address(settings.text("base_url"))
    apply_profile.find_configured_profile(settings)
    apply_profile.read_configured_system(settings)


def _list_rows(settings: Config) -> list[SettingRow]:
    """Every setting in force, and what the sections of the file hold."""
    file = _config_path()
    rows: list[SettingRow] = [
        (setting.name, settings.value(setting.name), settings.origin(setting.name))
        for setting in SETTINGS
    ]
    for name in parameters.names():
        origin = file if name in settings.parameters else "not sent"
        rows.append((f"{load.SECTION}.{name}", settings.parameters.get(name, ""), origin))
    if chosen := apply_profile.find_configured_profile(settings):  # it wins over all but flags
        of_it = {f"{load.SECTION}.{name}": name for name in chosen.parameters}
        told, origin = _profile_values(chosen), f"profile {chosen.name}"
        rows = [
            (name, told[key], origin) if (key := of_it.get(name, name)) in told else (name, v, o)
            for name, v, o in rows
        ]
    for name, section in settings.endpoints.items():
        for key, value in section.items() if isinstance(section, dict) else ():
            what: Value = value if isinstance(value, str) else f"{len(value)} set"
            rows.append((f"{load.ENDPOINT}.{name}.{key}", what, file))
    for name, each in settings.profiles.items():
        rows += [
            (f"{load.PROFILE}.{name}.{k}", value, file)
            for k, value in _profile_values(each).items()
        ]
    return rows


def _profile_values(each: Profile) -> dict[str, Value]:
    """What a profile holds, by its keys."""
    told: dict[str, Value] = {key: text for key in TEXTS if (text := getattr(each, key))}
    if each.system is not None:
        told["system"] = each.system
    if each.messages:
        told["messages"] = f"{len(each.messages)} set"
    return {**told, **each.parameters}


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
    """Where a setting comes from; on a terminal there is no room for the file's whole path."""
    return "the file" if origin == file and streams.is_output_terminal() else origin


def _write_private(file: Path, text: str) -> None:
    try:
        write_atomically(file, text.encode(), mode=PRIVATE)
    except OSError as error:
        raise ConfigurationError(f"{file} cannot be written ({error.strerror})") from error
