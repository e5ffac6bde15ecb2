"""Ranking of the sections for a question.

BM25 over the sections (Robertson and Zaragoza, 2009), where the words of a heading, of the page's
title and of its name count several times, a heading that equals the question counts more, and a
word also matches its synonyms. If too little of a question is found anywhere, it has no answer,
however high the rest scores.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from nemochat.guide.pages import Page
from nemochat.guide.words import QueryWord, parse_question, terms, words

_K1 = 1.2  # how soon a repeated word stops counting
_B = 0.6  # how much a long section is held back
_HEADING_WEIGHT = 4
_TITLE_WEIGHT = 2
_NAME_WEIGHT = 3
_EXACT_WEIGHT = 0.6  # of a heading that is the question to the letter, small words too
_MOST = 3.0  # that a word of the question tells, as one does that no page has
_MOST_COMMON = 0.5  # that a word of any question tells
_COMMON_PART = 0.2  # of its score that such a word keeps
_LEAST = 1.2  # that must be known of a question: more than its common words
_KNOWN_SHARE = 0.53  # of what the question tells that the best section must hold

FOR_DEVELOPERS = {"architecture", "licences"}  # pages found by their name only
_EXAMPLE = re.compile(r"^```.*?^```$", re.DOTALL | re.MULTILINE)
_ROW = re.compile(r"^(\|[^|\n]*)\|.*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Hit:
    """A section that answers.

    Attributes:
        page: The page that it stands on.
        place: Its number among the page's sections; -1 is what stands before the first.
        score: How well it answers, to be compared within one question only.
    """

    page: Page
    place: int
    score: float


def rank(question: str, pages: Sequence[Page]) -> list[Hit]:
    """The sections that answer a question, the best first; none if too little of it is known."""
    index = _index(tuple(pages))
    query = [index.weigh(word) for word in parse_question(question)]
    question_words = words(question)
    total = sum(word.tells for word in query)
    needed = max(min(_LEAST, total), _KNOWN_SHARE * total)
    hits = []
    for entry in index.entries:
        matches = [word for word in query if entry.counts.keys() & word.weights.keys()]
        held = sum(word.tells for word in matches)
        if matches and held >= needed:
            score = sum(entry.strength(word.weights, index.length) for word in matches)
            score *= (held / total) * (1 + entry.likeness(query) + entry.exactness(question_words))
            hits.append(Hit(entry.page, entry.place, score))
    return sorted(hits, key=lambda hit: -hit.score)


@dataclass(frozen=True, slots=True)
class _QueryTerm:
    """A word of a question: what it tells, and what each word that would do for it weighs."""

    tells: float
    weights: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class _Entry:
    page: Page
    place: int
    heading: frozenset[str]
    words: frozenset[str]
    counts: Counter[str]

    def likeness(self, query: Sequence[_QueryTerm]) -> float:
        """From 0 to 1: how far the heading is the question itself."""
        alike = sum(not self.heading.isdisjoint(word.weights) for word in query)
        return alike / max(1, len(self.heading) + len(query) - alike)

    def exactness(self, words: frozenset[str]) -> float:
        """The same with all words, and little for less than all of them."""
        alike = len(self.words & words) / max(1, len(self.words | words))
        return _EXACT_WEIGHT * alike**2

    def strength(self, weights: Mapping[str, float], mean_length: float) -> float:
        """How much the best of some words tells here."""
        held_back = _K1 * (1 - _B + _B * self.counts.total() / mean_length)
        return max(
            weight * self.counts[term] * (_K1 + 1) / (self.counts[term] + held_back)
            for term, weight in weights.items()
        )


@dataclass(frozen=True, slots=True)
class _Index:
    entries: tuple[_Entry, ...]
    found_in: Counter[str]
    length: float

    def weigh(self, word: QueryWord) -> _QueryTerm:
        """A word of a question; the rarer a word is among the sections, the more it tells."""
        part = _COMMON_PART if word.common else 1.0
        weights = {
            term: part * worth * math.log(1 + (len(self.entries) - count + 0.5) / (count + 0.5))
            for term, worth in word.worths.items()
            if (count := self.found_in[term])
        }
        small = word.common or (word.excused and not weights)
        most = _MOST_COMMON if small else _MOST
        return _QueryTerm(min(most, max(weights.values(), default=most)), weights)


@lru_cache(maxsize=2)
def _index(pages: tuple[Page, ...]) -> _Index:
    ranked = (page for page in pages if page.name not in FOR_DEVELOPERS)
    entries = tuple(entry for page in ranked for entry in _entries(page))
    found_in = Counter(term for entry in entries for term in entry.counts)
    total = sum(entry.counts.total() for entry in entries)
    return _Index(entries, found_in, max(1.0, total / max(1, len(entries))))


def _prose(text: str) -> str:
    """Without examples, whose words are by the way, and of tables the first column alone."""
    return _ROW.sub(r"\1", _EXAMPLE.sub("", text))


def _entries(page: Page) -> Iterable[_Entry]:
    title, name = terms(page.title), terms(page.name)
    above = title * _TITLE_WEIGHT + name * _NAME_WEIGHT
    yield _Entry(page, -1, frozenset(), frozenset(), Counter(above + terms(page.opening)))
    for place, section in enumerate(page.sections):
        heading = terms(section.title)
        counts = above + heading * _HEADING_WEIGHT + terms(_prose(section.text))
        yield _Entry(page, place, frozenset(heading), words(section.title), Counter(counts))
