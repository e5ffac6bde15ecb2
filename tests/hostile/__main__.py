"""Play every hostile input of the table, and print what came of it: `make hostile`.

    python -m tests.hostile [WORDS…]

plays the cases whose names contain one of the words.
"""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from itertools import groupby

from tests.hostile.case import (
    MOST_ENDLESS_MEMORY,
    MOST_ENDLESS_SECONDS,
    MOST_MEMORY,
    MOST_SECONDS,
    play,
)
from tests.hostile.table import CASES

AT_ONCE = 2


def main(words: list[str]) -> int:
    """Print the table, then each failure; return 1 if there is one."""
    cases = [case for case in CASES if not words or any(word in str(case) for word in words)]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        results = list(zip(cases, pool.map(play, cases), strict=True))
    print(
        "| input | cases | passed | most memory | most CPU | longest |\n|---|---|---|---|---|---|"
    )
    for kind, each in groupby(results, key=lambda item: item[0].kind):
        row = [result for _, result in each]
        print(
            f"| {kind} | {len(row)} | {sum(not result.problem for result in row)}"
            f" | {max(result.memory for result in row) // 1024**2} MB"
            f" | {max(result.cpu for result in row):.1f} s"
            f" | {max(result.seconds for result in row):.1f} s |"
        )
    failures = [(case, result) for case, result in results if result.problem]
    for case, result in failures:
        print(f"{case}: {result.problem}")
    limits = f"{MOST_MEMORY // 1024**2} MB and {MOST_SECONDS:.0f} s"
    endless = f"{MOST_ENDLESS_MEMORY // 1024**2} MB and {MOST_ENDLESS_SECONDS:.0f} s"
    print(f"{len(failures)} of {len(results)} fail; the limits are {limits} (endless: {endless}).")
    return int(bool(failures))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
