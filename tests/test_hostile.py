"""Some of the hostile inputs; `make hostile` plays all of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from nemochat.errors import ExitCode
from tests.hostile.case import Case, play
from tests.hostile.table import CASES

# Quick ones of each kind, each of which hung, failed or filled the memory in some version.
NAMES = (
    "file: a folder with pipes and loops",
    "file: a link to /dev/zero",
    "page: nested <ul><li>",
    "page: bare <![x",
    "text: a line of '\\u0301'",
    "text: brackets 2000 deep",
    "stream: '> ' again and again, streamed to 80 columns",
    "code: php",
    "code: rego, exported as HTML",
    "import: a generated column (.db)",
    "import: an endless view of messages (.db)",
    "import: llm: messages that are their own ancestors (.db)",
    "import: aliases that expand to 10^28 items (.yaml)",
    "import: odd members (.json)",
)
SOME = [case for case in CASES if str(case) in NAMES]


def test_the_cases_have_different_names() -> None:
    assert len({str(case) for case in CASES}) == len(CASES)
    assert len(SOME) == len(NAMES)


@pytest.mark.parametrize("case", SOME, ids=str)
def test_the_program_withstands_it(case: Case) -> None:
    assert play(case).problem == ""


@pytest.mark.parametrize(
    ("code", "problem"),
    [
        ("raise SystemExit(5)", "exit code 5"),
        ("bytearray(b'x') * 300_000_000", "MB of memory"),
        ("1 / 0", "a traceback"),
        ("print('x' * 5_000_000)", "bytes of output"),
        ("", ""),
    ],
)
def test_a_program_that_does_not_is_found(code: str, problem: str) -> None:
    case = Case("x", "x", Path.touch, (("python", "-c", code),), (ExitCode.OK, ExitCode.FAULT))
    found = play(case).problem
    assert (problem in found) if problem else (found == "")
