"""What the whole program does about faults: some of each row; `make faults` plays all of them."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import groupby

import pytest

from tests.faults import AT_ONCE, problem
from tests.wire.fault_server.case import Case
from tests.wire.fault_server.table import CASES

OF_EACH_ROW = 4


def some() -> Iterator[Case]:
    """A few quick cases of each row, spread over it."""
    for _, row in groupby(sorted(CASES, key=lambda case: case.row), key=lambda case: case.row):
        cases = [case for case in row if not case.heavy and case.longest <= 4]
        yield from cases[:: max(len(cases) // OF_EACH_ROW, 1)][:OF_EACH_ROW]


SOME = list(some())


@pytest.fixture(scope="module")
def problems() -> Iterator[dict[str, Future[str]]]:
    with ThreadPoolExecutor(AT_ONCE) as pool:
        yield {str(case): pool.submit(problem, case) for case in SOME}


@pytest.mark.parametrize("case", SOME, ids=str)
def test_the_program_keeps_its_promise(case: Case, problems: dict[str, Future[str]]) -> None:
    assert problems[str(case)].result() == ""
