"""Full-text search by trigrams, in any script."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from sqlite3 import Connection
from typing import NamedTuple

from nemochat.errors import UsageError
from nemochat.store.connect import interruptible
from nemochat.store.database import Database

SHORTEST = 3  # characters of an indexed term
_NEWEST = 3000  # messages scanned for shorter words before the index is used
_MOST_TERMS = 400  # of one word; a short word that begins more trigrams is everywhere
_EVERYWHERE = "*"  # instead of a query
_AROUND = 60  # characters shown on each side of a match
_WORD = re.compile(r'"([^"]+)"|(\S+)')


class SearchResult(NamedTuple):
    """A message or a name that contains all words.

    Attributes:
        conversation: Its number.
        title: Its name, or the start of its first question.
        role: The message's role; "" for a name.
        before, match, after: The first match and the text around it, on one line.
    """

    conversation: int
    title: str
    role: str
    before: str
    match: str
    after: str


def parse_query(query: str) -> list[str]:
    """Return the words of a query; text in double quotes is one word.

    Raises:
        UsageError: there are none.
    """
    words = [quoted or bare for quoted, bare in _WORD.findall(query)]
    if not words:
        raise UsageError("there is nothing to search for")
    return words


def search(database: Database, words: list[str], most: int = 20) -> list[SearchResult]:
    """Return where all words occur, ignoring case: names first, then the newest messages.

    Raises:
        StoreError: the database cannot be read.
    """
    folded = [word.casefold() for word in words]
    pattern = re.compile("|".join(re.escape(word) for word in words), re.IGNORECASE)
    results: list[SearchResult] = []
    with database.connection() as db, interruptible(db):
        db.create_function("holds", 1, lambda text: _contains_all(text, folded), deterministic=True)
        for number, name in _names(db):
            if _contains_all(name, folded):
                results.append(_make_result(pattern, number, name, "", name))
        keys = _list_unsettled_keys(db) + _keys(db, words, most)
        for key in sorted(set(keys), reverse=True)[: max(most - len(results), 0)]:
            rows = db.execute(  # none if another process has deleted it
                "SELECT c.id, coalesce(c.name, c.first), m.role, m.content"
                " FROM messages m JOIN conversations c ON c.id = m.conversation WHERE m.id = ?",
                (key,),
            )
            results += [_make_result(pattern, *row) for row in rows]
    return results[:most]


def _names(db: Connection) -> Iterator[tuple[int, str]]:
    yield from db.execute("SELECT id, name FROM conversations WHERE name NOT NULL ORDER BY id DESC")


def _list_unsettled_keys(db: Connection) -> list[int]:
    """Return the matching answers that still grow, or whose process died; they are not indexed."""
    rows = db.execute("SELECT id FROM messages WHERE NOT settled AND holds(content)")
    return [key for (key,) in rows]


def _keys(db: Connection, words: list[str], most: int) -> list[int]:
    """Return the newest messages that contain all words."""
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
    """Return the matches among the newest messages, without the index."""
    rows = db.execute(
        "SELECT id FROM messages WHERE id > (SELECT max(id) FROM messages) - ? AND holds(content)"
        " ORDER BY id DESC LIMIT ?",
        (newest, most),
    )
    return [key for (key,) in rows]


def _matching_keys(db: Connection, match: str, most: int) -> list[int]:
    """Return the newest messages that the index finds and whose text indeed contains all words."""
    rows = db.execute(
        "SELECT rowid FROM words WHERE words MATCH ? AND rowid > 0"
        " AND holds((SELECT content FROM messages m WHERE m.id = words.rowid))"
        " ORDER BY rowid DESC LIMIT ?",
        (match, most),
    )
    return [key for (key,) in rows]


def _trigram_query(word: str) -> str:
    """Return a query for the trigrams of a word, or of its beginning."""
    starts = range(min(len(word) - SHORTEST + 1, _MOST_TERMS))
    return " AND ".join(_quote(word[start : start + SHORTEST]) for start in starts)


def _prefix_query(db: Connection, word: str) -> str:
    """Return a query for all trigrams that begin with a word of one or two characters."""
    start = word.casefold()
    rows = db.execute(
        "SELECT term FROM vocabulary WHERE term >= ? AND term < ? LIMIT ?",
        (start, start + chr(0x10FFFF), _MOST_TERMS + 1),
    ).fetchall()
    return _EVERYWHERE if len(rows) > _MOST_TERMS else " OR ".join(_quote(term) for (term,) in rows)


def _quote(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def _contains_all(text: str | None, folded: list[str]) -> bool:
    text = (text or "").casefold()  # None if a deleted message is still indexed
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
