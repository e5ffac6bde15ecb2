"""Import of llm's `logs.db`: threads of turns, and the responses of versions before 0.32."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from sqlite3 import Connection
from typing import Any

from nemochat.core.conversation import Conversation
from nemochat.core.messages import Ending, Message, Provenance, Role, Usage
from nemochat.errors import UsageError
from nemochat.store.connect import list_columns, open_foreign
from nemochat.store.formats.reading import (
    ParsedRecords,
    Source,
    append_message,
    new_conversation,
    parse_record,
    parse_time,
)

_COMMON = {"model", "options_json", "duration_ms", "datetime_utc"}
_TOKENS = {"input_tokens", "output_tokens"}  # since 0.19
_TABLES = {  # and the columns that are read
    "turns": _COMMON | _TOKENS | {"id", "thread_id", "resolved_model", "tip_message_hash"},
    "turn_search": {"turn_id", "prompt", "response"},
    "messages": {"hash", "parent_hash", "role"},
    "parts": {"message_hash", "text"},
}
_RESPONSES = _COMMON | {"id", "conversation_id", "prompt", "response", "system"}
_NAMES = {
    "threads": "SELECT id, name FROM threads",
    "conversations": "SELECT id, name FROM conversations",
}
_TURN = """
SELECT t.model, t.resolved_model, t.options_json, t.input_tokens, t.output_tokens, t.duration_ms,
  t.datetime_utc, s.prompt, s.response, t.tip_message_hash
FROM turns t, turn_search s WHERE t.rowid = ? AND s.rowid = ?
"""
_SYSTEM = """
WITH RECURSIVE up(hash, parent, role) AS (
  SELECT hash, parent_hash, role FROM messages WHERE hash = ?
  UNION SELECT m.hash, m.parent_hash, m.role FROM messages m JOIN up ON m.hash = up.parent)
SELECT p.text FROM up JOIN parts p ON p.message_hash = up.hash WHERE up.role = 'system' LIMIT 1
"""
_RESPONSE = """
SELECT model, NULL, options_json, {tokens}, duration_ms, datetime_utc, prompt, response, system
FROM responses WHERE rowid = ?
"""
Query = tuple[str, tuple[int, ...]]


def recognises(source: Source) -> bool:
    """Return whether a file is such a database."""
    if not source.is_database:
        return False
    with open_foreign(source.path) as db:
        return bool(list_columns(db, "turns") or list_columns(db, "responses"))


def read(source: Source) -> ParsedRecords:
    """Yield the conversations of a database in the order in which they began.

    Raises:
        UsageError: its tables are not those of llm.
    """
    threads: dict[str, list[Query]] = {}
    names: dict[str, str] = {}
    with open_foreign(source.path) as db:
        for table, query in _NAMES.items():
            if {"id", "name"} <= list_columns(db, table):
                names |= {str(id_): name for id_, name in db.execute(query)}
        for id_, turn in (*_responses(db), *_turns(db)):
            threads.setdefault(id_, []).append(turn)
    if not threads:
        raise UsageError(f"{source.path} has no conversations of llm")
    for id_, queries in threads.items():
        name = names.get(id_) or ""
        yield parse_record(
            f"conversation {name or id_}", partial(_conversation, source.path, queries, name)
        )


def _responses(db: Connection) -> Iterator[tuple[str, Query]]:
    columns = list_columns(db, "responses")
    if columns >= _RESPONSES:
        query = _RESPONSE.format(
            tokens=", ".join(sorted(_TOKENS)) if columns >= _TOKENS else "NULL, NULL"
        )
        for row, id_ in db.execute(
            "SELECT rowid, coalesce(conversation_id, id) FROM responses ORDER BY rowid"
        ):
            yield str(id_), (query, (row,))


def _turns(db: Connection) -> Iterator[tuple[str, Query]]:
    if all(list_columns(db, table) >= columns for table, columns in _TABLES.items()):
        texts = {id_: row for row, id_ in db.execute("SELECT rowid, turn_id FROM turn_search")}
        for row, id_, thread in db.execute("SELECT rowid, id, thread_id FROM turns ORDER BY rowid"):
            if id_ in texts:
                yield str(thread), (_TURN, (row, texts[id_]))


def _conversation(path: Path, queries: list[Query], name: str) -> Conversation:
    with open_foreign(path) as db:
        turns: list[tuple[Any, ...]] = [db.execute(*query).fetchone() for query in queries]
        system = turns[0][-1]
        if queries[0][0] == _TURN:
            (system,) = db.execute(_SYSTEM, (system,)).fetchone() or ("",)
    conversation = new_conversation(name, parse_time(turns[0][6]), system or "")
    for model, resolved, options, came_in, went_out, took, when, prompt, response, _ in turns:
        written = parse_time(when)
        append_message(conversation, Message(Role.USER, prompt or ""), written)
        provenance = Provenance(
            model=resolved or model or "",
            asked_model=model or "",
            endpoint="llm",
            parameters=json.loads(options) if options else {},
            usage=Usage(came_in, went_out) if came_in is not None else None,
            seconds=took / 1000 if took is not None else None,
            ending=Ending.COMPLETE,  # llm stores no others
        )
        answer = Message(Role.ASSISTANT, response or "", provenance=provenance)
        append_message(conversation, answer, written)
    return conversation
