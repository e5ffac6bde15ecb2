"""How often does the guide find the right page first? `python -m tests.guide.newcomers` tells.

The questions stand in newcomers.toml. Of those that are held out it prints no more than how many
were answered: who saw which ones fail would tune on them.
"""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from nemochat.guide import knowledge
from nemochat.guide.ranking import rank


@dataclass(frozen=True, slots=True)
class Question:
    """What a newcomer asks.

    Attributes:
        asked: The words.
        page: Where the answer should come first; "" if no page should be named at all.
        also: A page that answers it as well, or "".
        held_out: Whether nothing was tuned on it.
    """

    asked: str
    page: str = ""
    also: str = ""
    held_out: bool = False

    def found(self) -> str:
        """The page that the guide names first, or "" if it knows none."""
        return next((hit.page.name for hit in rank(self.asked, knowledge.pages())), "")

    def answered(self) -> bool:
        """Whether that is a right one."""
        return self.found() in {self.page, self.also or self.page}


def questions() -> tuple[list[Question], list[Question]]:
    """Those that may be tuned on, and those that are held out."""
    with Path(__file__).with_suffix(".toml").open("rb") as file:
        every = [Question(**entry) for entry in tomllib.load(file)["question"]]
    return [each for each in every if not each.held_out], [each for each in every if each.held_out]


def answered(asked: Sequence[Question]) -> int:
    """How many of them are answered by a right page."""
    return sum(question.answered() for question in asked)


if __name__ == "__main__":
    tuned, held_out = questions()
    for question in tuned:
        if not question.answered():
            print(f"{question.asked}: {question.found() or 'unknown'}, not {question.page or 'that'}")
    for about, said in ((True, "find their page first"), (False, "about else are told to be")):
        parts = [[q for q in part if bool(q.page) is about] for part in (tuned, held_out)]
        each = [f"{answered(part)} of {len(part)}" for part in parts]
        print(f"{each[0]} {said}, and {each[1]} of those held out")
