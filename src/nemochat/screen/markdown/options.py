"""Options of the layout of an answer."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum


class Outlook(Enum):
    """What is known of the text after the source."""

    OPEN = "more may follow: only what no sequel changes is given"
    ENDED = "nothing follows"
    HOPEFUL = "more will follow: shown as if what is open were closed"


@dataclass(frozen=True, slots=True)
class RenderOptions:
    """What an answer is laid out with.

    Attributes:
        definitions: Addresses of reference links by their normalized label; more are added.
        math: Whether formulas are shown in Unicode where that is exact.
        numbered: Whether fenced blocks of code are numbered.
        coloured: Whether code has colours.
    """

    definitions: dict[str, str] = field(default_factory=dict)
    math: bool = True
    numbered: bool = False
    coloured: bool = True
