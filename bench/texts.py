"""The Markdown of the answers that are measured."""

from __future__ import annotations

TOKEN = 4  # characters
PROSE = (
    "The quick brown fox **jumps** over a lazy dog, while *nobody* looks at `code` or at "
    "[a link](https://example.org/a); and so it goes on until the paragraph ends.\n\n"
)
SECTIONS = 12  # that differ: what repeats itself sooner is taken for a model that goes in circles


def _section(number: int) -> str:
    return (
        f"## Heading {number}\n\n{PROSE}{PROSE}"
        f"- one item of a list\n- another, with **bold {number}**\n  - and deeper\n\n"
        "```python\ndef compute(x, n):\n"
        f"    return [x * k for k in range(n + {number})]  # why\n```\n\n"
        f"| a | b | c |\n|---|--:|---|\n| one | {number} | `three` |\n| four | 5 | six |\n\n"
        "1. first\n2. second\n\n> a quote of *some* words\n\n"
    )


_MIXED = "".join(_section(number) for number in range(1, SECTIONS + 1))


def mixed(size: int) -> str:
    """Headings, prose, lists, code, tables and quotes: at least so many characters."""
    return _MIXED * max(-(-size // len(_MIXED)), 1)
