"""Try the properties with random inputs: `make fuzz`.

    python -m tests.fuzz [--minutes N] [--seed N] [NAME…]

plays them in turn for so many minutes, and prints each finding with its smallest input and the seed
that leads to it. `tests/test_fuzz.py` plays a few examples of each.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
import traceback

from tests.fuzz.properties import PROPERTIES, play

LONGEST = 4_000  # characters of a finding
EXAMPLES = 200  # of one property between two looks at the clock


def main(words: list[str]) -> int:
    """Play the properties in turn until the time is over; return 1 if one does not hold."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz")
    parser.add_argument("names", nargs="*", choices=[[], *PROPERTIES], default=[])
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--seed", type=int, help="play this one alone, as a finding says")
    options = parser.parse_args(words)
    names = options.names or list(PROPERTIES)
    end = time.monotonic() + 60 * options.minutes
    counts = dict.fromkeys(names, 0)
    findings: set[str] = set()
    while len(findings) < len(names) and time.monotonic() < end:
        number = options.seed if options.seed is not None else random.randrange(2**32)
        for name in names:
            if name in findings or time.monotonic() >= end:
                continue
            counts[name] += EXAMPLES
            try:
                play(name, number, EXAMPLES)
            except Exception as error:  # noqa: BLE001 - whatever it raises is a finding
                findings.add(name)
                print(f"{name}: python -m tests.fuzz {name} --seed {number}")
                print("".join(traceback.format_exception(error, limit=-4))[-LONGEST:])
        if options.seed is not None:
            break
    for name, count in counts.items():
        print(f"{name:15} {count:9,} examples{', one finding' if name in findings else ''}")
    return int(bool(findings))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
