"""Settings in force: defaults < file < environment < flags."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from stat import S_ISDIR, S_ISFIFO

from nemochat.config.paths import directories
from nemochat.config.settings import BY_NAME, SETTINGS
from nemochat.core import parameters, profile
from nemochat.core.parameters import Value, Values
from nemochat.core.text import format_value, nearest
from nemochat.errors import ConfigurationError, UsageError

SECTION = "parameters"  # of the file: the sampling parameters
PROFILE = "profile"  # a setting, and the sections of the file with profiles
ENDPOINT = "endpoint"  # a setting, and the sections of the file with endpoints
UNSET = "default"  # the origin of a setting with its default value
DEFAULT = "default"  # the setting's name within a section: in TOML, a name is a value or a section
LARGEST = 4 * 1024 * 1024  # bytes of a configuration file


class Config:
    """The settings in force, each with its origin, and the other content of the file.

    Attributes:
        file: The configuration file's path; "" if there is none.
        parameters: The sampling parameters of the file.
        endpoints: The endpoint sections of the file, unchecked, by name.
        profiles: The profiles of the file, by name.
    """

    def __init__(self) -> None:
        self._values: dict[str, tuple[Value, str]] = {
            setting.name: (setting.default, UNSET) for setting in SETTINGS
        }
        self.file = ""
        self.parameters: dict[str, Value] = {}
        self.endpoints: dict[str, object] = {}
        self.profiles: dict[str, profile.Profile] = {}

    def put(self, name: str, value: Value, origin: str) -> None:
        """Set a setting to `value`, which came from `origin`."""
        self._values[name] = (value, origin)

    def value(self, name: str) -> Value:
        """Return a setting."""
        return self._values[name][0]

    def text(self, name: str) -> str:
        """Return a setting that is text."""
        return str(self._values[name][0])

    def number(self, name: str) -> float:
        """Return a setting that is a number."""
        value = self._values[name][0]
        assert isinstance(value, int | float)
        return value

    def origin(self, name: str) -> str:
        """Return where a setting comes from: UNSET, the file's path, a variable or a flag."""
        return self._values[name][1]

    def outranks(self, name: str, other: str) -> bool:
        """Return whether `name` comes from a higher-precedence source than `other`."""
        return self._rank(name) > self._rank(other)

    def _rank(self, name: str) -> int:
        origin = self.origin(name)
        return (UNSET, self.file, BY_NAME[name].variable, origin).index(origin)


def load_config(
    flags: Mapping[str, str | None], environment: Mapping[str, str], file: Path | None = None
) -> Config:
    """Return the settings in force.

    Args:
        flags: Settings from the command line, by name; None means that the flag is absent.
        environment: The environment variables.
        file: The configuration file; None uses the platform's.

    Raises:
        ConfigurationError: a value is not allowed, or the file is broken.
    """
    config = Config()
    with suppress(ConfigurationError):  # without a home directory there is no file
        file = file or default_path()
    if file is not None and (content := read_file(file)):
        apply_text(config, content, file)
    for setting in SETTINGS:
        if text := environment.get(setting.variable):  # an empty variable counts as unset
            config.put(setting.name, setting.parse(text, setting.variable), setting.variable)
        if (text := flags.get(setting.name)) is not None:
            try:
                config.put(setting.name, setting.parse(text, setting.flag), setting.flag)
            except ConfigurationError as error:
                raise UsageError(error.sentence) from None
    return config


