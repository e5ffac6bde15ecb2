"""Figures: medians over rounds, the goals that they have, and the one table that shows them."""

from __future__ import annotations

import statistics
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from processes import Failed

ROUNDS = 11
QUICK = 3  # rounds at most of what is only to be looked at
PEERS = ("llm", "shell_gpt", "openai", "aider")
HEADER = "| figure | goal | nemochat | floor | ratio | met |" + "".join(
    f" {name} |" for name in PEERS
)
RULE = "|---|---|--:|--:|--:|---|" + "--:|" * len(PEERS)


@dataclass(frozen=True, slots=True)
class Goal:
    """What a figure may be at most, in its unit, and how that is said."""

    most: float
    said: str


@dataclass(frozen=True, slots=True)
class Row:
    """A figure of ours beside the floor's and the peers'.

    Attributes:
        figure: What it is, with its unit.
        ours: Ours.
        floor: The floor's; None if there is none.
        goals: What ours may be at most; all are to be met.
        peers: Those of peers, by name.
        digits: How many digits follow the point.
    """

    figure: str
    ours: float
    floor: float | None = None
    goals: tuple[Goal, ...] = ()
    peers: Mapping[str, float] = field(default_factory=dict)
    digits: int = 0

    def __str__(self) -> str:
        goals = ", ".join(goal.said for goal in self.goals) or "-"
        met = "yes" if all(self.ours <= goal.most for goal in self.goals) else "**no**"
        ratio = f"{self.ours / self.floor:.2f}" if self.floor else "-"
        cells = [self.figure, goals, self._said(self.ours), self._said(self.floor), ratio]
        cells.append(met if self.goals else "-")
        cells += [self._said(self.peers.get(name)) for name in PEERS]
        return f"| {' | '.join(cells)} |"

    def _said(self, figure: float | None) -> str:
        return "-" if figure is None else f"{figure:,.{self.digits}f}"


def at_most(most: float, unit: str) -> Goal:
    """A goal in the figure's own unit."""
    return Goal(most, f"≤ {most:g} {unit}".rstrip())


def times(factor: float, other: float, name: str = "the floor") -> Goal:
    """A goal beside another figure."""
    return Goal(factor * other, f"≤ {factor:g} times {name}")


def over(most: float, other: float, unit: str) -> Goal:
    """A goal of so much more than the floor."""
    return Goal(other + most, f"≤ the floor + {most:g} {unit}")


def share(factor: float, peers: Mapping[str, float], name: str) -> tuple[Goal, ...]:
    """A goal beside a peer's figure, if there is one."""
    return (times(factor, peers[name], name),) if name in peers else ()


Sample = Mapping[str, float]


def medians(
    rounds: int, runs: Mapping[str, Callable[[], Sample]], *, warm: bool = True
) -> dict[str, dict[str, float]]:
    """The medians of each run's figures over some rounds, by run and figure.

    The runs are taken in turn, so that a machine whose speed drifts drifts for all of them. With
    `warm`, a first round that fills the caches is not counted. A peer that fails is left out. For
    a quick look nothing is warmed, and peers take part once.
    """
    samples: dict[str, list[Sample]] = {name: [] for name in runs}
    quick = rounds <= QUICK
    warm = warm and not quick
    for turn in range(rounds + warm):
        for name in list(samples):
            if quick and turn and name in PEERS:
                continue
            try:
                sample = runs[name]()
            except Failed as failed:
                if name not in PEERS:
                    raise
                print(f"{name} is left out: {failed}", file=sys.stderr)
                del samples[name]
                continue
            if turn >= warm:
                samples[name].append(sample)
    return {
        name: {figure: statistics.median(each[figure] for each in taken) for figure in taken[0]}
        for name, taken in samples.items()
    }


def peers_of(table: Mapping[str, Mapping[str, float]], figure: str) -> dict[str, float]:
    """One figure of all the peers that have it."""
    return {name: table[name][figure] for name in PEERS if figure in table.get(name, {})}


def rounds_asked_for() -> int:
    """The rounds that the command line names."""
    return int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS


def fewer(rounds: int) -> int:
    """The rounds for what takes seconds."""
    return max(rounds // 3, 1)


def show(rows: list[Row]) -> None:
    """Print the table."""
    print("\n".join([HEADER, RULE, *map(str, rows)]))
