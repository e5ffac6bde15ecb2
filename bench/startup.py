"""What does a start cost that asks nothing? CPU of whole processes, beside bare Python.

python bench/startup.py [ROUNDS]
"""

from __future__ import annotations

from functools import partial

from measuring import Row, Sample, medians, peers_of, rounds_asked_for, show, times
from peers import measured
from processes import Program, run

GOALS = {"--version": 1.6, "--help": 4.0}


def cpu(program: Program) -> Sample:
    return {"cpu": 1000 * run(program).cpu}


def rows(rounds: int) -> list[Row]:
    found = []
    with measured() as programs:
        for flag, most in GOALS.items():
            runs = {"floor": programs.python, "ours": programs.ours(flag)}
            if flag == "--version":  # peers load the same for --help
                runs |= {name: peer(flag) for name, peer in programs.alone.items()}
            table = medians(rounds, {name: partial(cpu, each) for name, each in runs.items()})
            floor, ours = table["floor"]["cpu"], table["ours"]["cpu"]
            goals = (times(most, floor, "bare Python"),)
            peers = peers_of(table, "cpu")
            found.append(Row(f"`{flag}`, beside bare Python: CPU ms", ours, floor, goals, peers))
    return found


if __name__ == "__main__":
    show(rows(rounds_asked_for()))
