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
    """What a text would set, if it were the file's; ConfigurationError if it cannot be."""
    config = Config()
    load.apply_text(config, text, file)
    check(config)
    return config


def set_value(file: Path, name: str, text: str, check: Check) -> Value:
    """Set a setting in the file, and return its value; nothing is written if it cannot be.

    Args:
        file: The configuration file; it may be missing.
        name: A setting, `parameters.NAME`, or a key of a section such as `endpoint.NAME.model`.
        text: The value as typed.
        check: Looks at what the whole file would set.

    Raises:
        UsageError: there is no such setting, or it takes no such value.
        ConfigurationError: the file is broken, or cannot be written.
    """
    document = _document(file)
    keys, value = _parse_assignment(name, text)
    table, key = _locate(document, keys)
    table[key] = NONE if value is None else list(value) if isinstance(value, tuple) else value
    _write(file, document, check)
    return value


def remove_value(file: Path, name: str, check: Check) -> bool:
    """Take a setting out of the file; return whether it was there."""
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
    """Where a value stands in the file, and what it is."""
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
    """The keys of a dotted name that there can be; UsageError names the nearest."""
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
    hint = f"Did you mean {near[0]}?" if near else "nemochat config show lists them"
    raise UsageError(f"there is no setting {format_value(name)}", hint)


def _spellings(name: str) -> Iterator[tuple[str, ...]]:
    """Where a setting may stand: in a place of its own, or as a section's default."""
    keys = parse_name(name)
    if len(keys) == 1:
        yield (*keys, load.DEFAULT)
    yield keys


def _locate(document: TOMLDocument, keys: tuple[str, ...]) -> tuple[Any, str]:
    """The table in which a value stands, made where it lacks, and the value's key in it.

    TOML lets a name be a value or a section. `endpoint` and `profile` are both to us: beside
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
