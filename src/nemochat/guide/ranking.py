"""Search of the documentation with SQLite's bm25 and a vocabulary of newcomers.

Each word of a question is searched for separately, with its synonyms, and the scores of a section
are added up. A section that covers too little of the question is no answer, whatever its score.
"""

from __future__ import annotations

import math
import re
import tomllib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from threading import Lock
from typing import Any

from nemochat.guide.knowledge import Page

FOR_DEVELOPERS = {"architecture", "benchmarks", "licences"}  # found by name only

_SYNONYM_WEIGHT = 0.7
_MAX_INFORMATION = 3.0  # nats: how much a rare or unknown word counts towards the coverage
_COMMON_INFORMATION = 0.5  # for a word that any question may contain
_MIN_COVERAGE = 0.53  # share of a question's information that an answer contains
_EXACT = 9.0  # of the likeness of a heading that is the question itself

_APOSTROPHE = "['\N{RIGHT SINGLE QUOTATION MARK}]"
_WORD = re.compile(rf"(\w+)(?:{_APOSTROPHE}\w+)?")
_CODE_BLOCK = re.compile(r"^```.*?^```$", re.DOTALL | re.MULTILINE)
_TABLE_ROW = re.compile(r"^(\|[^|\n]*)\|.*$", re.MULTILINE)
_STEMS = "tokenize = 'porter unicode61'"
_SEARCH = """
    SELECT rowid,
        -bm25(section, 3, 0, 0) - bm25(section, 0, 3, 1),
        bm25(section, 0, 1, 0) < 0
    FROM section WHERE section MATCH ?
"""  # a word of the topic does not hide which section has it too


@dataclass(frozen=True, slots=True)
class Hit:
    """A section that answers a question.

    Attributes:
        page: The page it is on.
        place: Its index in the page's sections; -1 is the text before the first one.
        score: How well it answers, comparable within one question only.
    """

    page: Page
    place: int
    score: float


def rank(question: str, pages: Sequence[Page], *, min_coverage: float = _MIN_COVERAGE) -> list[Hit]:
    """Return the sections that answer a question, the best one first."""
    index = _index(tuple(pages))
    asked = _WORD.findall(question.lower())
    words = content_words(question)
    scores: defaultdict[int, float] = defaultdict(float)
    covered: defaultdict[int, float] = defaultdict(float)
    in_heading: defaultdict[int, float] = defaultdict(float)
    total = 0.0
    for word in words:
        information, matches = index.find(word, words)
        total += information
        for row, (score, heading) in matches.items():
            scores[row] += score
            covered[row] += information
            in_heading[row] += heading
    hits = []
    for row, score in scores.items():
        if covered[row] >= min_coverage * total:
            page, place = index.sections[row - 1]
            title = page.sections[place].title if place >= 0 else page.title
            likeness = in_heading[row] / (len(words) + len(content_words(title)) - in_heading[row])
            if _WORD.findall(title.lower()) == asked:
                likeness += _EXACT
            hits.append(Hit(page, place, score * covered[row] / total * (1 + likeness)))
    return sorted(hits, key=lambda hit: -hit.score)


def content_words(text: str) -> list[str]:
    """Return the distinct words of a text in lower case, without those that say nothing."""
    vocabulary = _vocabulary()
    text = text.lower()
    for pattern, replacement in vocabulary["phrases"]:
        text = re.sub(rf"\b(?:{pattern})\b", replacement, text)
    ignored = vocabulary["stop_words"].split()
    return [
        word
        for word in dict.fromkeys(_WORD.findall(text))
        if word not in ignored and not (len(word) == 1 and word.isdigit())
    ]


@cache
def _vocabulary() -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_name("vocabulary.toml").read_text("utf-8"))


class _Index:
    """Full-text index of sections and vocabulary, in memory.

    Attributes:
        sections: The page and the place of each row; row ids begin at 1.
    """

    def __init__(self, pages: Sequence[Page]) -> None:
        import sqlite3

        vocabulary = _vocabulary()
        self._lock = Lock()
        self._db = sqlite3.connect(":memory:", check_same_thread=False)
        self._db.execute(f"CREATE VIRTUAL TABLE section USING fts5(topic, heading, text, {_STEMS})")
        self._db.execute(f"CREATE VIRTUAL TABLE line USING fts5(kind UNINDEXED, words, {_STEMS})")
        self.sections: list[tuple[Page, int]] = []
        for page in pages:
            if page.name in FOR_DEVELOPERS:
                continue
            topic = f"{page.name} {page.title} {vocabulary['pages'].get(page.name, '')}"
            texts = [("", page.opening), *((each.title, each.text) for each in page.sections)]
            for place, (heading, text) in enumerate(texts, -1):
                self.sections.append((page, place))
                row = (topic, heading, _remove_examples(text))
                self._db.execute("INSERT INTO section VALUES (?, ?, ?)", row)
        for kind in ("common", "synonyms"):
            lines = [(kind, line) for line in vocabulary[kind].splitlines()]
            self._db.executemany("INSERT INTO line VALUES (?, ?)", lines)

    def find(
        self, word: str, question: Sequence[str]
    ) -> tuple[float, dict[int, tuple[float, float]]]:
        """Search for a word of a question and its synonyms.

        Returns:
            The information in the word, and for each row that has it or a synonym its score and,
            from 0 to 1, how well the heading has it.
        """
        lines = self._select("SELECT kind, words FROM line WHERE line MATCH ?", word)
        synonyms = {each for kind, line in lines if kind == "synonyms" for each in line.split()}
        weights = dict.fromkeys(synonyms.difference(question), _SYNONYM_WEIGHT) | {word: 1.0}
        matches: dict[int, tuple[float, float]] = {}
        for term, weight in weights.items():
            for row, score, in_heading in self._select(_SEARCH, term):
                best = matches.get(row, (0.0, 0.0))
                matches[row] = max(best[0], weight * score), max(best[1], weight * in_heading)
        if any(kind == "common" for kind, _ in lines):
            return _COMMON_INFORMATION, matches
        rarity = math.log(len(self.sections) / len(matches)) if matches else _MAX_INFORMATION
        return min(_MAX_INFORMATION, rarity), matches

    def _select(self, query: str, word: str) -> list[tuple[Any, ...]]:
        with self._lock:
            return self._db.execute(query, (f'"{word}"',)).fetchall()


@lru_cache(maxsize=2)
def _index(pages: tuple[Page, ...]) -> _Index:
    return _Index(pages)


def _remove_examples(text: str) -> str:
    """Remove code blocks, and all columns of tables but the first."""
    return _TABLE_ROW.sub(r"\1", _CODE_BLOCK.sub("", text))
