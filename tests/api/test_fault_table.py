"""All cases of the table of faults, played to a client: exit code, text and error."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from nemochat.core.messages import Ending
from nemochat.errors import NemochatError
from tests.api.asking import PROMPT, TIMEOUTS, Asking, asking, timeouts
from tests.api.fault_server.case import TOKEN, Case
from tests.api.fault_server.server import FaultServer
from tests.api.fault_server.table import CASES
from tests.lookahead import Lookahead

AT_ONCE = 8  # clients: with many more, a busy machine exceeds timeouts of less than a second
AHEAD = 32  # cases that are started before their tests
UNDER_LOAD = 8.0  # seconds that a busy machine may add; servers that wait do so for 20
UNHURRIED = timeouts(20, 20)
ORDER = sorted(CASES, key=lambda case: case.heavy)  # the heavy ones last


@dataclass
class Outcome:
    """Result of a case."""

    text: str = ""
    exit_code: int = 0
    said: str = ""
    endings: list[Ending] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)
    logged: list[str] = field(default_factory=list)
    requests: int = 0
    seconds: float = 0.0


def played(case: Case) -> Outcome:
    """Play a case to a client."""
    longest = UNHURRIED if case.heavy else TIMEOUTS
    with (
        FaultServer(case.behave) as server,
        asking(server.base_url, timeouts=longest) as asked,
    ):
        outcome = Outcome(waits=asked.waits, logged=asked.logged)
        begun = time.monotonic()
        _take(asked, outcome)
        outcome.seconds = time.monotonic() - begun
        outcome.requests = max(len(server.requests), server.connections)
    return outcome


def _take(asked: Asking, outcome: Outcome) -> None:
    pieces = []
    try:
        for delta in asked.client.stream(PROMPT):
            pieces.append(delta.text)
            if delta.ending:
                outcome.endings.append(delta.ending)
                outcome.exit_code = delta.ending.exit_code
                outcome.said = delta.reason or delta.ending.words
    except NemochatError as error:
        outcome.exit_code = error.exit_code
        outcome.said = str(error)
    outcome.text = "".join(pieces)


@pytest.fixture(scope="module")
def outcomes() -> Iterator[Lookahead[Outcome]]:
    with Lookahead(ORDER, played, at_once=AT_ONCE, ahead=AHEAD) as lookahead:
        yield lookahead


def test_no_two_cases_have_one_name() -> None:
    assert [name for name, times in Counter(map(str, CASES)).items() if times > 1] == []


@pytest.mark.parametrize("case", ORDER, ids=str)
def test_every_fault_ends_as_promised(case: Case, outcomes: Lookahead[Outcome]) -> None:
    outcome = outcomes.result(case)
    assert (outcome.exit_code, outcome.text[:200]) == (case.exit_code, case.text[:200]), (
        outcome.said
    )
    assert outcome.text == case.text
    assert case.says in outcome.said
    assert len(outcome.said) < 300
    assert outcome.said.isprintable()
    assert TOKEN not in outcome.said
    assert not any(TOKEN in line for line in outcome.logged)
    assert outcome.requests == case.requests or (not case.requests and outcome.requests <= 3)
    assert all(0.3 <= wait <= 30 for wait in outcome.waits)
    assert outcome.seconds < case.longest + UNDER_LOAD
    assert bool(outcome.endings) or outcome.exit_code
