"""How long a start takes: CPU milliseconds of whole processes, against floors in the same run.

The pairs are measured in turn, so that a machine whose speed drifts drifts for both; the median is
told. `python bench/startup.py [ROUNDS]`.
"""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable

from nemochat.guide.server import start

ROUNDS = 11
FLOOR = """
import json, sys
import httpx
body = {"model": "m", "messages": [{"role": "user", "content": "Hello!"}], "stream": True}
with httpx.stream("POST", sys.argv[1] + "/chat/completions", json=body) as response:
    for line in response.iter_lines():
        if line.startswith("data: {"):
            for choice in json.loads(line[6:])["choices"]:
                sys.stdout.write(choice["delta"].get("content") or "")
                sys.stdout.flush()
"""


def cpu(command: list[str], environment: dict[str, str]) -> float:
    """CPU milliseconds of one process, user and system."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        command, env=environment, stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL, check=True
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return 1000 * (after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime)


def medians(rounds: int, runs: dict[str, Callable[[], float]]) -> dict[str, float]:
    """The median of each run over some rounds, taken in turn; the first round is not counted."""
    figures: dict[str, list[float]] = {name: [] for name in runs}
    for turn in range(rounds + 1):
        for name, run in runs.items():
            figure = run()
            if turn:
                figures[name].append(figure)
    return {name: statistics.median(each) for name, each in figures.items()}


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS
    program = [sys.executable, "-m", "nemochat"]
    with tempfile.TemporaryDirectory() as home, start(pace=0.0) as guide:
        environment = {"PATH": os.environ["PATH"], "HOME": home}
        asking = environment | {"NEMOCHAT_BASE_URL": guide.base_url, "DEEPINFRA_TOKEN": "t"}
        commands = {
            "bare Python": ([sys.executable, "-c", "pass"], environment),
            "`nemochat --version`": ([*program, "--version"], environment),
            "`nemochat --help`": ([*program, "--help"], environment),
            "floor: httpx, JSON, print": (
                [sys.executable, "-c", FLOOR, guide.base_url],
                environment,
            ),
            "`nemochat ask`, saved": ([*program, "ask", "Hello!"], asking),
            "`nemochat ask --private`": ([*program, "ask", "--private", "Hello!"], asking),
        }
        table = medians(
            rounds,
            {
                name: (lambda c=command, e=env: cpu(c, e))
                for name, (command, env) in commands.items()
            },
        )
    bare, floor = table["bare Python"], table["floor: httpx, JSON, print"]
    print(f"| CPU ms of a process, {rounds} rounds | median | to bare Python | to the floor |")
    print("|---|---|---|---|")
    for name, figure in table.items():
        print(f"| {name} | {figure:.0f} | {figure / bare:.1f} | {figure / floor:.2f} |")


if __name__ == "__main__":
    main()
