"""Table of faults: all cases of all rows."""

from __future__ import annotations

from tests.api.fault_server import bodies, lines, payloads, statuses

CASES = [*statuses.CASES, *bodies.CASES, *payloads.CASES, *lines.CASES]
