"""Values in words."""

from __future__ import annotations

import pytest

from nemochat.core.parameters import Number
from nemochat.core.text import format_value


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (3, "3"),
        (" 0.5 ", "0.5"),
        ("word", '"word"'),
        ("Größe", '"Größe"'),
        ([1], "[1]"),
        ("x" * 40, f'"{"x" * 40}"'),
        ("x" * 41, f'"{"x" * 39}…"'),
        (10**50, f"1{'0' * 38}…"),
    ],
)
def test_an_error_shows_numbers_bare_and_texts_in_quotes_and_cuts_what_is_long(
    value: object, told: str
) -> None:
    assert format_value(value) == told


def test_a_number_without_bounds_says_what_it_is() -> None:
    assert str(Number()) == "a number"
    assert str(Number(whole=True, nullable=True)) == "a whole number, or none"
