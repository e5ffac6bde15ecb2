"""Run a command and write how it ended: `measure.py REPORT SECONDS COMMAND…`.

A small process of its own, because the system counts the memory of the process that starts another
as the other's. It imports nothing of ours.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import sys
import time

MOST_MEMORY = 3 * 1024**3  # bytes of addresses: a failing case must not fill the machine's memory
BYTES = 1 if sys.platform == "darwin" else 1024  # of a unit of ru_maxrss


def wait_for_end(child: int) -> float:
    """Return how many seconds a process has waited for a CPU when it ends; 0 if unknown."""
    try:
        os.waitid(os.P_PID, child, os.WEXITED | os.WNOWAIT)
        with open(f"/proc/{child}/schedstat", encoding="ascii") as file:  # noqa: PTH123 - see below
            return int(file.read().split()[1]) / 1e9
    except (AttributeError, OSError):  # not on Linux
        return 0.0


def main(report: str, patience: str, *command: str) -> None:
    """Run the command with our own standard streams; kill it after so many seconds."""
    begin = time.monotonic()
    child = os.fork()
    if not child:
        resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
        os.execvp(command[0], command)
    killed = []

    def kill(*_: object) -> None:
        killed.append(child)
        os.kill(child, signal.SIGKILL)

    signal.signal(signal.SIGALRM, kill)
    signal.setitimer(signal.ITIMER_REAL, float(patience))
    waited = wait_for_end(child)
    _, status, usage = os.wait4(child, 0)
    values = {
        "exit_code": os.waitstatus_to_exitcode(status),
        "memory": usage.ru_maxrss * BYTES,
        "hangs": bool(killed),
        "seconds": time.monotonic() - begin - waited,
        "cpu": usage.ru_utime + usage.ru_stime,
    }
    with open(report, "w", encoding="ascii") as file:  # noqa: PTH123 - pathlib takes 10 ms
        json.dump(values, file)


if __name__ == "__main__":
    main(*sys.argv[1:])
