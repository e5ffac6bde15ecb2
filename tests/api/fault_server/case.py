"""A case of the table of faults: what a server does, and what a person sees of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from tests.api.fault_server.scripts import HELLO
from tests.api.fault_server.server import Behaviour

WHOLE, REFUSED_TOKEN, REFUSED, UNREACHED, FAILED, NO_ANSWER, PARTIAL = 0, 4, 5, 6, 7, 8, 9
TOKEN = "sk-secret-0123456789"


@dataclass(frozen=True, slots=True)
class Case:
    """One fault.

    Attributes:
        row: The row of the promises that it belongs to.
        name: What happens, in words.
        behave: What the server does.
        exit_code: What the program ends with.
        text: What is printed.
        says: A part of the sentence about it, or "".
        requests: How many requests are made; 0 where up to three are right.
        longest: Seconds within which it is over.
        heavy: Whether it takes so much work that nothing with a clock may run beside it.
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
    """Cases in which the answer comes as it should."""
    return [Case(row, name, behave, WHOLE, HELLO, requests=1) for name, behave in cases]
