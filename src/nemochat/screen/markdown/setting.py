"""What is a paragraph read with?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum


class Outlook(Enum):
    """What is known of the text after the source."""

    OPEN = "more may follow: only what no sequel changes is given"
    ENDED = "nothing follows"
    HOPEFUL = "more will follow: shown as if what is open were closed"


@dataclass(frozen=True, slots=True)
class Setting:
    """What a paragraph is read with.

    Attributes:
        definitions: Addresses of reference links by their normalized label.
        hyperlinks: Whether the terminal follows links, so that addresses need not be shown.
        math: Whether formulas are shown in Unicode where that is exact.
    """

    definitions: Mapping[str, str]
    hyperlinks: bool = False
    math: bool = True
