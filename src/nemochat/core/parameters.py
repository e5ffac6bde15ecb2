"""The table of sampling parameters; flags, /set, configuration, request body and docs follow it.

Names, ranges and the endpoint's defaults are those of DeepInfra's page for the model. Only what
someone chose is sent, so a default here is documentation and never a value on the wire.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from nemochat.core.nearest import nearest
from nemochat.core.values import NONE, Number, OneOf, Texts, Value, Values, shown
from nemochat.errors import UsageError

_COMMA = re.compile(r"([+-]?[0-9]{1,9}),([0-9]{1,9})", re.ASCII)


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
        return self._take(self.takes.parse, text, typed=True)

    def check(self, value: object) -> Value:
        """Take a value from a file; UsageError says what is taken."""
        return self._take(self.takes.check, value, typed=False)

    def configured(self, value: object) -> Value:
        """Take a value from the configuration, where "none" stands for the null that TOML lacks."""
        nullable = isinstance(self.takes, Number) and self.takes.nullable
        return self.check(None if nullable and value == NONE else value)

    def _take(self, take: Callable[..., Value], value: object, *, typed: bool) -> Value:
        try:
            return take(value)
        except ValueError:
            comma = isinstance(value, str) and _COMMA.fullmatch(value.strip())
            raise UsageError(
                f"{self.name} takes {self.takes}, not {shown(value, typed=typed)}",
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
_SHORT = {"temp": "temperature"}


def names() -> tuple[str, ...]:
    """The names of all parameters, in the order of the table."""
    return tuple(_BY_NAME)


def find(name: str) -> Parameter:
    """The parameter called `name` (hyphens count as underscores); UsageError names the nearest."""
    wanted = name.strip().lower().lstrip("-").replace("-", "_")
    wanted = _SHORT.get(wanted, wanted)
    if wanted in _BY_NAME:
        return _BY_NAME[wanted]
    near = nearest(wanted, _BY_NAME)
    hint = f"Did you mean {near[0]}?" if near else f"There are {', '.join(_BY_NAME)}"
    raise UsageError(f"there is no parameter {shown(name)}", hint)


def candidates(values: Values) -> int:
    """How many answers these values ask for."""
    asked = values.get("n")
    return asked if isinstance(asked, int) else 1


def streams(values: Values) -> bool:
    """Whether an answer with these values can be streamed: more than one candidate cannot."""
    return candidates(values) == 1


def changes(argument: str) -> dict[str, Value]:
    """Parameters from words such as `temperature=0.3`; UsageError if one is none."""
    made: dict[str, Value] = {}
    for word in argument.split():
        name, equals, value = word.partition("=")
        if not equals:
            raise UsageError(f"a change is NAME=VALUE, not {shown(word)}")
        parameter = find(name)
        made[parameter.name] = parameter.parse(value)
    return made
