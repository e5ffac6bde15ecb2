"""CPU time and output for a token, into a pipe and as Markdown on a terminal.

The cost of a token is the difference between a long and a short answer. On a terminal the short
one has examples of all kinds of blocks, so that loading what draws them is not counted.

    python bench/tokens.py [ROUNDS]
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from endpoint import Endpoint, Plan
from peers import PEERS
from processes import Program, run
from programs import Programs, prepare
from rounds import OURS, Goal, Row, Sample, compare, parse_rounds, play, reduce, show

PIPE = (2_000, 50_000)  # tokens of the short and the long answer
PIPE_OF_PEERS = (2_000, 12_000)  # they take seconds
AT_ONCE = (1_000, 20_000)
PAUSE = 0.5  # seconds before the first token of these
PACED, RATE = (200, 520), 80.0  # tokens per second
PIPE_GOAL, MARKDOWN_GOAL, BYTES_GOAL = Goal(0.02, "ms"), Goal(0.1, "ms"), Goal(40, "bytes")


def measure(
    program: Program,
    endpoint: Endpoint,
    lengths: tuple[int, int],
    plan: Plan,
    *,
    terminal: bool = False,
) -> Sample:
    ended = []
    for tokens in lengths:
        endpoint.plan = replace(plan, tokens=tokens)
        ended.append(run(program, terminal=terminal))
    short, long = ended
    more = lengths[1] - lengths[0]
    return {
        "cpu": (long.usage.cpu - short.usage.cpu) / more,
        "bytes": (long.written - short.written) / more,
    }


def measure_pipe(rounds: int, programs: Programs, endpoint: Endpoint) -> list[Row]:
    runs = {
        name: partial(measure, each, endpoint, PIPE_OF_PEERS if name in PEERS else PIPE, Plan())
        for name, each in programs.ask().items()
    }
    results = play(rounds, runs, peer_rounds=reduce(rounds))
    return [compare(results, "cpu", "a token into a pipe: CPU ms", goal=PIPE_GOAL, digits=4)]


def measure_terminal(rounds: int, programs: Programs, endpoint: Endpoint) -> list[Row]:
    group = programs.show_markdown()
    plan = Plan(pause=PAUSE)
    fast = partial(measure, group[OURS], endpoint, AT_ONCE, plan, terminal=True)
    at_once = play(rounds, {OURS: fast})
    plan = Plan(rate=RATE)
    runs = {
        name: partial(measure, each, endpoint, PACED, plan, terminal=True)
        for name, each in group.items()
    }
    paced = play(reduce(rounds), runs)
    token = "a token of Markdown on a terminal"
    many, pace = f"{token}, {AT_ONCE[1]:,} at once", f"{token}, {RATE:g} per second"
    return [
        compare(at_once, "cpu", f"{many}: CPU ms", goal=MARKDOWN_GOAL, digits=3),
        compare(at_once, "bytes", f"{many}: bytes", goal=BYTES_GOAL, digits=1),
        compare(paced, "cpu", f"{pace}: CPU ms", digits=3),
        compare(paced, "bytes", f"{pace}: bytes", digits=1),
    ]


def rows(rounds: int) -> list[Row]:
    with Endpoint() as endpoint, prepare(endpoint.base_url) as programs:
        return [
            *measure_pipe(rounds, programs, endpoint),
            *measure_terminal(rounds, programs, endpoint),
        ]


if __name__ == "__main__":
    show(rows(parse_rounds()))
