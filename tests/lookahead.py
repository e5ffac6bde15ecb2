"""Cases that are played several at once, while their tests run one after another."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Generic, Self, TypeVar

from tests.api.fault_server.case import Case

Result = TypeVar("Result")


class Lookahead(Generic[Result]):
    """Results of cases, each played together with those that come after it.

    The processes of a test run share the tests: each plays its own cases, and no more than `ahead`
    of those that turn out to be another's.

    Args:
        cases: All of them, in the order of their tests.
        play: Plays one.
        at_once: How many are played at once.
        ahead: How many are started before they are needed.
    """

    def __init__(
        self, cases: Sequence[Case], play: Callable[[Case], Result], *, at_once: int, ahead: int
    ) -> None:
        self._cases, self._play, self._ahead = cases, play, ahead
        self._pool = ThreadPoolExecutor(at_once)
        self._results: dict[str, Future[Result]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown(cancel_futures=True)

    def result(self, case: Case) -> Result:
        """Return the result of a case; a heavy one is played alone."""
        if case.heavy:
            wait(self._results.values())
            return self._play(case)
        first = self._cases.index(case)
        for each in self._cases[first : first + self._ahead]:
            if not each.heavy and str(each) not in self._results:
                self._results[str(each)] = self._pool.submit(self._play, each)
        return self._results[str(case)].result()
