"""What is set, and where: defaults < file < environment < flags. The only door to platformdirs."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from nemochat.core import parameters, profile
from nemochat.core.values import Number, OneOf, Value, Values, shown
from nemochat.errors import ConfigurationError, UsageError

PREFIX = "NEMOCHAT_"
SECTION = "parameters"  # of the file: the sampling parameters
PROFILE = "profile"  # a setting, and the sections of the file that tell of profiles
DEFAULT = "default"  # the setting's name within those: TOML lets a name be one thing only
THEMES = ("ansi", "dark", "light", "mono")
_SWITCH = OneOf(("on", "off"))
_TOKENS = Number(0, 1_000_000, whole=True)
_SECONDS = Number(0, 86_400, above=True)


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting.

    Attributes:
        name: Its name in the file; `NEMOCHAT_` and the name in capitals is its variable.
        default: Its value where nobody set it.
        help: What it is, in one sentence without a full stop.
        takes: What it may be; None takes any text.
        flags: Its flags besides `--name-with-hyphens`.
    """

    name: str
    default: Value
    help: str
    takes: Number | OneOf | None = None
    flags: tuple[str, ...] = ()

    @property
    def flag(self) -> str:
        """The long flag that bears its name."""
        return "--" + self.name.replace("_", "-")

    @property
    def negation(self) -> str | None:
        """The flag that turns it off, if it is on or off; its own flag turns it on."""
        return "--no-" + self.name.replace("_", "-") if self.takes is _SWITCH else None

    @property
    def variable(self) -> str:
        """The environment variable that sets it."""
        return PREFIX + self.name.upper()

    def parse(self, text: str, origin: str) -> Value:
        """Read it from a flag or a variable; ConfigurationError names where it stands."""
        return self._take(self.takes.parse if self.takes else str, text, origin)

    def check(self, value: object, origin: str) -> Value:
        """Take it from the file; ConfigurationError names where it stands."""
        return self._take(self.takes.check if self.takes else _text, value, origin)

    def _take(self, take: Callable[..., Value], value: object, origin: str) -> Value:
        try:
            taken: Value = take(value)
        except ValueError:
            wanted = self.takes or "a text"
            raise ConfigurationError(
                f"{origin}: {self.name} takes {wanted}, not {shown(value)}"
            ) from None
        return taken


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError(value)  # noqa: TRY004 - what all `takes` raise
    return value


TABLE = (
    Setting("endpoint", "deepinfra", "where Nemo is asked: a name of the table of endpoints"),
    Setting("base_url", "", "another address for the endpoint; /chat/completions is added to it"),
    Setting("model", "", "the model asked for; empty: Nemo's name at the endpoint", flags=("-m",)),
    Setting("system", "", "the system prompt, or @ and the file that holds it", flags=("-s",)),
    Setting("profile", "", "a profile of the configuration file, or none", flags=("-p",)),
    Setting("connect_timeout", 10, "seconds to wait for a connection", _SECONDS),
    Setting("first_byte_timeout", 120, "seconds to wait for the first of an answer", _SECONDS),
    Setting("idle_timeout", 60, "seconds to wait for more of an answer", _SECONDS),
    Setting("view", "auto", "how answers are shown", OneOf(("auto", "plain", "accessible"))),
    Setting("render", "markdown", "answers on a terminal", OneOf(("markdown", "raw"))),
    Setting("theme", "auto", "the colours of answers", OneOf(("auto", *THEMES))),
    Setting("math", "on", "formulas in Unicode where that is exact", _SWITCH),
    Setting("bell", "off", "ring the terminal's bell after a long answer", _SWITCH),
    Setting("editing_mode", "emacs", "the keys of the line editor", OneOf(("emacs", "vi"))),
    Setting("urls", "off", "whether /url may fetch pages", _SWITCH),
    Setting("ca_bundle", "", "a file or folder of certificates to trust; empty: the system's"),
    Setting("proxy", "", "a proxy's address, or none; empty: HTTPS_PROXY and the like"),
    Setting("loop_guard", 600, "tokens over which an answer may repeat itself; 0: any", _TOKENS),
    Setting("retries", 2, "how often to try again", Number(0, 2, whole=True)),
)
_BY_NAME = {setting.name: setting for setting in TABLE}


