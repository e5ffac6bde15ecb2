"""What a value may be: a number within bounds, one of a few words, a few texts."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import NamedTuple

Value = int | float | str | tuple[str, ...] | None
Values = Mapping[str, Value]

NONE = "none"

_WHOLE = re.compile(r"[+-]?[0-9]{1,19}", re.ASCII)
_DECIMAL = re.compile(
    r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)(e[+-]?[0-9]{1,3})?", re.ASCII | re.IGNORECASE
)


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
        if _WHOLE.fullmatch(text):
            return self.check(int(text))
        if _DECIMAL.fullmatch(text):
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
            import json

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


def shown(value: object, longest: int = 40, *, typed: bool = True) -> str:
    """A value as an error shows it: numbers bare, text in quotes, long ones cut.

    Args:
        value: What came.
        longest: Characters.
        typed: Whether it was typed, where a number is a text too; a file tells the two apart.
    """
    if isinstance(value, Mapping):
        return "a section"
    if isinstance(value, bool | list | tuple):
        import json

        text = json.dumps(value, ensure_ascii=False, default=str)
        return text if len(text) <= longest else text[: longest - 1] + "…"
    text = str(value).strip()
    text = text if len(text) <= longest else text[: longest - 1] + "…"
    if not isinstance(value, str) or (typed and _DECIMAL.fullmatch(text)):
        return text
    import json

    return json.dumps(text, ensure_ascii=False)


def as_typed(value: Value) -> str:
    """A value as a person would type it."""
    if value is None:
        return NONE
    return ", ".join(map(repr, value)) if isinstance(value, tuple) else str(value)
