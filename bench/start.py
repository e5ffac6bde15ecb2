"""CPU time of `--version` and `--help`, compared with Python that prints an empty line.

python bench/start.py [ROUNDS]
"""

from __future__ import annotations

from functools import partial

from processes import Program, run
from programs import prepare
from rounds import Row, Sample, compare, parse_rounds, play, show


def measure(program: Program) -> Sample:
    return {"cpu": run(program).usage.cpu}


def rows(rounds: int) -> list[Row]:
    made = []
    with prepare() as programs:
        for flag in ("--version", "--help"):
            runs = {name: partial(measure, each) for name, each in programs.start(flag).items()}
            made.append(compare(play(rounds, runs), "cpu", f"`{flag}`: CPU ms"))
    return made


if __name__ == "__main__":
    show(rows(parse_rounds()))
