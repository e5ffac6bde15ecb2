"""What does a token cost? CPU in a pipe and on a terminal, bytes, and memory that must not grow.

The cost of a token is the difference of a long answer and a short one, each CPU from the request's
arrival to the end of the process. On a terminal the short one has 1,000 tokens, and each answer
lets itself be waited for: what is loaded meanwhile, or when the first block of each kind is shown,
is no part of what a token costs, and would be one only where the answer ends before all is loaded.

    python bench/tokens.py [ROUNDS]
"""

from __future__ import annotations

from functools import partial

from measuring import (
    Goal,
    Row,
    Sample,
    at_most,
    fewer,
    medians,
    peers_of,
    rounds_asked_for,
    show,
    times,
)
from peers import Measured, measured
from processes import Ended, Failed, Program, own_peak, run
from serving import Plan, Server

FEWEST = 10
PIPED = (2_000, 50_000)
PIPED_BY_PEERS = (2_000, 12_000)  # they take seconds
PAINTED = (1_000, 5_000, 20_000)
PAUSE = 0.5  # seconds before the first token of these
PACED, A_SECOND = (FEWEST, 320), 80.0
FLAT = 1.05  # times the memory of the shorter answer
# CPU ms and bytes a token of clients that are not measured here, seen on a machine of this class.
AIDER, VIBE = (4.0, 533.0), (2.0, 138.0)


def answered(
    program: Program, server: Server, plan: Plan, *, terminal: bool
) -> tuple[Ended, float]:
    """How it ended, and the CPU milliseconds since its request."""
    server.plan = plan
    ended = run(program, server, terminal=terminal)
    if ended.to_request is None:
        raise Failed(f"{program.command[0]} was not answered")
    return ended, 1000 * (ended.cpu - ended.to_request.cpu)


def several(
    program: Program,
    server: Server,
    lengths: tuple[int, ...],
    *,
    terminal: bool = False,
    a_second: float = 0.0,
    pause: float = 0.0,
) -> Sample:
    """The cost of a token of each length but the first, beside which it is told; bytes; memory."""
    plans = [Plan(each, a_second, pause=pause) for each in lengths]
    found = [answered(program, server, plan, terminal=terminal) for plan in plans]
    first, least = found[0]
    sample = {"peak": found[-1][0].peak, "first peak": first.peak}
    for tokens, (ended, cpu) in zip(lengths[1:], found[1:], strict=True):
        sample[str(tokens)] = (cpu - least) / (tokens - lengths[0])
        sample["bytes"] = (ended.written - first.written) / (tokens - lengths[0])
    if sample["first peak"] <= own_peak():
        raise SystemExit("the measuring process holds more memory than what it measures")
    sample["cost"] = sample[str(lengths[-1])]
    return sample


def in_a_pipe(rounds: int, programs: Measured, server: Server) -> list[Row]:
    runs = programs.asking(server.base_url)
    own = {name: runs[name] for name in ("ours", "floor")}
    table = medians(
        rounds, {name: partial(several, each, server, PIPED) for name, each in own.items()}
    )
    table |= medians(
        fewer(rounds),
        {n: partial(several, each, server, PIPED_BY_PEERS) for n, each in programs.ask.items()},
        warm=False,
    )
    ours, floor = table["ours"], table["floor"]
    goals = (times(1.3, floor["cost"]),)
    peers = peers_of(table, "cost")
    few, many = (f"{length:,}" for length in PIPED)
    flat = (Goal(FLAT * ours["first peak"], f"≤ {FLAT:g} times that of {few}"),)
    return [
        Row("a token into a pipe: CPU ms", ours["cost"], floor["cost"], goals, peers, 4),
        Row(f"memory after {few} tokens into a pipe: MB", ours["first peak"], floor["first peak"]),
        Row(f"memory after {many} tokens into a pipe: MB", ours["peak"], floor["peak"], flat),
    ]


def on_a_terminal(rounds: int, programs: Measured, server: Server) -> list[Row]:
    shown = programs.ours("ask", "Hello!")
    run_of_ours = partial(several, shown, server, PAINTED, terminal=True, pause=PAUSE)
    fast = medians(rounds, {"ours": run_of_ours})["ours"]
    rounds = fewer(rounds)
    runs = {"ours": shown, **programs.terminal}
    each = {
        name: partial(several, program, server, PACED, terminal=True, a_second=A_SECOND)
        for name, program in runs.items()
    }
    slow = medians(rounds, each, warm=False)
    few, many = PAINTED[1:]
    growth = times(1.3, fast[str(few)], f"that up to {few:,}")
    cost, size = "cost", "bytes"
    aider = (slow["aider"][cost], slow["aider"][size]) if "aider" in slow else AIDER
    goal = (times(1 / 4, aider[0], "aider"), times(1 / 2, VIBE[0], "vibe"))
    small = (times(1 / 5, aider[1], "aider"), times(1 / 2, VIBE[1], "vibe"))
    said = f"Markdown on a terminal, {A_SECOND:g} tokens/s"
    return [
        Row(
            f"Markdown on a terminal, {many:,} tokens at once, a token: CPU ms",
            fast[cost],
            None,
            (at_most(0.1, "ms"), growth),
            digits=3,
        ),
        Row(f"the same, up to {few:,} tokens: CPU ms", fast[str(few)], None, digits=3),
        Row("the same, bytes a token", fast[size], None, digits=1),
        Row(f"{said}, a token: CPU ms", slow["ours"][cost], None, goal, peers_of(slow, cost), 2),
        Row("the same, bytes a token", slow["ours"][size], None, small, peers_of(slow, size), 1),
    ]


def rows(rounds: int) -> list[Row]:
    with Server() as server, measured(server.base_url) as programs:
        return in_a_pipe(rounds, programs, server) + on_a_terminal(rounds, programs, server)


if __name__ == "__main__":
    show(rows(rounds_asked_for()))
