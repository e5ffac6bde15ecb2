"""What is a setting? Its name, variable, flags, and what it may be."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from nemochat.core.values import Number, OneOf, Value, shown
from nemochat.errors import ConfigurationError

PREFIX = "NEMOCHAT_"
SWITCH = OneOf(("on", "off"))


class Setting(NamedTuple):
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
        return "--no-" + self.name.replace("_", "-") if self.takes is SWITCH else None

    @property
    def variable(self) -> str:
        """The environment variable that sets it."""
        return PREFIX + self.name.upper()

    def parse(self, text: str, origin: str) -> Value:
        """Read it from a flag or a variable; ConfigurationError names where it stands."""
        return self._take(self.takes.parse if self.takes else str, text, origin, typed=True)

    def check(self, value: object, origin: str) -> Value:
        """Take it from the file; ConfigurationError names where it stands."""
        return self._take(self.takes.check if self.takes else _text, value, origin, typed=False)

    def _take(
        self, take: Callable[..., Value], value: object, origin: str, *, typed: bool
    ) -> Value:
        try:
            taken: Value = take(value)
        except ValueError:
            wanted = self.takes or "a text"
            raise ConfigurationError(
                f"{origin}: {self.name} takes {wanted}, not {shown(value, typed=typed)}"
            ) from None
        return taken


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError(value)  # noqa: TRY004 - what all `takes` raise
    return value
