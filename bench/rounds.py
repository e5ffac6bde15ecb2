"""Rounds of measurements, and the table that compares their results with the goals.

In each round all programs run one after the other (A B A B), so that a machine whose speed drifts
does so for all of them. A ratio is that of two runs of the same round; goals are checked against
the median of the rounds.
"""

from __future__ import annotations

import statistics
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from peers import PEERS
from processes import Failed

ROUNDS = 11
QUICK = 3  # rounds at most for a quick look, in which each peer runs once
OURS, BASELINE = "nemochat", "baseline"
HEADER = "\n".join(
    (
        f"| figure | goal | {OURS} | {BASELINE} | ratio | met | {' | '.join(PEERS)} |",
        f"|---|---|--:|--:|--:|---|{'--:|' * len(PEERS)}",
    )
)

Sample = dict[str, float]  # the figures of one run, by name
Results = dict[str, dict[str, list[float]]]  # values of all rounds, by program and figure


def play(
    rounds: int, runs: Mapping[str, Callable[[], Sample]], *, peer_rounds: int = ROUNDS
) -> Results:
    """Run all programs in turns, and return their figures.

    A first round fills the caches and is not counted; what runs once skips it. A peer that fails is
    reported on stderr and left out.

    Args:
        rounds: How often each program runs.
        runs: What runs a program once, by the program's name.
        peer_rounds: How often a peer runs at most.
    """
    if rounds <= QUICK:
        peer_rounds = 1
    most = {name: min(rounds, peer_rounds) if name in PEERS else rounds for name in runs}
    samples: dict[str, list[Sample]] = {name: [] for name in runs}
    for number in range(-1, rounds):
        for name in [name for name in samples if number < most[name]]:
            if number < 0 and most[name] == 1:
                continue
            try:
                sample = runs[name]()
            except Failed as error:
                if name not in PEERS:
                    raise
                print(f"{name}: {error}", file=sys.stderr)
                del samples[name]
                continue
            if number >= 0:
                samples[name].append(sample)
    return {
        name: {figure: [sample[figure] for sample in taken] for figure in taken[0]}
        for name, taken in samples.items()
    }


@dataclass(frozen=True, slots=True)
class Goal:
    """The most that a figure may be.

    Attributes:
        limit: A value in `unit`, or a multiple of the baseline.
        unit: The figure's unit.
        baseline: The baseline's name, if the limit is a multiple of it.
    """

    limit: float
    unit: str = ""
    baseline: str = ""

    def is_met(self, values: Sequence[float]) -> bool:
        """Return whether the median of some values, or of ratios to the baseline, is within it."""
        return statistics.median(values) <= self.limit

    def __str__(self) -> str:
        unit = f"times {self.baseline}" if self.baseline else self.unit
        return f"≤ {self.limit:g} {unit}".rstrip()


@dataclass(frozen=True, slots=True)
class Row:
    """One figure of nemochat, its baseline and its peers.

    Attributes:
        figure: Its name, with the unit.
        ours: The value of each round.
        baseline: The same of the baseline; empty if there is none.
        goal: The most that it may be.
        peers: The values of the peers, by name.
        digits: Digits after the decimal point.
    """

    figure: str
    ours: Sequence[float]
    baseline: Sequence[float] = ()
    goal: Goal | None = None
    peers: Mapping[str, Sequence[float]] = field(default_factory=dict)
    digits: int = 0

    def __str__(self) -> str:
        ratios = divide(self.ours, self.baseline) if self.baseline else []
        met = "-"
        if self.goal:
            met = format_met(met=self.goal.is_met(ratios if self.goal.baseline else self.ours))
        cells = [self.figure, str(self.goal or "-"), summarize(self.ours, self.digits)]
        cells += [summarize(self.baseline, self.digits), summarize(ratios, 2), met]
        for name in PEERS:
            values = self.peers.get(name)
            cells.append(f"{statistics.median(values):,.{self.digits}f}" if values else "-")
        return f"| {' | '.join(cells)} |"


def compare(
    results: Results, key: str, figure: str, *, goal: Goal | None = None, digits: int = 0
) -> Row:
    """Return the row of one figure of all programs."""
    values = {name: figures[key] for name, figures in results.items()}
    peers = {name: values[name] for name in PEERS if name in values}
    return Row(figure, values[OURS], values.get(BASELINE, ()), goal, peers, digits)


def divide(values: Sequence[float], others: Sequence[float]) -> list[float]:
    """Return the ratio of each round."""
    return [value / other for value, other in zip(values, others, strict=True)]


def summarize(values: Sequence[float], digits: int) -> str:
    """Format the median, with the minimum and the maximum in parentheses."""
    if not values:
        return "-"
    least, median, most = (
        f"{value:,.{digits}f}" for value in (min(values), statistics.median(values), max(values))
    )
    return median if len(values) == 1 else f"{median} ({least} to {most})"


def format_met(*, met: bool) -> str:
    """Format whether a goal is met."""
    return "yes" if met else "**no**"


def parse_rounds() -> int:
    """Return the number of rounds from the command line."""
    return int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS


def reduce(rounds: int) -> int:
    """Return the number of rounds for programs that take seconds."""
    return max(rounds // 3, 1)


def show(rows: Sequence[Row]) -> None:
    """Print the table."""
    print("\n".join([HEADER, *map(str, rows)]))
