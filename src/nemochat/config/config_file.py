"""Changes to the configuration file that keep its comments."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from nemochat.atomic import PRIVATE, make_private_folder, write_atomically
from nemochat.config import load
from nemochat.config.load import Config
from nemochat.config.settings import SETTINGS, find_setting
from nemochat.core import parameters
from nemochat.core.parameters import NONE, Value
from nemochat.core.text import format_value, nearest
from nemochat.errors import ConfigurationError, UsageError

if TYPE_CHECKING:
    from tomlkit import TOMLDocument

Check = Callable[[Config], object]  # raises ConfigurationError for what cannot be


def check_text(text: str, file: Path, check: Check) -> Config:
    """Return the configuration in a file with this text; ConfigurationError if it is invalid."""
    config = Config()
    load.apply_text(config, text, file)
    check(config)
    return config


def set_value(file: Path, name: str, text: str, check: Check) -> Value:
    """Set a setting in the file, and return its value; nothing is written if it is not allowed.

    Args:
        file: The configuration file; it may not exist.
        name: A setting, `parameters.NAME`, or a key of a section such as `endpoint.NAME.model`.
        text: The value as typed.
        check: Checks the resulting configuration.

    Raises:
        UsageError: there is no such setting, or the value is not allowed.
        ConfigurationError: the file is broken, or cannot be written.
    """
    document = _document(file)
    keys, value = _parse_assignment(name, text)
    table, key = _locate(document, keys)
    table[key] = NONE if value is None else list(value) if isinstance(value, tuple) else value
    _write(file, document, check)
    return value


def remove_value(file: Path, name: str, check: Check) -> bool:
    """Remove a setting from the file, and return whether it was there."""
    document = _document(file)
    for keys in _spellings(name):
        table: Any = document
        for key in keys[:-1]:
            table = table.get(key, {}) if isinstance(table, dict) else {}
        if isinstance(table, dict) and keys[-1] in table:
            del table[keys[-1]]
            _write(file, document, check)
            return True
    return False


def _document(file: Path) -> TOMLDocument:
    import tomlkit
    from tomlkit.exceptions import ParseError

    text = load.read_file(file)
    load.apply_text(Config(), text, file)  # names what is broken before it is touched
    try:
        return tomlkit.parse(text)
    except ParseError as error:
        raise ConfigurationError(f"the configuration {file} cannot be read ({error})") from error


def _write(file: Path, document: TOMLDocument, check: Check) -> None:
    import tomlkit

    text = tomlkit.dumps(document)
    check_text(text, file, check)
    try:
        make_private_folder(file.parent)
        write_atomically(file, text.encode(), mode=PRIVATE)
    except OSError as error:
        raise ConfigurationError(f"{file} cannot be written ({error.strerror})") from error


def _parse_assignment(name: str, text: str) -> tuple[tuple[str, ...], Value]:
    """Return the keys of a setting in the file, and its value."""
    keys = parse_name(name)
    if keys[0] == load.ENDPOINT and len(keys) > 1:
        return keys, tuple(text.split()) if keys[-1] == "without" else text
    if len(keys) > 1 and keys[-1] in parameters.names():
        return keys, parameters.find(keys[-1]).parse(text)
    if setting := find_setting(keys[-1]):
        try:
            return keys, setting.parse(text, "config set")
        except ConfigurationError as error:
            raise UsageError(error.sentence, error.hint) from None
    return keys, text


def parse_name(name: str) -> tuple[str, ...]:
    """Return the keys of a dotted name; UsageError names the nearest."""
    keys = tuple(name.split("."))
    if len(keys) == 1 and (setting := find_setting(name)):
        return (setting.name,)
    match keys:
        case [load.SECTION, parameter]:
            return (load.SECTION, parameters.find(parameter).name)
        case [load.ENDPOINT | load.PROFILE, _, _] if all(keys):
            return keys
    names = [s.name for s in SETTINGS] + [f"{load.SECTION}.{n}" for n in parameters.names()]
    near = [f"{load.SECTION}.{name}"] if name in parameters.names() else []
    near = near or nearest(name, names)
    hint = f"Did you mean {near[0]}?" if near else "nemochat config show lists all settings"
    raise UsageError(f"there is no setting {format_value(name)}", hint)


def _spellings(name: str) -> Iterator[tuple[str, ...]]:
    """Yield the places of a setting: its own, or the default of a section."""
    keys = parse_name(name)
    if len(keys) == 1:
        yield (*keys, load.DEFAULT)
    yield keys


def _locate(document: TOMLDocument, keys: tuple[str, ...]) -> tuple[Any, str]:
    """Return the table of a value, created if necessary, and the value's key in it.

    In TOML, a name is a value or a section, but `endpoint` and `profile` are both to us: next to
    sections, the value is called `default`.
    """
    import tomlkit

    first = keys[0]
    if len(keys) == 1:
        if isinstance(document.get(first), dict):
            return document[first], load.DEFAULT
        return document, first
    if first in document and not isinstance(document[first], dict):
        default = document.pop(first)
        document[first] = tomlkit.table()
        cast("Any", document[first])[load.DEFAULT] = default
    table: Any = document
    for key in keys[:-1]:
        if key not in table:
            table[key] = tomlkit.table()
        table = table[key]
    return table, keys[-1]
