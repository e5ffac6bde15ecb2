"""Full-text search by trigrams, in any script."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from sqlite3 import Connection
from typing import NamedTuple

from nemochat.errors import UsageError
from nemochat.store.database import Database

SHORTEST = 3  # characters that the index finds by themselves
_NEWEST = 3000  # messages looked through for shorter words before their trigrams are counted
_MOST_TERMS = 400  # of a word; where more trigrams begin with a shorter one it is everywhere
_EVERYWHERE = "*"  # no query
_AROUND = 60  # characters shown on each side of a match
_WORD = re.compile(r'"([^"]+)"|(\S+)')


class SearchResult(NamedTuple):
    """A message or a name in which all words stand.

    Attributes:
        conversation: Its number.
        title: Its name, or the start of its first question.
        role: Who said it; "" for a name.
        before, match, after: The place of the first match, on one line.
    """

    conversation: int
    title: str
    role: str
    before: str
    match: str
    after: str


def parse_query(query: str) -> list[str]:
    """The words of a query; what stands in double quotes is one, blanks and all.

    Raises:
        UsageError: there are none.
    """
    words = [quoted or bare for quoted, bare in _WORD.findall(query)]
    if not words:
        raise UsageError("there is nothing to search for")
    return words


def search(database: Database, words: list[str], most: int = 20) -> list[SearchResult]:
    """Where all the words stand, whatever their capitals: names first, then the newest.

    Raises:
        StoreError: the database cannot be read.
    """
    folded = [word.casefold() for word in words]
    pattern = re.compile("|".join(re.escape(word) for word in words), re.IGNORECASE)
    results: list[SearchResult] = []
    with database.connection() as db:
        db.create_function("holds", 1, lambda text: _contains_all(text, folded), deterministic=True)
        for number, name in _names(db):
            if _contains_all(name, folded):
                results.append(_make_result(pattern, number, name, "", name))
        keys = _list_unsettled_keys(db) + _keys(db, words, most)
        for key in sorted(set(keys), reverse=True)[: max(most - len(results), 0)]:
            rows = db.execute(  # none where another process has deleted it meanwhile
                "SELECT c.id, coalesce(c.name, c.first), m.role, m.content"
                " FROM messages m JOIN conversations c ON c.id = m.conversation WHERE m.id = ?",
                (key,),
            )
            results += [_make_result(pattern, *row) for row in rows]
    return results[:most]


def _names(db: Connection) -> Iterator[tuple[int, str]]:
    yield from db.execute("SELECT id, name FROM conversations WHERE name NOT NULL ORDER BY id DESC")


def _list_unsettled_keys(db: Connection) -> list[int]:
    """Answers that still grow, or whose process died: they are not in the index."""
    rows = db.execute("SELECT id FROM messages WHERE NOT settled AND holds(content)")
    return [key for (key,) in rows]


def _keys(db: Connection, words: list[str], most: int) -> list[int]:
    """The newest messages in which all words stand."""
    if long := [word for word in words if len(word) >= SHORTEST]:
        return _matching_keys(db, " AND ".join(map(_trigram_query, long)), most)
    newest = _scan_newest(db, _NEWEST, most)
    if len(newest) == most:
        return newest
    match = " AND ".join(f"({_prefix_query(db, word)})" for word in words)
    if _EVERYWHERE in match:
        return _scan_newest(db, sys.maxsize, most)
    return newest if "()" in match else _matching_keys(db, match, most)


def _scan_newest(db: Connection, newest: int, most: int) -> list[int]:
    """The messages among the newest in which all words stand, without the index."""
    rows = db.execute(
        "SELECT id FROM messages WHERE id > (SELECT max(id) FROM messages) - ? AND holds(content)"
        " ORDER BY id DESC LIMIT ?",
        (newest, most),
    )
    return [key for (key,) in rows]


def _matching_keys(db: Connection, match: str, most: int) -> list[int]:
    """The newest messages that the index finds, in whose text all words stand indeed."""
    rows = db.execute(
        "SELECT rowid FROM words WHERE words MATCH ? AND rowid > 0"
        " AND holds((SELECT content FROM messages m WHERE m.id = words.rowid))"
        " ORDER BY rowid DESC LIMIT ?",
        (match, most),
    )
    return [key for (key,) in rows]


def _trigram_query(word: str) -> str:
    """The trigrams of a word, or of its beginning, as one query."""
    starts = range(min(len(word) - SHORTEST + 1, _MOST_TERMS))
    return " AND ".join(_quote(word[start : start + SHORTEST]) for start in starts)


def _prefix_query(db: Connection, word: str) -> str:
    """The trigrams that begin with a word shorter than they are, as one query."""
    start = word.casefold()
    rows = db.execute(
        "SELECT term FROM vocabulary WHERE term >= ? AND term < ? LIMIT ?",
        (start, start + chr(0x10FFFF), _MOST_TERMS + 1),
    ).fetchall()
    return _EVERYWHERE if len(rows) > _MOST_TERMS else " OR ".join(_quote(term) for (term,) in rows)


def _quote(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def _contains_all(text: str | None, folded: list[str]) -> bool:
    text = (text or "").casefold()  # of a message that is gone, the index may still know
    return all(word in text for word in folded)


def _make_result(
    pattern: re.Pattern[str], number: int, title: str, role: str, text: str
) -> SearchResult:
    place = pattern.search(text)
    start, end = place.span() if place else (0, 0)
    before, after = text[max(start - _AROUND, 0) : start], text[end : end + _AROUND]
    before = ("…" if start > _AROUND else "") + " ".join(before.split(" ")[start > _AROUND :])
    more = "…" if end + _AROUND < len(text) else ""
    return SearchResult(number, title, role, before, text[start:end], after + more)
