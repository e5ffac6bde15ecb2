"""Words of a question, reduced to stems that carry meaning."""

from __future__ import annotations

import re
import tomllib
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

_VOCABULARY = tomllib.loads(Path(__file__).with_name("vocabulary.toml").read_text("utf-8"))
_STOP_WORDS = frozenset(_VOCABULARY["stop_words"].split())
_APOSTROPHE = "['\N{RIGHT SINGLE QUOTATION MARK}]"
_WORD = re.compile(rf"(\w+)(?:{_APOSTROPHE}\w+)?")  # what follows an apostrophe tells nothing
_PHRASE = re.compile(rf"\b(?:{'|'.join(f'({said})' for said, _ in _VOCABULARY['phrases'])})\b")
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
    ("acy", "at"),
    ("s", ""),
    ("e", ""),
)
_SHORTEST_STEM = 3
_LONG = 6  # letters from which an ending is one: colour has it, hour has not
_AMERICAN = (("our", "or"), ("is", "iz"))  # colour and color, customise and customize

_SAME_WORTH = 0.9  # of a word's worth, where another one of its meaning is found
_NEAR_WORTH = 0.5  # where one that is near is


def terms(text: str) -> list[str]:
    """The words of a text that carry meaning, as stems; one with underscores also in its parts."""
    result = []
    for word in _WORD.findall(_PHRASE.sub(_shorten_phrase, text.lower())):
        parts = {word, *word.split("_")} if "_" in word else (word,)
        result += [cut for part in parts if (cut := _normalize(part))]
    return result


def _shorten_phrase(phrase: re.Match[str]) -> str:
    word: str = _VOCABULARY["phrases"][(phrase.lastindex or 1) - 1][1]
    return word


def words(text: str) -> frozenset[str]:
    """All words of a text, whatever they tell."""
    return frozenset(_WORD.findall(text.lower()))


@dataclass(frozen=True, slots=True)
class QueryWord:
    """A word of a question.

    Attributes:
        worths: Its stem and those that would do for it, with what each is worth, from 0 to 1.
        common: Whether it is a word of any question.
        excused: Whether another word of the question says the same.
    """

    worths: Mapping[str, float]
    common: bool
    excused: bool


def parse_question(question: str) -> list[QueryWord]:
    """The words of a question that carry meaning."""
    question_terms = set(terms(question))
    query = []
    for term in sorted(question_terms):
        alike = _synonyms()[term]
        others = {word: worth for word, worth in alike.items() if word not in question_terms}
        excused = len(others) < len(alike)
        query.append(QueryWord({**others, term: 1.0}, term in _common(), excused))
    return query


@cache
def _common() -> frozenset[str]:
    return frozenset(stem(word) for word in _VOCABULARY["common"].split())


@cache
def _synonyms() -> defaultdict[str, dict[str, float]]:
    """For a stem, those that would do for it, with what they are worth."""
    alike: defaultdict[str, dict[str, float]] = defaultdict(dict)
    for table, worth in ((_VOCABULARY["near"], _NEAR_WORTH), (_VOCABULARY["same"], _SAME_WORTH)):
        for line in table.splitlines():
            stems = {stem(word) for word in line.split()}
            for each in stems:
                alike[each] |= dict.fromkeys(stems - {each}, worth)
    return alike


@lru_cache(maxsize=4096)
def _normalize(word: str) -> str:
    """What is left of a word for comparing, or "" if it tells nothing."""
    cut = stem(word)
    if word in _STOP_WORDS or cut in _STOP_WORDS or _DIGIT.fullmatch(word):
        return ""
    return cut


def stem(word: str) -> str:
    """A word without its ending: save, saves, saved and saving are one."""
    for suffix, instead in _SUFFIXES:
        if word.endswith(suffix) and len(word) - len(suffix) + len(instead) >= _SHORTEST_STEM:
            word = word.removesuffix(suffix) + instead
            break
    if len(word) > _SHORTEST_STEM and word[-1] == word[-2] and word[-1] not in "aeiouls":
        word = word[:-1]
    for british, american in _AMERICAN:
        if len(word) >= _LONG and word.endswith(british):
            return word.removesuffix(british) + american
    return word
