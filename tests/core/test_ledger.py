"""What answers cost, added up and in words."""

from __future__ import annotations

import pytest

from nemochat.core.ledger import Total, add_up, format_money
from nemochat.core.messages import Message, Provenance, Role, Usage


def answer(usage: Usage | None) -> Message:
    return Message(Role.ASSISTANT, "x", provenance=Provenance(usage=usage))


def test_what_the_endpoint_counted_is_added_up_and_what_it_did_not_tell_is_left_out() -> None:
    counted = [
        Message(Role.USER, "x"),
        answer(Usage(10, 20, estimated_cost=0.5)),
        answer(None),
        answer(Usage(None, 3)),
        answer(Usage(7, None, estimated_cost=0.25)),
    ]
    assert add_up(counted) == Total(3, 17, 23, 0.75)
    assert add_up([answer(Usage(1, 2))]) == Total(1, 1, 2, None)
    assert add_up([]) == Total(0, 0, 0, None)


@pytest.mark.parametrize(
    ("dollars", "told"),
    [
        (None, "at an unknown cost"),
        (0, "$0"),
        (0.0000015, "$0.0000015"),
        (0.000123, "$0.00012"),
        (0.05, "$0.050"),
        (1, "$1.00"),
        (12.5, "$12.50"),
        (1234, "$1234.00"),
    ],
)
def test_money_has_two_digits_that_count_and_cents_at_least(
    dollars: float | None, told: str
) -> None:
    assert format_money(dollars) == told
