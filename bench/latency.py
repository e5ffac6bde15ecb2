"""Time from the moment a token is sent to the moment it is written, at 60 tokens per second.

Each token is a number of its own, which is looked for in the output.

    python bench/latency.py [ROUNDS]
"""

from __future__ import annotations

import re
import statistics
from functools import partial

from endpoint import Endpoint, Plan
from processes import Failed, Program, run
from programs import prepare
from rounds import Row, Sample, compare, parse_rounds, play, reduce, show

PLAN = Plan(tokens=120, rate=60.0, numbered=True)
NUMBER = re.compile(rb"x(\d{4})")
LENGTH = 5  # bytes that NUMBER matches


def measure(program: Program, endpoint: Endpoint, *, terminal: bool) -> Sample:
    seen: dict[int, float] = {}
    output = bytearray()

    def find_numbers(more: bytes, at: float) -> None:
        start = max(len(output) - LENGTH + 1, 0)
        output.extend(more)
        for number in NUMBER.findall(output, start):
            seen.setdefault(int(number), at)

    endpoint.plan = PLAN
    run(program, terminal=terminal, on_output=find_numbers)
    if len(seen) < 0.9 * PLAN.tokens:  # a terminal may overwrite a few of them
        raise Failed(f"{len(seen)} of {PLAN.tokens} tokens written")
    delays = [1000 * (at - endpoint.sent[number]) for number, at in seen.items()]
    return {"p50": statistics.median(delays), "p95": statistics.quantiles(delays, n=20)[-1]}


def rows(rounds: int) -> list[Row]:
    made = []
    with Endpoint() as endpoint, prepare(endpoint.base_url) as programs:
        for terminal, group in ((False, programs.ask()), (True, programs.show_markdown())):
            place = " on a terminal" if terminal else ""
            runs = {
                name: partial(measure, each, endpoint, terminal=terminal)
                for name, each in group.items()
            }
            results = play(reduce(rounds), runs)
            made += [
                compare(results, key, f"delay of a token{place}, {key}: ms", digits=1)
                for key in ("p50", "p95")
            ]
    return made


if __name__ == "__main__":
    show(rows(parse_rounds()))
