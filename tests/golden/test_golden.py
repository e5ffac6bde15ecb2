"""Every session is as it is recorded; after a wanted change, `make golden-record`."""

from __future__ import annotations

import pytest

from tests.golden.__main__ import compare, make_record
from tests.golden.session import SIZES
from tests.golden.table import RUNS

# `make golden` plays dialogues at every size; the first is enough here.
LATER = tuple(f"-{columns}x{rows}" for columns, rows in SIZES[1:])
QUICK = [name for name in RUNS if not name.endswith(LATER)]


@pytest.mark.parametrize("name", QUICK)
def test_a_session_is_as_recorded(name: str) -> None:
    assert compare(name, make_record(name)) == ""
