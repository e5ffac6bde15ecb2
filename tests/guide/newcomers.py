"""How often does the guide find the right page first? `python -m tests.guide.newcomers` tells.

The questions stand in newcomers.toml. Of those that are held out it prints no more than how many
were answered: who saw which ones fail would tune on them.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from nemochat.guide import knowledge
from nemochat.guide.ranking import rank


@dataclass(frozen=True, slots=True)
class Question:
    """What a newcomer asks.

    Attributes:
        asked: The words.
        pages: The pages of which one should come first; none if it is not about nemochat.
        held_out: Whether nothing was tuned on it.
    """

    asked: str
    pages: tuple[str, ...]
    held_out: bool = False

    def found(self) -> str:
        """The page that the guide names first, or "" if it knows none."""
        return next((hit.page.name for hit in rank(self.asked, knowledge.pages())), "")

    def answered(self) -> bool:
        """Whether that is a right one."""
        return self.found() in (self.pages or ("",))


def _tabled(table: Mapping[str, str]) -> list[Question]:
    return [Question(asked, tuple(pages.split())) for asked, pages in table.items()]


with Path(__file__).with_suffix(".toml").open("rb") as _file:
    _DATA = tomllib.load(_file)
FROZEN = [
    Question(
        each["asked"],
        tuple(each[key] for key in ("page", "also") if key in each),
        each.get("held_out", False),
    )
    for each in _DATA["question"]
]
SURE = _tabled(_DATA["sure"])
NOT_YET = _tabled(_DATA["not_yet"])


def answered(questions: Iterable[Question]) -> int:
    """How many of them are answered by a right page, or told to be about else."""
    return sum(question.answered() for question in questions)


def parts() -> dict[str, list[Question]]:
    """The frozen questions by what they are about and whether they may be tuned on."""
    return {
        f"{about}, {tuned}": [
            each for each in FROZEN if bool(each.pages) is known and each.held_out is held_out
        ]
        for known, about in ((True, "about nemochat"), (False, "about else"))
        for held_out, tuned in ((False, "tuned on"), (True, "held out"))
    }


if __name__ == "__main__":
    for question in [*FROZEN, *SURE, *NOT_YET]:
        if not (question.held_out or question.answered()):
            wanted = " or ".join(question.pages) or "nothing"
            print(f"{question.asked}: {question.found() or 'nothing'}, not {wanted}")
    for part, questions in parts().items():
        print(f"{answered(questions)} of {len(questions)} {part}")
    practised = [*SURE, *NOT_YET]
    print(f"{answered(practised)} of {len(practised)} of the others, tuned on")