def read_file(file: Path) -> str:
    """Return the text of a configuration file, or "" if there is none.

    Raises:
        ConfigurationError: it cannot be read.
    """
    broken = f"the configuration {file} cannot be read"
    try:
        mode = file.stat().st_mode
        if S_ISDIR(mode) or S_ISFIFO(mode):  # opening a pipe would block
            what = "a folder" if S_ISDIR(mode) else "a pipe"
            raise ConfigurationError(f"{broken} (it is {what}, not a file)")
        with file.open("rb") as opened:
            content = opened.read(LARGEST + 1)
    except (FileNotFoundError, NotADirectoryError):
        return ""
    except OSError as error:
        raise ConfigurationError(f"{broken} ({error.strerror})") from error
    if len(content) > LARGEST:
        raise ConfigurationError(f"{broken} (it is larger than {LARGEST // 1024 // 1024} MB)")
    try:
        return content.decode("utf-8-sig")  # some editors begin a file with a byte order mark
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ConfigurationError(f"{broken} (line {line} is not UTF-8 text)") from None


def apply_text(config: Config, text: str, file: Path) -> None:
    """Apply a configuration file's text.

    Raises:
        ConfigurationError: it is not TOML, or has unknown names or invalid values.
    """
    import tomllib  # here: most users have no file

    try:
        data = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        twice = "Cannot overwrite" in str(error) or "Cannot mutate" in str(error)
        section = next((name for name in (PROFILE, ENDPOINT) if f"[{name}." in text), "")
        # Python's int() refuses more than 4,300 digits, in a sentence about its own settings.
        is_long = type(error) is ValueError
        reason = "a number has more than 4,300 digits" if is_long else error
        raise ConfigurationError(
            f"the configuration {file} cannot be read ({reason})",
            f'Next to [{section}.NAME], write {section}.{DEFAULT} = "NAME"'
            if twice and section
            else "Run nemochat config edit to correct it",
        ) from error
    config.file = str(file)
    for name, value in data.items():
        if name == SECTION and isinstance(value, dict):
            config.parameters.update(_read_parameters(value, file))
        elif name == PROFILE and isinstance(value, dict):
            _apply_profiles(config, value, file)
        elif name == ENDPOINT and isinstance(value, dict):
            _apply_endpoints(config, value, str(file))
        elif name in BY_NAME:
            checked = BY_NAME[name].check(value, str(file))
            if name == "system" and str(checked).startswith("@"):
                checked = profile.resolve_system_path(str(checked), file.parent)
            config.put(name, checked, str(file))
        else:
            raise unknown_setting(name, str(file))


def unknown_setting(name: str, where: str) -> ConfigurationError:
    """Return the error for an unknown setting, which names the nearest or the right place."""
    near = nearest(name, [*BY_NAME, SECTION])
    hint = f"Did you mean {near[0]}?" if near else f"Settings are {', '.join(BY_NAME)}"
    if name in {SECTION, *parameters.names()}:
        hint = f"Put parameters below a line [{SECTION}]"
    elif name.lower() in {"api_key", "apikey", "key", "token"}:
        hint = "Tokens do not belong in the configuration; run nemochat keys set"
    return ConfigurationError(f"{where}: there is no setting {format_value(name)}", hint)


def _apply_endpoints(config: Config, data: dict[str, object], origin: str) -> None:
    if isinstance(data.get(DEFAULT), str):
        config.put(ENDPOINT, BY_NAME[ENDPOINT].check(data.pop(DEFAULT), origin), origin)
    config.endpoints.update(data)


def _apply_profiles(config: Config, data: dict[str, object], file: Path) -> None:
    if isinstance(data.get(DEFAULT), str):
        config.put(PROFILE, BY_NAME[PROFILE].check(data.pop(DEFAULT), str(file)), str(file))
    try:
        config.profiles |= {
            n: profile.read_profile(n, each, file.parent) for n, each in data.items()
        }
    except UsageError as error:
        raise ConfigurationError(f"{file}: {error.sentence}", error.hint) from None


def _read_parameters(data: Mapping[str, object], file: Path) -> Values:
    try:
        return {
            (parameter := parameters.find(name)).name: parameter.check_configured(value)
            for name, value in data.items()
        }
    except UsageError as error:
        raise ConfigurationError(f"{file}: {error.sentence}", error.hint) from None


def default_path() -> Path:
    """Return the path of the configuration file; ConfigurationError without a home directory."""
    return directories().config / "config.toml"
