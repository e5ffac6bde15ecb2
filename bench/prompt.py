"""CPU time of a chat until its prompt is drawn, and until it shows a paste of 5 MB.

The terminal is 80 by 24. The baseline is a bare prompt of prompt_toolkit, which takes far too long
for the paste.

    python bench/prompt.py [ROUNDS]
"""

from __future__ import annotations

import re
from functools import partial

from processes import Program, Terminal
from programs import PROMPT, prepare
from rounds import OURS, Goal, Row, Sample, compare, parse_rounds, play, reduce, show

GOAL = Goal(1.3, baseline="a bare prompt")
PASTE_GOAL = Goal(2_000, "ms")
LINE = "The quick brown fox jumps over the lazy dog.\r"
PASTE = f"\x1b[200~{LINE * (5_000_000 // len(LINE))}\x1b[201~"
FOLDED = re.compile(rb"\[paste: ")


def measure(program: Program) -> Sample:
    with Terminal(program) as terminal:
        terminal.wait_for(PROMPT)
        return {"cpu": terminal.kill().cpu}


def measure_paste(program: Program) -> Sample:
    with Terminal(program) as terminal:
        terminal.wait_for(PROMPT)
        terminal.press(PASTE)
        terminal.wait_for(FOLDED)
        return {"cpu": terminal.kill().cpu}


def rows(rounds: int) -> list[Row]:
    with prepare() as programs:
        runs = {name: partial(measure, each) for name, each in programs.chat().items()}
        results = play(rounds, runs)
        pasting = play(reduce(rounds), {OURS: partial(measure_paste, programs.nemochat)})
    return [
        compare(results, "cpu", "a chat, start to prompt: CPU ms", goal=GOAL),
        compare(pasting, "cpu", "a chat, start to a paste of 5 MB: CPU ms", goal=PASTE_GOAL),
    ]


if __name__ == "__main__":
    show(rows(parse_rounds()))
