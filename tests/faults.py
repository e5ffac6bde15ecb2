"""All cases of the table of faults, played to the whole program (`make faults`)."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

from tests.api.fault_server.case import TOKEN, Case
from tests.api.fault_server.server import FaultServer
from tests.api.fault_server.table import CASES

# Long answers of the table repeat themselves on purpose.
COMMAND = [sys.executable, "-m", "nemochat", "ask", "--no-loop-guard"]
AT_ONCE = 6
TIMEOUT = "2"  # seconds, for each of the three
SECONDS_OF_RETRIES = 40  # a Retry-After may take 30 s
LONGEST_SENTENCE = 300  # characters


def play(case: Case) -> tuple[subprocess.CompletedProcess[bytes], int]:
    """Play a fault to the whole program; return the result and the number of requests.

    Raises:
        subprocess.TimeoutExpired: the program takes too long.
    """
    slow = "20" if case.heavy else TIMEOUT
    with tempfile.TemporaryDirectory() as home, FaultServer(case.behave) as server:
        waits = [f"--{name}-timeout={slow}" for name in ("connect", "first-byte", "idle")]
        done = subprocess.run(
            [*COMMAND, "--base-url", server.base_url, *waits, "Hi"],
            env={"PATH": os.environ["PATH"], "HOME": home, "DEEPINFRA_TOKEN": TOKEN},
            capture_output=True,
            stdin=subprocess.DEVNULL,
            check=False,
            timeout=SECONDS_OF_RETRIES + case.longest + 20,
        )
        return done, max(len(server.requests), server.connections)


def play_all() -> Iterator[tuple[Case, subprocess.CompletedProcess[bytes]]]:
    """Play all cases, the heavy ones last and alone; yield the result of each."""
    light = [case for case in CASES if not case.heavy]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for case, (done, _) in zip(light, pool.map(play, light), strict=True):
            yield case, done
    for case in CASES:
        if case.heavy:
            yield case, play(case)[0]


def problem(case: Case) -> str:
    """Return what is wrong with the result of a case, or ""."""
    try:
        done, requests = play(case)
    except subprocess.TimeoutExpired as error:
        return f"goes on after {error.timeout:.0f} s"
    return told(case, done, requests)


def told(case: Case, done: subprocess.CompletedProcess[bytes], requests: int) -> str:
    """Return what is wrong with the output of a process, or ""."""
    said = done.stderr.decode("utf-8", "replace")
    shown = done.stdout.decode("utf-8", "replace").removesuffix("\n")
    checks = {
        f"exit code {done.returncode} in place of {case.exit_code} ({said.strip()})": (
            done.returncode == case.exit_code
        ),
        f"prints {shown[:80]!r} in place of {case.text[:80]!r}": shown == case.text,
        f"{requests} requests": requests <= 3 and case.requests in {0, requests},
        "a traceback": "Traceback" not in said,
        "the token is shown": TOKEN not in said + shown,
        "a control character": all(c.isprintable() or c == "\n" for c in said),
        "says nothing": bool(said) or case.exit_code == 0,
        f"a long sentence: {said}": all(
            len(line) <= LONGEST_SENTENCE + len("nemochat: ") for line in said.splitlines()
        ),
    }
    return "; ".join(words for words, fine in checks.items() if not fine)


def main() -> int:
    """Play all cases; print a table and what is wrong."""
    light = [case for case in CASES if not case.heavy]
    heavy = [case for case in CASES if case.heavy]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        problems = list(zip(light, pool.map(problem, light), strict=True))
    problems += [(case, problem(case)) for case in heavy]
    cases = Counter(case.row for case, _ in problems)
    kept = Counter(case.row for case, wrong in problems if not wrong)
    print("| fault | cases | as promised |\n|---|---|---|")
    for row, number in cases.items():
        print(f"| {row} | {number} | {kept[row]} |")
    print(f"| all | {cases.total()} | {kept.total()} |")
    for case, wrong in problems:
        if wrong:
            print(f"{case}: {wrong}")
    return int(kept.total() < cases.total())


if __name__ == "__main__":
    sys.exit(main())
