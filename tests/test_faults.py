"""Some faults of each row, played to the whole program; `make faults` plays all of them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

import pytest

from tests.api.fault_server.case import Case
from tests.api.fault_server.table import CASES
from tests.faults import AT_ONCE, problem
from tests.lookahead import Lookahead

OF_EACH_ROW = 4


def some() -> Iterator[Case]:
    """Return a few quick cases of each row."""
    for _, row in groupby(sorted(CASES, key=lambda case: case.row), key=lambda case: case.row):
        cases = [case for case in row if not case.heavy and case.longest <= 4]
        yield from cases[:: max(len(cases) // OF_EACH_ROW, 1)][:OF_EACH_ROW]


SOME = list(some())


@pytest.fixture(scope="module")
def problems() -> Iterator[Lookahead[str]]:
    with Lookahead(SOME, problem, at_once=AT_ONCE, ahead=2 * AT_ONCE) as lookahead:
        yield lookahead


@pytest.mark.parametrize("case", SOME, ids=str)
def test_the_program_keeps_its_promise(case: Case, problems: Lookahead[str]) -> None:
    assert problems.result(case) == ""
