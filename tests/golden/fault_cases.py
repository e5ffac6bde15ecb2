"""The cases of the fault server with the exit code and the sentence of each."""

from __future__ import annotations

from tests.faults import play_all
from tests.golden.record import show_section

# Races: whether the request is sent before the connection closes, and which of two timeouts ends a
# stream of pings. Their sentences have two forms, so only the exit code is recorded.
RACES = {
    "connecting: closed at once",
    "pace: a head for ever",
    "pace: pings for ever",
    "pace: pings for ever after text",
}


def play_faults() -> str:
    """Play every case; return the record of all."""
    lines: list[str] = []
    for case, done in play_all():
        lines += [
            f"{case}: exit code {done.returncode}",
            *([] if str(case) in RACES else show_section("standard error", done.stderr)),
            "",
        ]
    return "\n".join(lines) + "\n"