class Config:
    """The settings in force, each with its origin, and what else the file holds.

    Attributes:
        parameters: The sampling parameters of the file.
        profiles: The profiles of the file, by their names.
    """

    def __init__(self) -> None:
        self._values: dict[str, tuple[Value, str]] = {
            setting.name: (setting.default, "default") for setting in TABLE
        }
        self.parameters: dict[str, Value] = {}
        self.profiles: dict[str, profile.Profile] = {}

    def put(self, name: str, value: Value, origin: str) -> None:
        """Let a setting be `value`, because of `origin`."""
        self._values[name] = (value, origin)

    def text(self, name: str) -> str:
        """A setting that is a text."""
        return str(self._values[name][0])

    def number(self, name: str) -> float:
        """A setting that is a number."""
        value = self._values[name][0]
        assert isinstance(value, int | float)
        return value

    def origin(self, name: str) -> str:
        """Where a setting comes from: "default", the file's path, a variable or a flag."""
        return self._values[name][1]


def load(
    flags: Mapping[str, str | None], environment: Mapping[str, str], file: Path | None = None
) -> Config:
    """The settings in force.

    Args:
        flags: Settings given on the command line, by name; None is not given.
        environment: The environment's variables.
        file: The configuration file; None takes the platform's place for it.

    Raises:
        ConfigurationError: a setting has no such value, or the file is broken.
    """
    config = Config()
    with suppress(ConfigurationError):  # without a home there is no file
        file = file or directories().config / "config.toml"
    if file is not None:
        _from_file(config, file)
    for setting in TABLE:
        if (text := environment.get(setting.variable)) is not None:
            config.put(setting.name, setting.parse(text, setting.variable), setting.variable)
        if (text := flags.get(setting.name)) is not None:
            try:
                config.put(setting.name, setting.parse(text, setting.flag), setting.flag)
            except ConfigurationError as error:
                raise UsageError(error.sentence) from None
    return config


def _from_file(config: Config, file: Path) -> None:
    try:
        told = tomllib.loads(file.read_bytes().decode())
    except (FileNotFoundError, NotADirectoryError):
        return
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        twice = "Cannot overwrite" in str(error) or "Cannot mutate" in str(error)
        raise ConfigurationError(
            f"the configuration {file} cannot be read ({error})",
            f'Beside [{PROFILE}.NAME], a setting is {PROFILE}.{DEFAULT} = "NAME"' if twice else "",
        ) from error
    for name, value in told.items():
        if name == SECTION and isinstance(value, dict):
            config.parameters.update(_chosen(value, file))
        elif name == PROFILE and isinstance(value, dict):
            _take_profiles(config, value, file)
        elif name in _BY_NAME:
            config.put(name, _BY_NAME[name].check(value, str(file)), str(file))
        else:
            near = get_close_matches(name, [*_BY_NAME, SECTION], n=1)
            hint = f"Did you mean {near[0]}?" if near else f"There are {', '.join(_BY_NAME)}"
            raise ConfigurationError(f"{file}: there is no setting {shown(name)}", hint)


def _take_profiles(config: Config, told: dict[str, object], file: Path) -> None:
    if isinstance(told.get(DEFAULT), str):
        config.put(PROFILE, _BY_NAME[PROFILE].check(told.pop(DEFAULT), str(file)), str(file))
    try:
        config.profiles |= {n: profile.read(n, each, file.parent) for n, each in told.items()}
    except UsageError as error:
        raise ConfigurationError(f"{file}: {error.sentence}", error.hint) from None


def _chosen(told: Mapping[str, object], file: Path) -> Values:
    try:
        return {
            (parameter := parameters.find(name)).name: parameter.check(value)
            for name, value in told.items()
        }
    except UsageError as error:
        raise ConfigurationError(f"{file}: {error.sentence}", error.hint) from None


@dataclass(frozen=True, slots=True)
class Directories:
    """Where nemochat keeps what: settings, conversations, and what was typed."""

    config: Path
    data: Path
    state: Path


def directories() -> Directories:
    """The platform's directories; XDG_CONFIG_HOME, XDG_DATA_HOME and XDG_STATE_HOME are honoured.

    Raises:
        ConfigurationError: there is no home directory to put them in.
    """
    import platformdirs

    try:
        dirs = platformdirs.PlatformDirs("nemochat", appauthor=False)
        return Directories(dirs.user_config_path, dirs.user_data_path, dirs.user_state_path)
    except RuntimeError:
        raise ConfigurationError("there is no home directory", "Set HOME") from None
