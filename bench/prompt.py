"""CPU time from the start of a chat until its prompt is drawn, on a terminal of 80 by 24.

The baseline is a bare prompt of prompt_toolkit.

    python bench/prompt.py [ROUNDS]
"""

from __future__ import annotations

from functools import partial

from processes import Program, Terminal
from programs import PROMPT, prepare
from rounds import Goal, Row, Sample, compare, parse_rounds, play, show

GOAL = Goal(1.3, baseline="a bare prompt")


def measure(program: Program) -> Sample:
    with Terminal(program) as terminal:
        terminal.wait_for(PROMPT)
        return {"cpu": terminal.kill().cpu}


def rows(rounds: int) -> list[Row]:
    with prepare() as programs:
        runs = {name: partial(measure, each) for name, each in programs.chat().items()}
        results = play(rounds, runs)
    return [compare(results, "cpu", "a chat, start to prompt: CPU ms", goal=GOAL)]


if __name__ == "__main__":
    show(rows(parse_rounds()))
