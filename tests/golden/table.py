"""All sessions by the names of their records.

`RUNS` are in the suite, `TABLES` are not: tests/test_contract.py and tests/test_faults.py hold what
they promise, and the records add every word of the messages.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from tests.golden import asks, dialogues, groups, scripts
from tests.golden.contract_rows import play_contract
from tests.golden.dialogue import play_dialogue
from tests.golden.fault_cases import play_faults
from tests.golden.run import run_session
from tests.golden.session import SIZES

Recorder = Callable[[], str]


def _list_all() -> dict[str, Recorder]:
    runs: dict[str, Recorder] = {
        f"{dialogue.name}-{columns}x{rows}": partial(play_dialogue, dialogue, columns, rows)
        for dialogue in dialogues.DIALOGUES
        for columns, rows in SIZES
    }
    runs |= {
        session.name: partial(run_session, session)
        for session in (*scripts.SESSIONS, *groups.SESSIONS, *asks.SESSIONS)
    }
    return runs


RUNS = _list_all()
TABLES: dict[str, Recorder] = {"contract": play_contract, "faults": play_faults}
