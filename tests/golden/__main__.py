"""Compare all sessions with their records, or record them again: `make golden`."""

from __future__ import annotations

import argparse
import difflib
import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from tests.golden.table import RUNS, TABLES

RECORDED = Path(__file__).with_name("recorded")
AT_ONCE = 2 * (os.cpu_count() or 1)  # they wait more than they compute


def record_path(name: str) -> Path:
    """Return the path of the record of this name."""
    return RECORDED / f"{name}.txt"


def make_record(name: str) -> str:
    """Run the session of this name; return its record."""
    return (RUNS | TABLES)[name]()


def try_record(name: str) -> tuple[str, str]:
    """Run the session of this name; return its record, or nothing and why it got stuck."""
    try:
        return make_record(name), ""
    except (AssertionError, subprocess.TimeoutExpired) as error:
        return "", f"it got stuck: {error}"


def run_all(names: list[str]) -> Iterator[tuple[str, str, str]]:
    """Run sessions side by side, tables after them; yield name, record and error of each."""
    sessions = [name for name in names if name not in TABLES]
    with ProcessPoolExecutor(AT_ONCE) as pool:
        for name, (text, error) in zip(sessions, pool.map(try_record, sessions), strict=True):
            yield name, text, error
    for name in names:
        if name in TABLES:
            yield name, *try_record(name)


def compare(name: str, text: str) -> str:
    """Return the difference between a new record and the one that is kept, or an empty text."""
    path = record_path(name)
    kept = path.read_text("utf-8") if path.exists() else ""
    return "".join(
        difflib.unified_diff(
            kept.splitlines(keepends=True), text.splitlines(keepends=True), "recorded", "now"
        )
    )


def record(name: str, text: str) -> None:
    """Keep a new record."""
    RECORDED.mkdir(exist_ok=True)
    record_path(name).write_text(text, "utf-8")


def main() -> int:
    """Run the sessions that are named, or all; record or compare them."""
    parser = argparse.ArgumentParser(prog="python -m tests.golden", description=__doc__)
    parser.add_argument("--record", action="store_true", help="keep what comes as the new record")
    parser.add_argument("names", nargs="*", metavar="NAME", help="beginnings of names; all without")
    chosen = parser.parse_args()
    names = [
        name for name in RUNS | TABLES if not chosen.names or name.startswith(tuple(chosen.names))
    ]
    wrong = 0
    for name, text, error in run_all(names):
        problem = error or ("" if chosen.record else compare(name, text))
        if problem:
            wrong += 1
            print(f"=== {name}\n{problem}")
        elif chosen.record:
            record(name, text)
    print(f"{len(names)} sessions, {wrong} {'not recorded' if chosen.record else 'different'}")
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
