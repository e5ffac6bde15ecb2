"""Case of the table of faults: what a server does, and what the user sees."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from tests.api.fault_server.scripts import HELLO
from tests.api.fault_server.server import Behaviour

WHOLE, REFUSED_TOKEN, REFUSED, UNREACHED, FAILED, NO_ANSWER, PARTIAL = 0, 4, 5, 6, 7, 8, 9
TOKEN = "sk-secret-0123456789"


@dataclass(frozen=True, slots=True)
class Case:
    """Fault.

    Attributes:
        row: Row of the table.
        name: What happens.
        behave: What the server does.
        exit_code: Exit code of the program.
        text: Text printed.
        says: Part of the error, or "".
        requests: Number of requests; 0 if up to three are right.
        longest: Maximum duration in seconds.
        heavy: Whether it is too much work to run next to a case with timeouts.
    """

    row: str
    name: str
    behave: Behaviour
    exit_code: int = WHOLE
    text: str = ""
    says: str = ""
    requests: int = 0
    longest: float = 4.0
    heavy: bool = False

    def __str__(self) -> str:
        return f"{self.row}: {self.name}"


def whole(row: str, cases: Iterable[tuple[str, Behaviour]]) -> list[Case]:
    """Return cases with a complete answer."""
    return [Case(row, name, behave, WHOLE, HELLO, requests=1) for name, behave in cases]
