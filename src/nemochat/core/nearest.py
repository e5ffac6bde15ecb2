"""Which known names are nearest to one that is not known?"""

from __future__ import annotations

from collections.abc import Iterable


def nearest(name: str, among: Iterable[str], most: int = 1, cutoff: float = 0.6) -> list[str]:
    """The names that are most like this one, the nearest first.

    Args:
        name: What someone wrote.
        among: What there is.
        most: How many at most.
        cutoff: How alike they must be: 0 takes any, 1 the name alone.
    """
    from difflib import get_close_matches  # seldom wanted, and on the way of every start

    return get_close_matches(name, list(among), most, cutoff)
