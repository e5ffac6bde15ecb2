"""Which changes to core, wire, screen and store does no test notice? As a table: `make mutants`."""

from __future__ import annotations

import argparse
import random
import re
import shutil
import subprocess
import sys
from collections import Counter, defaultdict
from pathlib import Path

MUTMUT = [str(Path(sys.executable).with_name("mutmut"))]
MADE = Path("mutants")
FIRST = (
    "nemochat.screen.status.*"  # a file with few mutants: what mutmut makes first, it makes of all
)
NOTICED = (
    *("killed", "timeout", "segfault"),
    "check was interrupted by user",  # by a KeyboardInterrupt that the mutant let through
)
OUTCOMES = ("killed", "timeout", "survived", "no tests")


def verdicts() -> dict[str, str]:
    """Every mutant by its name, and how it fared."""
    told = subprocess.run(
        [*MUTMUT, "results", "--all", "true"], capture_output=True, text=True, check=True
    )
    pairs = (line.strip().rpartition(": ") for line in told.stdout.splitlines() if ": " in line)
    return {name: verdict for name, _, verdict in pairs}


def module(mutant: str) -> str:
    """The file that a mutant changes; it is followed by the mangled name of a function."""
    return re.split(r"\.x[_ǁ]", mutant)[0]


def folder(mutant: str) -> str:
    return mutant.split(".")[1]


def sampled(mutants: list[str], size: int, seed: int) -> list[str]:
    """Up to `size` mutants of each file: the same for the same seed, whatever other files have."""
    files: dict[str, list[str]] = defaultdict(list)
    for mutant in sorted(mutants):
        files[module(mutant)].append(mutant)
    return [
        mutant
        for name, all_of_it in sorted(files.items())
        for mutant in random.Random(f"{seed} {name}").sample(all_of_it, min(size, len(all_of_it)))
    ]


def table(tried: dict[str, str], every: list[str]) -> str:
    """How the mutants of each folder fared; `of all` weighs each file by its mutants."""
    rows = [["folder", "mutants", "tried", *OUTCOMES, "other", "score", "of all"]]
    for name in [*sorted({folder(mutant) for mutant in tried}), "all"]:
        there = {m: verdict for m, verdict in tried.items() if name in {folder(m), "all"}}
        count = Counter(there.values())
        other = len(there) - sum(count[outcome] for outcome in OUTCOMES)
        score = sum(count[outcome] for outcome in NOTICED) / len(there)
        sizes = Counter(module(m) for m in every if name in {folder(m), "all"})
        of = Counter(module(m) for m in there)
        noticed = Counter(module(m) for m, verdict in there.items() if verdict in NOTICED)
        weighed = sum(sizes[file] * noticed[file] / of[file] for file in of)
        share = weighed / sum(sizes[file] for file in of)
        numbers = (sum(sizes.values()), len(there), *(count[each] for each in OUTCOMES), other)
        rows.append([name, *map(str, numbers), f"{score:.1%}", f"{share:.1%}"])
    return "\n".join(" ".join(f"{cell:>9}" for cell in row) for row in rows)


def main() -> int:
    """Make the mutants, try the sample, print the table and the names of what was not noticed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sample", default="25", help="mutants of each file, or `all`")
    parser.add_argument("--seed", type=int, default=1, help="other seeds draw other mutants")
    parser.add_argument("files", nargs="*", type=Path, help="the files to change, instead of all")
    parser.add_argument("--processes", default="2")
    asked = parser.parse_args()
    shutil.rmtree(MADE, ignore_errors=True)  # what was found of older tests is no finding
    run = [*MUTMUT, "run", "--max-children", asked.processes]
    subprocess.run([*run, FIRST], check=True, stdout=subprocess.DEVNULL)
    files = {".".join(file.relative_to("src").with_suffix("").parts) for file in asked.files}
    every = [mutant for mutant in verdicts() if not files or module(mutant) in files]
    if not every:
        parser.error(f"nothing is changed in {', '.join(map(str, asked.files))}")
    size = len(every) if asked.sample == "all" else int(asked.sample)
    chosen = sampled(every, size, asked.seed)
    subprocess.run([*run, *chosen], check=True, stdout=subprocess.DEVNULL)
    found = verdicts()
    if slow := [mutant for mutant in chosen if found[mutant] == "timeout"]:
        # A busy machine is no fault of theirs: those that do not end are tried again, one by one.
        subprocess.run([*run[:-1], "1", *slow], check=True, stdout=subprocess.DEVNULL)
        found = verdicts()
    tried = {mutant: found[mutant] for mutant in chosen}
    print(f"{asked.sample} mutants of each file, seed {asked.seed}")
    print(table(tried, every))
    for mutant, verdict in tried.items():
        if verdict != "killed":
            print(f"{verdict}: {mutant}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
