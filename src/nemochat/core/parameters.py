"""Table of sampling parameters, and the kinds of values that they take."""

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
    """A number from `low` to `high`, both included unless `above` leaves `low` out.

    A bound of None is no bound. `whole` takes integers only; `nullable` also takes "none".
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
            words = f"above {self.low:g}, to {self.high:g}"
        else:
            words = f"{self.low:.10g} to {self.high:.10g}"
            words = f"a whole number from {words}" if self.whole else words
        return f"{words}, or none" if self.nullable else words

    def parse(self, text: str) -> Value:
        """Read `text`; ValueError if it is no such number."""
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
        """Read `text`; ValueError if it is none of the words."""
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
        r"""Read one text, or several as a JSON list; `\n` and `\t` are the control characters."""
        if text.startswith("[") and text.endswith("]"):
            try:
                return self.check(json.loads(text))
            except (json.JSONDecodeError, RecursionError):
                pass  # a text that only looks like a list
        return self.check([text.replace("\\n", "\n").replace("\\t", "\t")])

    def check(self, value: object) -> Value:
        """Return the texts as a tuple; ValueError if they are too many, or one is empty."""
        texts = [value] if isinstance(value, str) else value
        if (
            not isinstance(texts, list | tuple)
            or not 1 <= len(texts) <= self.most
            or not all(isinstance(text, str) and text for text in texts)
        ):
            raise ValueError
        return tuple(texts)


def format_as_input(value: Value) -> str:
    """A value as a person would type it."""
    if value is None:
        return NONE
    return ", ".join(map(repr, value)) if isinstance(value, tuple) else str(value)


class Parameter(NamedTuple):
    """One sampling parameter.

    Attributes:
        name: Its name in the request body.
        takes: What it may be.
        default: What the endpoint uses when it is not sent, in words.
        help: What it does, in one sentence without a full stop.
        flags: Its flags besides `--name-with-hyphens`.
    """

    name: str
    takes: Number | OneOf | Texts
    default: str
    help: str
    flags: tuple[str, ...] = ()

    @property
    def flag(self) -> str:
        """The long flag that bears its name."""
        return "--" + self.name.replace("_", "-")

    def parse(self, text: str) -> Value:
        """Read a value that someone typed; UsageError says what is taken."""
        return self._convert(self.takes.parse, text, typed=True)

    def check(self, value: object) -> Value:
        """Take a value from a file; UsageError says what is taken."""
        return self._convert(self.takes.check, value, typed=False)

    def check_configured(self, value: object) -> Value:
        """Take a value from the configuration, where "none" stands for the null that TOML lacks."""
        nullable = isinstance(self.takes, Number) and self.takes.nullable
        return self.check(None if nullable and value == NONE else value)

    def _convert(self, take: Callable[..., Value], value: object, *, typed: bool) -> Value:
        try:
            return take(value)
        except ValueError:
            comma = isinstance(value, str) and re.fullmatch(_COMMA, value.strip())
            raise UsageError(
                f"{self.name} takes {self.takes}, not {format_value(value, typed=typed)}",
                f"Decimals have a point: {comma[1]}.{comma[2]}" if comma else "",
            ) from None


TABLE = (
    Parameter(
        "temperature",
        Number(0, 2),
        "1",
        "how random the choice of words is: lower is more focused; Mistral advises 0.3 for Nemo",
        ("-t", "--temp"),
    ),
    Parameter(
        "top_p",
        Number(0, 1, above=True),
        "1",
        "sample from the words that make up this share of likelihood",
    ),
    Parameter("top_k", Number(0, 999, whole=True), "0 (off)", "sample from this many best words"),
    Parameter(
        "min_p", Number(0, 1), "0", "leave out words less likely than this share of the best one"
    ),
    Parameter(
        "max_tokens",
        Number(0, 1_000_000, whole=True, nullable=True),
        "512",
        "cut the answer after this many tokens; none: as many as the context has room for",
    ),
    Parameter("stop", Texts(4), "none", "end the answer where one of these texts would come"),
    Parameter(
        "n",
        Number(1, 2, whole=True),
        "1",
        "ask for this many answers; 2 cannot be streamed",
        ("-n",),
    ),
    Parameter("presence_penalty", Number(-2, 2), "0", "above 0: turn to new topics more readily"),
    Parameter(
        "frequency_penalty", Number(-2, 2), "0", "above 0: use a word less the more often it came"
    ),
    Parameter(
        "repetition_penalty", Number(0.01, 5), "1", "above 1: repeat less, below 1: repeat more"
    ),
    Parameter(
        "seed",
        Number(whole=True),
        "random",
        "sample alike for the same number, as far as the endpoint can",
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
    """The names of all parameters, in the order of the table."""
    return tuple(_BY_NAME)


def find(name: str) -> Parameter:
    """The parameter called `name` (hyphens count as underscores); UsageError names the nearest."""
    key = name.strip().lower().lstrip("-").replace("-", "_")
    key = _SHORT.get(key, key)
    if key in _BY_NAME:
        return _BY_NAME[key]
    near = nearest(key, _BY_NAME)
    hint = f"Did you mean {near[0]}?" if near else f"There are {', '.join(_BY_NAME)}"
    raise UsageError(f"there is no parameter {format_value(name)}", hint)


def candidate_count(values: Values) -> int:
    """How many answers these values ask for."""
    count = values.get("n")
    return count if isinstance(count, int) else 1


def can_stream(values: Values) -> bool:
    """Whether an answer with these values can be streamed: more than one candidate cannot."""
    return candidate_count(values) == 1


def parse_changes(argument: str) -> dict[str, Value]:
    """Parameters from words such as `temperature=0.3`; UsageError if one is none."""
    changes: dict[str, Value] = {}
    for word in argument.split():
        name, equals, value = word.partition("=")
        if not equals:
            raise UsageError(f"a change is NAME=VALUE, not {format_value(word)}")
        parameter = find(name)
        changes[parameter.name] = parameter.parse(value)
    return changes
