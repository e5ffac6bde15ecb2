"""Which section of which page answers a question best?

BM25 over the sections (Robertson and Zaragoza, 2009), where the words of a heading, of the page's
title and of its name count several times, and a heading that is the question itself counts double.
A question of which too little is found anywhere has no answer, however high the rest scores.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from nemochat.guide.pages import Page

_K1 = 1.2  # how soon a repeated word stops counting
_B = 0.5  # how much a long section is held back
_HEADING_WEIGHT = 4
_TITLE_WEIGHT = 2
_NAME_WEIGHT = 3
_KNOWN_SHARE = 0.45  # of the question's weight that the best section must hold

_APOSTROPHE = "['\N{RIGHT SINGLE QUOTATION MARK}]"
_WORD = re.compile(rf"\w+(?:{_APOSTROPHE}\w+)?")
_EXAMPLE = re.compile(r"^```.*?^```$", re.DOTALL | re.MULTILINE)
_ROW = re.compile(r"^(\|[^|\n]*)\|.*$", re.MULTILINE)
_DIGIT = re.compile(r"\d")
_SUFFIXES = (
    ("ations", ""),
    ("ation", ""),
    ("ings", ""),
    ("ions", ""),
    ("ies", "y"),
    ("ied", "y"),
    ("ing", ""),
    ("ion", ""),
    ("es", ""),
    ("ed", ""),
    ("ly", ""),
    ("s", ""),
    ("e", ""),
)
_SHORTEST_STEM = 3
_STOP_WORDS = frozenset(
    re.findall(
        r"\w+",
        """a about am an and any are as at be been but by can cannot could did do does doing don for
        from get give had has have how i if in into is it its just let like me mean means my need
        not of on or our please right should so some someone something tell than that the their
        them then there these they thing this to too us use used using want was way we were what
        when where which while who whom whose why will with without work would you your nemochat
        nemo chat hello hi hey thanks thank""",
    )
)
_ALIKE = {
    "abort": "stop",
    "apikey": "token",
    "cancel": "stop",
    "charge": "cost",
    "config": "configure",
    "credential": "token",
    "expensive": "cost",
    "forget": "clear",
    "interrupt": "stop",
    "key": "token",
    "leave": "exit",
    "money": "cost",
    "option": "parameter",
    "password": "token",
    "pay": "cost",
    "persona": "system",
    "price": "cost",
    "private": "privacy",
    "quit": "exit",
    "resume": "load",
    "session": "conversation",
    "tab": "completion",
}


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
    asked = sorted(set(terms(question)))
    weights = {term: index.weight(term) for term in asked}
    known = _KNOWN_SHARE * sum(weights.values())
    hits = []
    for entry in index.entries:
        held = [term for term in asked if term in entry.counts]
        if held and sum(weights[term] for term in held) >= known:
            score = sum(weights[term] * entry.strength(term, index.length) for term in held)
            hits.append(Hit(entry.page, entry.place, score * (1 + entry.likeness(asked))))
    return sorted(hits, key=lambda hit: -hit.score)


def terms(text: str) -> list[str]:
    """The words of a text that carry meaning, as stems; one with underscores also in its parts."""
    found = (re.split(_APOSTROPHE, word.lower())[0] for word in _WORD.findall(text))
    words = (part for word in found for part in ({word} | set(word.split("_"))))
    return [kept for word in words if (kept := _kept(word))]


@lru_cache(maxsize=4096)
def _kept(word: str) -> str:
    """What is left of a word for comparing, or "" if it tells nothing."""
    cut = stem(word)
    if word in _STOP_WORDS or cut in _STOP_WORDS or _DIGIT.fullmatch(word):
        return ""
    return _STEMS_ALIKE.get(cut, cut)


def stem(word: str) -> str:
    """A word without its ending: save, saves, saved and saving are one."""
    for suffix, instead in _SUFFIXES:
        if word.endswith(suffix) and len(word) - len(suffix) + len(instead) >= _SHORTEST_STEM:
            word = word.removesuffix(suffix) + instead
            break
    if len(word) > _SHORTEST_STEM and word[-1] == word[-2] and word[-1] not in "aeiouls":
        return word[:-1]
    return word


_STEMS_ALIKE = {stem(word): stem(same) for word, same in _ALIKE.items()}


@dataclass(frozen=True, slots=True)
class _Entry:
    page: Page
    place: int
    heading: frozenset[str]
    counts: Counter[str]

    def likeness(self, asked: Iterable[str]) -> float:
        """From 0 to 1: how far the heading is the question itself."""
        return len(self.heading.intersection(asked)) / len(self.heading.union(asked))

    def strength(self, term: str, mean_length: float) -> float:
        count = self.counts[term]
        length = self.counts.total() / mean_length
        return count * (_K1 + 1) / (count + _K1 * (1 - _B + _B * length))


@dataclass(frozen=True, slots=True)
class _Index:
    entries: tuple[_Entry, ...]
    found_in: Counter[str]
    length: float

    def weight(self, term: str) -> float:
        """The rarer a word is among the sections, the more it tells."""
        found = self.found_in[term]
        return math.log(1 + (len(self.entries) - found + 0.5) / (found + 0.5))


@lru_cache(maxsize=2)
def _index(pages: tuple[Page, ...]) -> _Index:
    entries = tuple(entry for page in pages for entry in _entries(page))
    found_in = Counter(term for entry in entries for term in entry.counts)
    total = sum(entry.counts.total() for entry in entries)
    return _Index(entries, found_in, max(1.0, total / max(1, len(entries))))


def _prose(text: str) -> str:
    """Without examples, whose words are by the way, and of tables the first column alone."""
    return _ROW.sub(r"\1", _EXAMPLE.sub("", text))


def _entries(page: Page) -> Iterable[_Entry]:
    title, name = terms(page.title), terms(page.name)
    above = title * _TITLE_WEIGHT + name * _NAME_WEIGHT
    yield _Entry(page, -1, frozenset(), Counter(above + terms(page.opening)))
    for place, section in enumerate(page.sections):
        heading = terms(section.title)
        words = above + heading * _HEADING_WEIGHT + terms(_prose(section.text))
        yield _Entry(page, place, frozenset(heading), Counter(words))
