"""The cases of the fault server with the exit code and the sentence of each."""

from __future__ import annotations

from tests.faults import play_all
from tests.golden.record import show_section


def play_faults() -> str:
    """Play every case; return the record of all."""
    lines: list[str] = []
    for case, done in play_all():
        lines += [
            f"{case}: exit code {done.returncode}",
            *show_section("standard error", done.stderr),
            "",
        ]
    return "\n".join(lines) + "\n"
