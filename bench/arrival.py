"""How long does a token need from its arrival to the screen, when sixty come in a second?

Each token is a number of its own. It has arrived when it was sent, and is on the screen when its
number was first read from the pipe or the terminal.

    python bench/arrival.py [ROUNDS]
"""

from __future__ import annotations

import re
import statistics
import sys
from collections.abc import Mapping

from measuring import PEERS, Row, at_most, fewer, rounds_asked_for, show
from peers import measured
from processes import Failed, Program, run
from serving import Plan, Server

A_SECOND = 60.0
TOKENS = 120
PLAN = Plan(TOKENS, A_SECOND, numbered=True)
MOST_ON_TERMINAL, MOST_IN_PIPE = 50.0, 5.0  # ms: of half of the tokens, and of 99 in 100
_NUMBER = re.compile(rb"x(\d{4})")


def delays(program: Program, server: Server, *, terminal: bool = False) -> list[float]:
    """Milliseconds from the arrival of each token to when it was seen."""
    seen: dict[int, float] = {}
    shown = bytearray()

    def look(read: bytes, at: float) -> None:
        shown.extend(read)
        for number in _NUMBER.findall(shown, max(len(shown) - len(read) - 4, 0)):
            seen.setdefault(int(number), at)

    server.plan = PLAN
    run(program, server, terminal=terminal, seen=look)
    sent = server.heard[0].sent
    if len(seen) < 0.9 * TOKENS:
        raise Failed(f"{program.command[0]} showed {len(seen)} of {TOKENS} tokens")
    return [1000 * (at - sent[number]) for number, at in seen.items()]


def row(said: str, figures: Mapping[str, float], most: float | None = None) -> Row:
    goals = () if most is None else (at_most(most, "ms"),)
    peers = {name: figures[name] for name in PEERS if name in figures}
    return Row(said, figures["ours"], figures.get("floor"), goals, peers, 1)


def rows(rounds: int) -> list[Row]:
    with Server() as server, measured(server.base_url) as programs:
        piped = programs.asking(server.base_url)
        piped.pop("tuned")
        shown = {"ours": piped["ours"], **programs.terminal}
        shown.pop("aider", None)  # its start alone takes longer than the answer
        pooled: dict[tuple[str, bool], list[float]] = {}
        for _ in range(fewer(rounds)):
            for terminal, programs_here in ((False, piped), (True, shown)):
                for name, program in programs_here.items():
                    try:
                        found = delays(program, server, terminal=terminal)
                    except Failed as failed:
                        print(f"a run is left out: {failed}", file=sys.stderr)
                        continue
                    pooled.setdefault((name, terminal), []).extend(found)
    cuts = {
        key: statistics.quantiles(each, n=100, method="inclusive") for key, each in pooled.items()
    }

    def percentile(percent: int, *, terminal: bool) -> dict[str, float]:
        return {name: cut[percent - 1] for (name, on), cut in cuts.items() if on is terminal}

    sixty = f"from arrival to screen at {A_SECOND:g} tokens/s"
    return [
        row(f"{sixty}, pipe, p50: ms", percentile(50, terminal=False)),
        row("the same, p99: ms", percentile(99, terminal=False), MOST_IN_PIPE),
        row(f"{sixty}, terminal, p50: ms", percentile(50, terminal=True), MOST_ON_TERMINAL),
        row("the same, p99: ms", percentile(99, terminal=True)),
    ]


if __name__ == "__main__":
    show(rows(rounds_asked_for()))
