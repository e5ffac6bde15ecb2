"""Share of newcomers' questions that the guide answers from the right page.

`python -m tests.guide.newcomers` lists the others, but only counts those that are held out.
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
    """A newcomer's question.

    Attributes:
        text: The question.
        pages: The pages of which one should come first; none if it is not about nemochat.
    """

    text: str
    pages: tuple[str, ...]

    def best_page(self) -> str:
        """Return the page that the guide shows first, or ""."""
        return next((hit.page.name for hit in rank(self.text, knowledge.pages())), "")

    def is_answered(self) -> bool:
        """Return whether that is a right page."""
        return self.best_page() in (self.pages or ("",))


def _parse(table: Mapping[str, str]) -> list[Question]:
    return [Question(text, tuple(pages.split())) for text, pages in table.items()]


with Path(__file__).with_suffix(".toml").open("rb") as _file:
    PARTS = {name: _parse(table) for name, table in tomllib.load(_file).items()}


def count_answered(questions: Iterable[Question]) -> int:
    """Return how many questions are answered from a right page, or rightly not at all."""
    return sum(question.is_answered() for question in questions)


if __name__ == "__main__":
    for part, questions in PARTS.items():
        for question in questions:
            if "held_out" not in part and not question.is_answered():
                wanted = " or ".join(question.pages) or "nothing"
                print(f"{question.text}: {question.best_page() or 'nothing'}, not {wanted}")
        print(f"{count_answered(questions)} of {len(questions)} in {part}")
