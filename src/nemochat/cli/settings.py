"""What do the commands of `nemochat config` do?"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

from nemochat import config, configfile, connect, profiles
from nemochat.cli import streams
from nemochat.cli.telling import tell, tell_json, tell_rows
from nemochat.core import parameters
from nemochat.core.profile import TEXTS, Profile
from nemochat.core.values import Value
from nemochat.editing import edit
from nemochat.errors import ConfigurationError, ExitCode
from nemochat.screen.plain import say
from nemochat.wire import endpoints
from nemochat.writing import OWN, own_folder, replace

_BEGINNING = """# Settings of nemochat; nemochat config show lists them all.
# model = "mistralai/Mistral-Nemo-Instruct-2407"

# [parameters]
# temperature = 0.3
"""

Row = tuple[str, Value, str]  # a setting's name, its value, and where it comes from


def shown(*, json: bool) -> int:
    """Show every setting, each sampling parameter, and the endpoints and profiles of the file."""
    now = config.load({}, os.environ)
    check(now)
    rows = _rows(now)
    if json:
        tell_json(
            {
                name: {"value": _hidden(name, value), "origin": origin}
                for name, value, origin in rows
            }
        )
        return ExitCode.OK
    file = _file()
    tell_rows(
        ("setting", "value", "from"),
        (
            (name, _text(_hidden(name, value)), _origin(origin, file))
            for name, value, origin in rows
        ),
    )
    return ExitCode.OK


def got(name: str) -> int:
    """Print the value in force of one setting."""
    now = config.load({}, os.environ)
    values = {row: value for row, value, _ in _rows(now)}
    keys = ".".join(configfile.spelled(name))
    tell(_text(values.get(keys, "")))
    return ExitCode.OK


def put(name: str, text: str) -> int:
    """Set a setting in the file, and say so where another value wins over it."""
    file = config.path()
    value = configfile.put(file, name, text, check)
    say(sys.stderr, f"{name} is {_text(value) or 'empty'} in {file}")
    if (setting := config.find(name)) and setting.variable in os.environ:
        say(sys.stderr, f"{setting.variable} is set, and wins over the file")
    return ExitCode.OK


def dropped(name: str) -> int:
    """Take a setting out of the file."""
    file = config.path()
    there = configfile.drop(file, name, check)
    say(sys.stderr, f"{name} {'is no longer' if there else 'was not'} set in {file}")
    return ExitCode.OK


def edited(beginning: str = _BEGINNING) -> int:
    """Have the file edited; what an editor leaves is taken over if all of it can be.

    Args:
        beginning: What the editor shows where there is no file yet.
    """
    file = config.path()
    own_folder(file.parent)
    with TemporaryDirectory(prefix=".edit-", dir=file.parent) as folder:
        draft = Path(folder) / "config.toml"
        draft.touch(0o600)
        before = config.read(file)
        draft.write_text(before or beginning, "utf-8")
        edit(draft)
        text = config.read(draft)
        if text in {before, beginning}:
            say(sys.stderr, f"{file} stays as it was")
            return ExitCode.OK
        try:
            configfile.checked(text, file, check)
        except ConfigurationError:
            kept = file.with_name("config.toml.rejected")
            _write(kept, text)
            say(sys.stderr, f"{file} stays as it was; your text is in {kept}")
            raise
    _write(file, text)
    say(sys.stderr, f"{file} is written")
    return ExitCode.OK


def told_path() -> int:
    """Tell where the file is, or would be."""
    tell(str(config.path()))
    return ExitCode.OK


def sound() -> int:
    """Look whether all that is set can be, in the file and in the environment."""
    check(config.load({}, os.environ))
    file = config.path()
    say(sys.stderr, f"{file} is sound" if file.exists() else f"there is no {file}; none is needed")
    return ExitCode.OK


def check(now: config.Config) -> None:
    """See that settings fit together: what they name is there, and every section makes sense.

    Raises:
        ConfigurationError: they do not.
    """
    endpoints.find(now.text(config.ENDPOINT), connect.rows(now))
    if now.text("base_url"):
        endpoints.address(now.text("base_url"))
    profiles.chosen(now)
    profiles.configured_system(now)


def _rows(now: config.Config) -> list[Row]:
    """Every setting in force, and what the sections of the file hold."""
    file = _file()
    rows: list[Row] = [
        (setting.name, now.value(setting.name), now.origin(setting.name))
        for setting in config.TABLE
    ]
    for name in parameters.names():
        origin = file if name in now.parameters else "not sent"
        rows.append((f"{config.SECTION}.{name}", now.parameters.get(name, ""), origin))
    if chosen := profiles.chosen(now):  # it wins over all but flags
        of_it = {f"{config.SECTION}.{name}": name for name in chosen.parameters}
        told, origin = _told(chosen), f"profile {chosen.name}"
        rows = [
            (name, told[key], origin) if (key := of_it.get(name, name)) in told else (name, v, o)
            for name, v, o in rows
        ]
    for name, section in now.endpoints.items():
        for key, value in section.items() if isinstance(section, dict) else ():
            what: Value = value if isinstance(value, str) else f"{len(value)} set"
            rows.append((f"{config.ENDPOINT}.{name}.{key}", what, file))
    for name, each in now.profiles.items():
        rows += [(f"{config.PROFILE}.{name}.{k}", value, file) for k, value in _told(each).items()]
    return rows


def _told(each: Profile) -> dict[str, Value]:
    """What a profile holds, by its keys."""
    told: dict[str, Value] = {key: text for key in TEXTS if (text := getattr(each, key))}
    if each.system is not None:
        told["system"] = each.system
    if each.messages:
        told["messages"] = f"{len(each.messages)} set"
    return {**told, **each.parameters}


def _file() -> str:
    try:
        return str(config.path())
    except ConfigurationError:
        return ""


def _text(value: Value) -> str:
    if isinstance(value, tuple):
        return " ".join(map(repr, value))
    return "none" if value is None else str(value)


def _hidden(name: str, value: Value) -> Value:
    """A value without the password that a proxy's address may hold."""
    if name == "proxy" and isinstance(value, str) and "@" in value:
        return value.replace(urlsplit(value).netloc.rpartition("@")[0] or "@", "…")
    return value


def _origin(origin: str, file: str) -> str:
    """Where a setting comes from; on a terminal there is no room for the file's whole path."""
    return "the file" if origin == file and streams.output_is_terminal() else origin


def _write(file: Path, text: str) -> None:
    try:
        replace(file, text.encode(), mode=OWN)
    except OSError as error:
        raise ConfigurationError(f"{file} cannot be written ({error.strerror})") from error
