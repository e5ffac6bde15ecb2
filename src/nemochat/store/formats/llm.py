"""Import of llm's `logs.db`: threads of turns, and the responses of versions before 0.32."""

from __future__ import annotations

import json
from functools import partial
from sqlite3 import Connection
from typing import Any

from nemochat.core.conversation import Conversation
from nemochat.core.messages import Ending, Message, Provenance, Role, Usage
from nemochat.core.parameters import Value
from nemochat.store.database import open_foreign
from nemochat.store.formats.reading import (
    ParsedRecords,
    Source,
    append_message,
    new_conversation,
    parse_record,
    parse_time,
)

_TURNS = """
SELECT t.thread_id, t.model, t.resolved_model, t.options_json, t.input_tokens, t.output_tokens,
  t.duration_ms, t.datetime_utc, s.prompt, s.response,
  (WITH RECURSIVE up(hash, parent, role) AS (
     SELECT hash, parent_hash, role FROM messages WHERE hash = t.tip_message_hash
     UNION ALL SELECT m.hash, m.parent_hash, m.role FROM messages m JOIN up ON m.hash = up.parent)
   SELECT p.text FROM up JOIN parts p ON p.message_hash = up.hash WHERE up.role = 'system' LIMIT 1)
FROM turns t JOIN turn_search s ON s.turn_id = t.id ORDER BY t.rowid
"""
_NAMES = {
    "threads": "SELECT id, name FROM threads",
    "conversations": "SELECT id, name FROM conversations",
}
_RESPONSES = """
SELECT coalesce(conversation_id, id), model, NULL, options_json, {tokens}, duration_ms,
  datetime_utc, prompt, response, system
FROM responses ORDER BY rowid
"""


def recognises(source: Source) -> bool:
    """Whether a file is such a database."""
    if not source.is_database:
        return False
    with open_foreign(source.path) as db:
        return bool({"turns", "responses"} & _tables(db))


def read(source: Source) -> ParsedRecords:
    """The conversations of a database, in the order in which they began."""
    threads: dict[str, list[tuple[Any, ...]]] = {}
    names: dict[str, str] = {}
    with open_foreign(source.path) as db:
        tables = _tables(db)
        for table in _NAMES.keys() & tables:
            names |= dict(db.execute(_NAMES[table]))
        if "responses" in tables:
            for row in db.execute(_RESPONSES.format(tokens=_token_columns(db))):
                threads.setdefault(str(row[0]), []).append(row)
        if {"turns", "turn_search", "messages", "parts"} <= tables:
            for row in db.execute(_TURNS):
                threads.setdefault(str(row[0]), []).append(row)
    for id_, turns in threads.items():
        name = names.get(id_) or ""
        yield parse_record(f"conversation {name or id_}", partial(_conversation, turns, name))


def _conversation(turns: list[tuple[Any, ...]], name: str) -> Conversation:
    system = next((str(row[-1]) for row in turns if row[-1]), "")
    conversation = new_conversation(name, parse_time(turns[0][7]), system)
    for _, model, resolved, options, came_in, went_out, took, when, prompt, response, _ in turns:
        written = parse_time(when)
        append_message(conversation, Message(Role.USER, str(prompt or "")), written)
        parameters: dict[str, Value] = json.loads(options) if options else {}
        usage = Usage(came_in, went_out) if came_in is not None else None
        seconds = took / 1000 if took is not None else None
        provenance = Provenance(
            model=resolved or model or "",
            asked_model=model or "",
            endpoint="llm",
            parameters=parameters,
            usage=usage,
            seconds=seconds,
            ending=Ending.COMPLETE,  # it keeps no others
        )
        append_message(
            conversation,
            Message(Role.ASSISTANT, str(response or ""), provenance=provenance),
            written,
        )
    return conversation


def _tables(db: Connection) -> set[str]:
    return {name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}


def _token_columns(db: Connection) -> str:
    """Versions before 0.19 did not count tokens."""
    columns = {row[1] for row in db.execute("PRAGMA table_info (responses)")}
    return "input_tokens, output_tokens" if "input_tokens" in columns else "NULL, NULL"
