"""What the table of contract.py promises, the program does."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.answering import Answering
from tests.contract import FILES, TABLE, TEXTS, Row

AT_ONCE = 2
LONGEST_SENTENCE = 300  # characters
TIMES = re.compile(rb'"(first_token|seconds)": [0-9.e-]+')


def played(row: Row, home: Path, base_url: str) -> subprocess.CompletedProcess[bytes]:
    """Run a row in a home of its own, with its files, without a terminal."""
    for name, content in FILES.items():
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).write_bytes(content)
    return subprocess.run(
        [sys.executable, "-m", "nemochat", *shlex.split(row.line)],
        input=row.stdin.encode() if isinstance(row.stdin, str) else row.stdin,
        capture_output=True,
        env={
            "PATH": os.environ["PATH"],
            "HOME": str(home),
            "DEEPINFRA_TOKEN": "test-token",
            "NEMOCHAT_BASE_URL": base_url,
            **row.environment,
        },
        cwd=home,
        timeout=60,
        check=False,
        start_new_session=True,
    )


@pytest.fixture(scope="module")
def done(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[list[Future[subprocess.CompletedProcess[bytes]]]]:
    with Answering(TEXTS) as server, ThreadPoolExecutor(AT_ONCE) as pool:
        yield [
            pool.submit(played, row, tmp_path_factory.mktemp("home"), server.base_url)
            for row in TABLE
        ]


@pytest.mark.parametrize("number", range(len(TABLE)), ids=lambda number: str(TABLE[number]))
def test_a_command_line_keeps_the_contract(
    number: int, done: list[Future[subprocess.CompletedProcess[bytes]]]
) -> None:
    row, came = TABLE[number], done[number].result()
    said = came.stderr.decode()
    assert TIMES.sub(rb'"\1": 0', came.stdout) == (
        row.out.encode() if isinstance(row.out, str) else row.out
    ), said
    wanted = f"(nemochat: )?{row.err}\n" if row.err else ""
    assert re.fullmatch(wanted, said), said
    assert all(line.startswith("nemochat") for line in said.splitlines())
    assert came.returncode == row.code
    assert all(len(line) <= LONGEST_SENTENCE + len("nemochat: ") for line in said.splitlines())


def test_the_table_is_long_enough() -> None:
    assert len(TABLE) >= 60
