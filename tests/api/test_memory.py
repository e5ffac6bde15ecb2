"""Limits on the memory that a hostile answer needs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.api.fault_server.bodies import CASES

MOST = 250  # MB
NAMES = [case.name for case in CASES if case.heavy]
SERVER = """
import sys
from tests.api.fault_server.bodies import CASES
from tests.api.fault_server.server import FaultServer

case = next(case for case in CASES if case.name == sys.argv[1])
with FaultServer(case.behave) as server:
    print(server.base_url, flush=True)
    sys.stdin.read()
"""
CLIENT = """
import os, resource, sys
from tests.api.asking import PROMPT, asking
from nemochat.errors import EndpointError

with asking(sys.argv[1]) as asked:
    try:
        for delta in asked.client.stream(PROMPT):
            del delta
    except EndpointError:
        pass
if os.path.exists("/proc/self/status"):  # the other figure counts what the parent had
    status = open("/proc/self/status").read()
    print(int(status.partition("VmHWM:")[2].split()[0]) // 1024)
else:
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024 // 1024)
"""


def megabytes(name: str) -> int:
    """Return the peak memory of a process that reads the answer of this name."""
    root = Path(__file__).parents[2]
    served = subprocess.Popen(
        [sys.executable, "-c", SERVER, name],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=root,
    )
    with served:
        assert served.stdout is not None
        base_url = served.stdout.readline().strip()
        asked = subprocess.run(
            [sys.executable, "-c", CLIENT, base_url],
            capture_output=True,
            text=True,
            cwd=root,
            check=True,
            timeout=60,
        )
        served.communicate("")
    return int(asked.stdout)


@pytest.mark.parametrize("name", NAMES)
def test_memory_stays_bounded(name: str) -> None:
    assert megabytes(name) < MOST
