"""Table of settings: name, default, values, variable and flags of each."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from nemochat.core.parameters import Number, OneOf, Value
from nemochat.core.text import format_value
from nemochat.errors import ConfigurationError

PREFIX = "NEMOCHAT_"
SWITCH = OneOf(("on", "off"))


class Setting(NamedTuple):
    """One setting.

    Attributes:
        name: Its name in the file; its variable is `NEMOCHAT_` and the name in capitals.
        default: Its default value.
        help: Its meaning, in one sentence without a full stop.
        takes: The allowed values; None allows any text.
        flags: Its flags in addition to `--name-with-hyphens`.
    """

    name: str
    default: Value
    help: str
    takes: Number | OneOf | None = None
    flags: tuple[str, ...] = ()

    @property
    def flag(self) -> str:
        """Return the long flag."""
        return "--" + self.name.replace("_", "-")

    @property
    def negation(self) -> str | None:
        """Return the flag that turns a switch off, or None; its own flag turns it on."""
        return "--no-" + self.name.replace("_", "-") if self.takes is SWITCH else None

    @property
    def variable(self) -> str:
        """Return the environment variable."""
        return PREFIX + self.name.upper()

    def parse(self, text: str, origin: str) -> Value:
        """Return the value in a flag or a variable; ConfigurationError names the origin."""
        return self._convert(self.takes.parse if self.takes else str, text, origin, typed=True)

    def check(self, value: object, origin: str) -> Value:
        """Return a value from the file; ConfigurationError names the origin."""
        return self._convert(self.takes.check if self.takes else _text, value, origin, typed=False)

    def _convert(
        self, take: Callable[..., Value], value: object, origin: str, *, typed: bool
    ) -> Value:
        try:
            taken: Value = take(value)
        except (TypeError, ValueError):
            expected = self.takes or "text"
            raise ConfigurationError(
                f"{origin}: {self.name} must be {expected}, not {format_value(value, typed=typed)}"
            ) from None
        return taken


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(value)
    return value


THEME_NAMES = ("ansi", "dark", "light", "mono")
_TOKENS = Number(0, 1_000_000, whole=True)
_SECONDS = Number(0, 86_400, above=True)
SETTINGS = (
    Setting("endpoint", "deepinfra", "the server to use, such as mistral, ollama or guide"),
    Setting(
        "token_command",
        "",
        "a command that prints the token; {endpoint} is the name of the endpoint",
    ),
    Setting("base_url", "", "another address for the endpoint, without /chat/completions"),
    Setting("model", "", "the model; empty: the endpoint's name for Nemo", flags=("-m",)),
    Setting("system", "", "the system prompt, or @ and a file", flags=("-s",)),
    Setting("profile", "", "a profile of the configuration file, or none", flags=("-p",)),
    Setting("connect_timeout", 10, "seconds to wait for a connection", _SECONDS),
    Setting("first_byte_timeout", 120, "seconds to wait for the first part of an answer", _SECONDS),
    Setting("idle_timeout", 60, "seconds to wait for more of an answer", _SECONDS),
    Setting("view", "auto", "how answers are shown", OneOf(("auto", "plain", "accessible"))),
    Setting("render", "markdown", "how Markdown is shown", OneOf(("markdown", "raw"))),
    Setting("theme", "auto", "the colours of answers", OneOf(("auto", *THEME_NAMES))),
    Setting("math", "on", "show formulas in Unicode where that is exact", SWITCH),
    Setting("bell", "off", "ring the terminal bell after a long answer", SWITCH),
    Setting("editing_mode", "emacs", "the keys of the line editor", OneOf(("emacs", "vi"))),
    Setting("urls", "off", "let /url fetch web pages", SWITCH),
    Setting("allow_secrets", "off", "send messages even if they contain a key or password", SWITCH),
    Setting("allow_http", "off", "send the token to an http:// address, unencrypted", SWITCH),
    Setting("ca_bundle", "", "a file or folder of certificates to trust; empty: the system's"),
    Setting("proxy", "", "a proxy's address, or none; empty: HTTPS_PROXY etc."),
    Setting(
        "loop_guard",
        600,
        "stop an answer after this many repeated tokens; 0: never",
        _TOKENS,
    ),
    Setting("retries", 2, "how often to retry a failed request", Number(0, 2, whole=True)),
)
BY_NAME = {setting.name: setting for setting in SETTINGS}


def find_setting(name: str) -> Setting | None:
    """Return the setting of this name, with hyphens or underscores, or None."""
    return BY_NAME.get(name.replace("-", "_"))
