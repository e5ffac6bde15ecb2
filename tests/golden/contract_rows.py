"""The rows of tests/contract.py with every word of what the program writes."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from tests.answering import Answering
from tests.contract import TABLE, TEXTS, Row
from tests.golden.home import make_home
from tests.golden.record import show_section
from tests.test_contract import AT_ONCE, played


def play_contract() -> str:
    """Play every row; return the record of all."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        records = list(pool.map(_play_row, TABLE))
    return "\n".join(line for record in records for line in record) + "\n"


def _play_row(row: Row) -> list[str]:
    with Answering(TEXTS) as server, make_home("", {}) as home:
        done = played(row, home.home, server.base_url)
    return [
        f"$ nemochat {row.line}".rstrip(),
        *(f"  {name}={value!r}" for name, value in row.environment.items()),
        *show_section("standard output", done.stdout),
        *show_section("standard error", done.stderr),
        f"exit code {done.returncode}",
        "",
    ]
