"""A few examples of each property of `make fuzz`, always the same ones."""

from __future__ import annotations

import pytest

from tests.fuzz.properties import PROPERTIES, play

EXAMPLES = 15


@pytest.mark.parametrize("name", PROPERTIES)
def test_the_property_holds(name: str) -> None:
    play(name, 1, EXAMPLES)
