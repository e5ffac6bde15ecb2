"""Table of sampling parameters, and the types of their values."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping
from typing import NamedTuple

from nemochat.core.text import NUMBER, format_value, nearest
from nemochat.errors import UsageError

Value = int | float | str | tuple[str, ...] | None
Values = Mapping[str, Value]
NONE = "none"
_WHOLE = r"(?a)[+-]?[0-9]{1,19}"
_COMMA = r"(?a)([+-]?[0-9]{1,9}),([0-9]{1,9})"
_SHORT = {"temp": "temperature"}


class Number(NamedTuple):
    """A number from `low` to `high`, both included unless `above` excludes `low`.

    None means no bound. `whole` allows integers only; `nullable` also allows "none".
    """

    low: float | None = None
    high: float | None = None
    whole: bool = False
    above: bool = False
    nullable: bool = False

    def __str__(self) -> str:
        if self.low is None:
            words = "a whole number" if self.whole else "a number"
        elif self.above:
            words = f"above {self.low:g} and at most {self.high:g}"
        else:
            words = f"{self.low:,.10g} to {self.high:,.10g}"
            words = f"a whole number from {words}" if self.whole else words
        return f"{words}, or none" if self.nullable else words

    def parse(self, text: str) -> Value:
        """Return the number in `text`; ValueError if it is not allowed."""
        text = text.strip()
        if self.nullable and text.lower() in {NONE, "null"}:
            return None
        if re.fullmatch(_WHOLE, text):
            return self.check(int(text))
        if re.fullmatch(NUMBER, text):
            return self.check(float(text))
        raise ValueError

    def check(self, value: object) -> Value:
        """Return `value` if it is allowed; ValueError if not."""
        if value is None and self.nullable:
            return None
        if (
            isinstance(value, bool)
            or not isinstance(value, int | float)
            or not math.isfinite(value)
        ):
            raise ValueError
        if self.whole:
            if value != int(value):
                raise ValueError
            value = int(value)
        if self.low is not None and (value < self.low or (self.above and value == self.low)):
            raise ValueError
        if self.high is not None and value > self.high:
            raise ValueError
        return value


class OneOf(NamedTuple):
    """One of a few words."""

    words: tuple[str, ...]

    def __str__(self) -> str:
        return " or ".join(self.words)

    def parse(self, text: str) -> Value:
        """Return the word in `text`; ValueError if it is not allowed."""
        return self.check(text.strip().lower())

    def check(self, value: object) -> Value:
        """Return `value` if it is one of the words; ValueError if not."""
        if not isinstance(value, str) or value not in self.words:
            raise ValueError
        return value


class Texts(NamedTuple):
    """Up to `most` texts, none of them empty."""

    most: int

    def __str__(self) -> str:
        return f"up to {self.most} texts"

    def parse(self, text: str) -> Value:
        r"""Return one text, or several from a JSON list; `\n` and `\t` are control characters."""
        if text.startswith("[") and text.endswith("]"):
            try:
                return self.check(json.loads(text))
            except (json.JSONDecodeError, RecursionError):
                pass  # text that only looks like a list
        return self.check([text.replace("\\n", "\n").replace("\\t", "\t")])

    def check(self, value: object) -> Value:
        """Return the texts as a tuple; ValueError if there are too many or one is empty."""
        texts = [value] if isinstance(value, str) else value
        if (
            not isinstance(texts, list | tuple)
            or not 1 <= len(texts) <= self.most
            or not all(isinstance(text, str) and text for text in texts)
        ):
            raise ValueError
        return tuple(texts)


def format_as_input(value: Value) -> str:
    """Return a value as a user would type it."""
    if value is None:
        return NONE
    return ", ".join(map(repr, value)) if isinstance(value, tuple) else str(value)


class Parameter(NamedTuple):
    """One sampling parameter.

    Attributes:
        name: Its name in the request body.
        takes: The allowed values.
        default: What the endpoint uses if it is not sent, in words.
        help: What it does, in one sentence without a full stop.
        flags: Its flags in addition to `--name-with-hyphens`.
    """

    name: str
    takes: Number | OneOf | Texts
    default: str
    help: str
    flags: tuple[str, ...] = ()

    @property
    def flag(self) -> str:
        """Return the long flag."""
        return "--" + self.name.replace("_", "-")

    def parse(self, text: str) -> Value:
        """Return a typed value; UsageError names the allowed values."""
        return self._convert(self.takes.parse, text, typed=True)

    def check(self, value: object) -> Value:
        """Return a value from a file; UsageError names the allowed values."""
        return self._convert(self.takes.check, value, typed=False)

    def check_configured(self, value: object) -> Value:
        """Return a value from the configuration, where "none" replaces the null that TOML lacks."""
        nullable = isinstance(self.takes, Number) and self.takes.nullable
        return self.check(None if nullable and value == NONE else value)

    def _convert(self, take: Callable[..., Value], value: object, *, typed: bool) -> Value:
        try:
            return take(value)
        except ValueError:
            comma = isinstance(value, str) and re.fullmatch(_COMMA, value.strip())
            raise UsageError(
                f"{self.name} must be {self.takes}, not {format_value(value, typed=typed)}",
                f"Write decimals with a point: {comma[1]}.{comma[2]}" if comma else "",
            ) from None


TABLE = (
    Parameter(
        "temperature",
        Number(0, 2),
        "1",
        "how random the choice of words is; lower is more focused (Mistral recommends 0.3)",
        ("-t", "--temp"),
    ),
    Parameter(
        "top_p",
        Number(0, 1, above=True),
        "1",
        "sample from the most likely words, up to this total probability",
    ),
    Parameter(
        "top_k",
        Number(0, 999, whole=True),
        "0 (off)",
        "sample from this many of the most likely words",
    ),
    Parameter(
        "min_p",
        Number(0, 1),
        "0",
        "ignore words less likely than this share of the likeliest one",
    ),
    Parameter(
        "max_tokens",
        Number(0, 1_000_000, whole=True, nullable=True),
        "512",
        "cut the answer after this many tokens; none: as many as fit in the context",
    ),
    Parameter("stop", Texts(4), "none", "end the answer before any of these texts"),
    Parameter(
        "n",
        Number(1, 2, whole=True),
        "1",
        "number of answers; 2 cannot be streamed",
        ("-n",),
    ),
    Parameter("presence_penalty", Number(-2, 2), "0", "above 0: move to new topics more readily"),
    Parameter(
        "frequency_penalty",
        Number(-2, 2),
        "0",
        "above 0: avoid words that are frequent so far",
    ),
    Parameter(
        "repetition_penalty", Number(0.01, 5), "1", "above 1: repeat less, below 1: repeat more"
    ),
    Parameter(
        "seed",
        Number(whole=True),
        "random",
        "make answers repeatable, as far as the endpoint can",
    ),
    Parameter(
        "tool_choice",
        OneOf(("none", "auto")),
        "none without tools",
        "whether the model may call tools",
    ),
)

_BY_NAME = {parameter.name: parameter for parameter in TABLE}


def names() -> tuple[str, ...]:
    """Return the names of all parameters, in the order of the table."""
    return tuple(_BY_NAME)


def find(name: str) -> Parameter:
    """Return the parameter called `name`, with - or _; UsageError names the nearest."""
    key = name.strip().lower().lstrip("-").replace("-", "_")
    key = _SHORT.get(key, key)
    if key in _BY_NAME:
        return _BY_NAME[key]
    near = nearest(key, _BY_NAME)
    hint = f"Did you mean {near[0]}?" if near else f"Parameters are {', '.join(_BY_NAME)}"
    raise UsageError(f"there is no parameter {format_value(name)}", hint)


def candidate_count(values: Values) -> int:
    """Return the number of answers that these values request."""
    count = values.get("n")
    return count if isinstance(count, int) else 1


def can_stream(values: Values) -> bool:
    """Return whether an answer with these values can be streamed: only a single candidate can."""
    return candidate_count(values) == 1


def parse_changes(argument: str) -> dict[str, Value]:
    """Return parameters from words such as `temperature=0.3`; UsageError if one is not valid."""
    changes: dict[str, Value] = {}
    for word in argument.split():
        name, equals, value = word.partition("=")
        if not equals:
            raise UsageError(f"a parameter must be NAME=VALUE, not {format_value(word)}")
        parameter = find(name)
        changes[parameter.name] = parameter.parse(value)
    return changes
