"""Markdown of the measured answers, in tokens of four characters."""

from __future__ import annotations

from collections.abc import Callable

TOKEN = 4  # characters
PROSE = (
    "The quick brown fox **jumps** over a lazy dog, while *nobody* looks at `code` or at "
    "[a link](https://example.org/a); and so it goes on until the paragraph ends.\n\n"
)
SECTIONS = 12  # different ones: nemochat stops a model that repeats itself sooner


def _write_section(number: int) -> str:
    return (
        f"## Heading {number}\n\n{PROSE}{PROSE}"
        f"- one item of a list\n- another, with **bold {number}**\n  - and deeper\n\n"
        "```python\ndef compute(x, n):\n"
        f"    return [x * k for k in range(n + {number})]  # why\n```\n\n"
        f"| a | b | c |\n|---|--:|---|\n| one | {number} | `three` |\n| four | 5 | six |\n\n"
        "1. first\n2. second\n\n> a quote of *some* words\n\n"
    )


MIXED = "".join(_write_section(number) for number in range(1, SECTIONS + 1))


def _repeat(text: str, first: str = "") -> Callable[[int], str]:
    return lambda size: (first + text * (size // len(text) + 1))[:size]


# Each makes a text of so many characters.
TEXTS: dict[str, Callable[[int], str]] = {
    "prose, lists, code, tables": _repeat(MIXED),
    "one paragraph": _repeat(PROSE.replace("\n\n", " ")),
    "one code block": _repeat("    return compute(x, 33)  # why not\n", "```python\n"),
    "one list": _repeat("- some text of **an item** that is here\n"),
    "one table": _repeat("| some text | in **cells** |\n", "| a | b |\n|---|---|\n"),
    "`[[[[…`": _repeat("["),
}
