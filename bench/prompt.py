"""How soon can one type, what does a key cost, and how soon does a second question leave?

All on a terminal of 80 by 24, beside a bare prompt of prompt_toolkit.

    python bench/prompt.py [ROUNDS]
"""

from __future__ import annotations

import re
import time
from functools import partial

from measuring import Row, Sample, at_most, medians, peers_of, rounds_asked_for, show, times
from peers import PROMPT, measured
from processes import Program, Terminal
from serving import Plan, Server

KEYS = "goosegivesfoxfivekeys"  # no letter of it ends a control sequence
SECONDS_QUIET = 0.2
SECONDS_A_KEY = 0.03  # between two keys, so that each is painted for itself


def drawn(program: Program) -> Sample:
    """From the start of the process to its prompt."""
    with Terminal(program) as terminal:
        wall = terminal.wait_for(PROMPT) - terminal.begun
        return {"wall": 1000 * wall, "cpu": 1000 * terminal.cpu()}


def echo(program: Program) -> Sample:
    """What a key costs, and how long it takes to be seen."""
    waited = []
    with Terminal(program) as terminal:
        terminal.wait_for(PROMPT)
        terminal.quiet(SECONDS_QUIET)
        before = terminal.cpu()
        for key in KEYS:
            since, pressed = len(terminal.shown), time.monotonic()
            terminal.press(key)
            waited.append(terminal.wait_for(re.compile(key.encode()), since) - pressed)
            terminal.quiet(SECONDS_A_KEY)
        cpu = terminal.cpu() - before
    return {"cpu": 1000 * cpu / len(KEYS), "wall": 1000 * sorted(waited)[len(waited) // 2]}


def second(program: Program, server: Server) -> Sample:
    """CPU from Enter to the arrival of a chat's second question, and the connections it took."""
    server.plan = Plan()
    with Terminal(program, server) as terminal:
        terminal.wait_for(PROMPT)
        for number, question in enumerate(("one", "two"), 1):
            terminal.quiet(SECONDS_QUIET)
            terminal.press(question)
            terminal.quiet(SECONDS_QUIET)
            before = terminal.cpu()
            terminal.press("\r")
            terminal.wait_for_answer(server, number, PROMPT)
        heard = server.heard
    return {
        "cpu": 1000 * (heard[-1].request.cpu - before),
        "connections": float(len({each.connection for each in heard})),
    }


def rows(rounds: int) -> list[Row]:
    with Server() as server, measured(server.base_url) as programs:
        ours, floor = programs.ours, programs.floors["prompt"]
        starts = {"floor": floor, "ours": ours, **programs.chat}
        start = medians(rounds, {name: partial(drawn, each) for name, each in starts.items()})
        keys = medians(rounds, {"floor": partial(echo, floor), "ours": partial(echo, ours)})
        again = medians(rounds, {"ours": partial(second, ours, server)})["ours"]
    cpu, wall, key = start["floor"]["cpu"], start["floor"]["wall"], keys["floor"]["cpu"]
    beside = "beside a bare prompt"
    return [
        Row(
            f"the chat, start to prompt drawn, {beside}: CPU ms",
            start["ours"]["cpu"],
            cpu,
            (times(1.25, cpu, "bare prompt"),),
            peers_of(start, "cpu"),
        ),
        Row("the same: ms", start["ours"]["wall"], wall, peers=peers_of(start, "wall")),
        Row(
            f"a key's echo, {beside}: CPU ms",
            keys["ours"]["cpu"],
            key,
            (times(1.3, key, "bare prompt"),),
            digits=2,
        ),
        Row("the same, p50: ms", keys["ours"]["wall"], keys["floor"]["wall"], digits=2),
        Row(
            "a chat's next question, Enter to request received: CPU ms",
            again["cpu"],
            goals=(at_most(5, "ms"),),
            digits=1,
        ),
        Row("connections of both questions", again["connections"], goals=(at_most(1, ""),)),
    ]


if __name__ == "__main__":
    show(rows(rounds_asked_for()))
